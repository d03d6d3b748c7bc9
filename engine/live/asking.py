"""Who waits to hear what became of a record: a request of Procore's ERP tool, or an acceptance of ours.

A detail is answered with the last effect of the records it asked for; at once where there is nothing to do
or where it can never go as it is; and not at all while it only waits. Before: the plan. After: `write.close`,
which carries the answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.map.outcome import HELD
from engine.plan.actions import ASK, BAD, CONFLICT, DRIFT, HOLD, LINK, SAME, SKIP, WRITES, Action

WAITS = {  # why a record is held that may go one day as it is
    *("unlinked", "missing", "setting-missing", "today-missing", "no-code", "document-in-doubt"),
    *("under-way", "not-accepted"),
}
NOTHING = "nothing of it can be made in the accounting system as it is"
Record = tuple[str, str]  # (route, source id)


@dataclass(slots=True)
class Asking:
    """The details that ask, each with the actions planned for it: (route, was it linked, action)."""

    found: dict[str, list[tuple[str, bool, Action]]] = field(default_factory=dict)
    nothing: set[str] = field(default_factory=set)  # details nothing was planned for

    def add(self, detail: str, route: str, linked: bool, action: Action) -> None:
        """One more action a detail waits for."""
        self.found.setdefault(detail, []).append((route, linked, action))

    def asked(self) -> dict[Record, dict[str, list[Record]]]:
        """The details that are closed when an action is done, each with all those that it is closed after."""
        made: dict[Record, dict[str, list[Record]]] = {}
        for detail, found in self.found.items():
            together = [(route, action.source_id) for route, _, action in found if writes(action)]
            if not any(waits(action) for _, _, action in found):
                for one in together:
                    made.setdefault(one, {})[detail] = together
        return made

    def answers(self, refused: Mapping[Record, str]) -> dict[str, list[str]]:
        """The details that are answered at once: why they failed, if so. `refused`: what cannot be sent."""
        made: dict[str, list[str]] = {detail: [NOTHING] for detail in self.nothing}
        for detail, found in self.found.items():
            told = [refused[route, a.source_id] for route, _, a in found if (route, a.source_id) in refused]
            if told:
                made[detail] = told
            elif not any(waits(action) or writes(action) for _, _, action in found):
                made[detail] = [text for _, linked, a in found for text in reasons(a, linked)]
        return made


def writes(action: Action) -> bool:
    """Whether something is sent or linked."""
    return action.kind in WRITES or action.kind == LINK


def waits(action: Action) -> bool:
    """Whether it may go one day as it is."""
    if action.kind != HOLD:
        return action.kind in (ASK, CONFLICT)
    codes = {remark.code for remark in action.remarks if remark.kind == HELD} or {action.code}
    return codes <= WAITS or action.code in ("under-way", "not-accepted")


def reasons(action: Action, linked: bool) -> list[str]:
    """Why nothing came of it, in the user's words; nothing where it is there already."""
    if (
        action.kind == SAME
        or (linked and action.kind == SKIP)
        or (action.kind == DRIFT and action.code != "gone")
    ):
        return []
    if action.kind in (HOLD, BAD, SKIP, DRIFT):
        said = [remark.text for remark in action.remarks if remark.kind == HELD and remark.code not in WAITS]
        return [text for text in (action.reason, *said, action.fix) if text] or [NOTHING]
    return []
