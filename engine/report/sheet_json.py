"""A sheet for machines: exact decimals as numbers, every row by the names of its columns. Before: `sheet`."""

from __future__ import annotations

from typing import Any

from engine.report.sheet import Row, Sheet


def as_data(sheet: Sheet) -> dict[str, Any]:
    """The whole sheet; totals and notes beside the rows."""

    def named(row: Row) -> dict[str, Any]:
        cells = {column.name: value for column, value in zip(sheet.columns, sheet.exact(row), strict=True)}
        return {"row": row.weight, **cells}

    return {
        "report": sheet.name,
        "title": sheet.title,
        "customer": sheet.customer,
        "about": sheet.about,
        "read_at": sheet.read_at.isoformat() if sheet.read_at is not None else None,
        "currency": sheet.currency,
        "wrong": sheet.wrong,
        **({"facts": dict(sheet.facts)} if sheet.facts else {}),
        "columns": [{"name": c.name, "title": c.title, "kind": c.kind} for c in sheet.columns],
        "groups": [
            {
                "heading": group.heading,
                "rows": [named(row) for row in group.rows],
                "totals": [named(row) for row in group.totals],
                "notes": list(group.notes),
            }
            for group in sheet.groups
        ],
        "totals": [named(row) for row in sheet.totals],
        "notes": [*sheet.notes],
        "footers": [*sheet.footers],
    }
