"""A sheet as CSV (RFC 4180): every column, exact figures, no totals, so that a spreadsheet can add them up.

The first column is the group where there is more than one thing to tell apart. A text that a spreadsheet
would take for a formula gets an apostrophe in front: names come from other people. Before: `sheet`.
"""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from engine.report.sheet import Sheet

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def to_csv(sheet: Sheet) -> str:
    """The whole sheet, with a line of names."""
    grouped = any(group.heading for group in sheet.groups)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([*(["group"] if grouped else []), *(column.name for column in sheet.columns)])
    for group, row in sheet.rows:
        writer.writerow([*([_cell(group.heading)] if grouped else []), *map(_cell, sheet.exact(row))])
    return text.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime | date):
        return value.isoformat()
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.lstrip(" \u00a0").startswith(FORMULA) else text
