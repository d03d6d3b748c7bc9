"""Which links a flow will ask for, so that the shell can fetch them in one query.

Found by mapping with links that note every question and answer none: what is asked only after an
answer (a code in a linked project) is found in a second round. Pure, no ledger here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from engine.compile.frame import Facts, Links
from engine.map.plain import Plain

LinkKey = tuple[str, str, str]


class _Asking(Links):
    """Links that remember what was asked; answers come from what is known already."""

    def __init__(self, known: Links):
        super().__init__({}, known.meta)
        self.known = known
        self.asked: set[LinkKey] = set()

    def forward(self, via: str, key: str) -> Mapping[str, Any] | None:
        self.asked.add((via, "forward", key))
        return self.known.forward(via, key)

    def backward(self, via: str, key: str, by: str) -> tuple[str, Mapping[str, Any]] | None:
        self.asked.add((via, by or self.known.target_id(via), key))
        return self.known.backward(via, key, by)


def needs(plain: Plain, records: Iterable[Any], facts: Facts) -> set[LinkKey]:
    """(mapping, "forward" or the member, key) for every link these records ask for now."""
    from engine.map.batch import map_batch

    asking = _Asking(facts.links)
    for _ in map_batch(plain, list(records), replace(facts, links=asking)):
        pass
    return asking.asked
