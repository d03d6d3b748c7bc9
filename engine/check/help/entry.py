"""What one help page holds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """A code's page.

    `wrong` and `right` are a mapping without its head, unless `file` names another file. `at` is
    line:column where `wrong` goes wrong.
    """

    title: str
    help: str
    wrong: str
    right: str
    at: str
    file: str = "mapping"  # mapping | overlay | customer | shape | system | metadata
