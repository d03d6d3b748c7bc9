"""The help page of every code: what it means, a wrong example and a right one, in plain words.

Read by `check --explain CODE`. The examples run in CI: each wrong one gives its code at the place
it states, each right one gives nothing. Before: the checks. After: `report/codes`.
"""

from __future__ import annotations

from engine.check.help import files, inputs, names, overlays, systems, values, whole
from engine.check.help.entry import Entry

CATALOG: dict[str, Entry] = {
    **files.ENTRIES,
    **names.ENTRIES,
    **values.ENTRIES,
    **whole.ENTRIES,
    **overlays.ENTRIES,
    **systems.ENTRIES,
    **inputs.ENTRIES,
}

__all__ = ["CATALOG", "Entry"]
