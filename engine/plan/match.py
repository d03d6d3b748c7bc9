"""Twins: an unlinked record and what may be the same thing on the other side. Exact, folded, similar. Pure.

Only exact and folded equality finds a twin; similarity suggests, and a person decides. After: `unlinked`; a
whole opening position is `opening`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rapidfuzz import fuzz, process

from engine.map.names import names_of
from engine.plan.actions import Candidate
from engine.plan.values import folded, is_nothing, value_at
from engine.spec.model import Member

LIKELY = 85
MOST = 3
ARCHIVED = ("ARCHIVED", "DELETED", "VOIDED", "BILLED", "PAID")
EVERYTHING = ("case", "space", "accents")


def label_of(record: Any, target_id: str) -> str:
    """What a record there is called, with the state that matters to somebody who chooses."""
    name = (*names_of(record), target_id)[0]
    states = [str(record.get(m)) for m in ("Status", "ContactStatus", "status") if record.get(m) in ARCHIVED]
    return f"{name} ({states[0].lower()})" if states else name


class Names:
    """The records of one side by one member, exactly, folded and nearly."""

    def __init__(
        self, there: Mapping[str, Any], root: Member, member: str, ignore: Sequence[str] = EVERYTHING
    ):
        self.there = there
        self.ignore = tuple(ignore)
        self.exact: dict[str, list[str]] = {}
        self.folded: dict[str, list[str]] = {}
        self.loose: dict[str, list[str]] = {}
        for target_id, record in there.items():
            value = value_at(record, root, member)
            if is_nothing(value):
                continue
            self.exact.setdefault(str(value), []).append(target_id)
            self.folded.setdefault(folded(value, self.ignore), []).append(target_id)
            self.loose.setdefault(folded(value), []).append(target_id)

    def same(self, value: Any) -> list[Candidate]:
        """Those of exactly this name; else those that differ in what does not count."""
        if is_nothing(value):
            return []
        found = [(i, "the same name") for i in self.exact.get(str(value), [])]
        if not found:
            found = [(i, "the same but for capitals and blanks") for i in self._folded(value)]
        return [Candidate(i, label_of(self.there[i], i), 100, why) for i, why in found]

    def _folded(self, value: Any) -> list[str]:
        return self.folded.get(folded(value, self.ignore), [])

    def near(self, value: Any, without: Iterable[str] = ()) -> list[Candidate]:
        """At most three that are spelled nearly so."""
        if is_nothing(value) or not self.loose:
            return []
        away = set(without)
        found = process.extract(
            folded(value), self.loose.keys(), scorer=fuzz.WRatio, score_cutoff=LIKELY, limit=MOST + len(away)
        )
        near = [
            Candidate(i, label_of(self.there[i], i), min(round(score), 99), "a similar name")
            for name, score, _ in found
            for i in self.loose[name]
            if i not in away
        ]
        return near[:MOST]
