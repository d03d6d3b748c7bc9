"""Bad luck on request: rules that say which call goes wrong, how, and how often.

A rule is `{system, method, path, kind, times, after, seconds, status, effect}`: `path` is a regular
expression searched in the path with its query; `after` lets that many matching calls pass first;
`times` is how many then go wrong (0: all of them). `effect` says whether a spoilt call still does what
it asks; each kind has its own default. Kinds the gateway does not know (`half_batch`, `option_clash`)
are left to the handlers, who ask `call.fault(kind)`; webhooks have kinds of their own, and their subject
(`ERP Requests create 9001`, `INVOICE UPDATE`) for a path.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any

KINDS = (
    *("lost_answer", "late", "429", "503", "500", "slow", "cut", "half_batch", "html", "malformed"),
    *("repeat_page", "empty", "option_clash"),
    *("twice", "dropped", "overtaken"),
)
DELIVERY = "WEBHOOK"  # the method of what the systems send of themselves
_OF_DELIVERIES = {"twice", "dropped", "overtaken"}
_HAPPENS = {"lost_answer", "late", "slow", "half_batch", "malformed", "repeat_page", "empty", "option_clash"}


class BadRule(ValueError):
    """A rule nobody could follow."""


@dataclass
class Rule:
    """Which calls go wrong, and how."""

    kind: str
    system: str = ""
    method: str = ""
    path: str = ""
    times: int = 1
    after: int = 0
    seconds: float = 1.0
    status: int = 500
    effect: bool | None = None
    seen: int = 0

    def happens(self) -> bool:
        """Whether the call still has its effect."""
        return self.kind in _HAPPENS if self.effect is None else self.effect

    def concerns(self, system: str, method: str, path: str) -> bool:
        """Whether a call is one of those meant, whatever its count."""
        if (self.kind in _OF_DELIVERIES) != (method == DELIVERY):
            return False
        mine = (not self.system or self.system == system) and (not self.method or self.method == method)
        return mine and re.search(self.path, path) is not None

    def spent(self) -> bool:
        """Whether no further call goes wrong by this rule."""
        return bool(self.times) and self.seen >= self.after + self.times


def rule(data: dict[str, Any]) -> Rule:
    """A rule from JSON."""
    unknown = set(data) - set(Rule.__dataclass_fields__)
    if unknown:
        raise BadRule(f"a fault has no {', '.join(sorted(unknown))}")
    kind = str(data.get("kind", ""))
    if kind not in KINDS:
        raise BadRule(f"no fault {kind!r}: one of {', '.join(KINDS)}")
    try:
        re.compile(str(data.get("path", "")))
    except re.error as error:
        raise BadRule(f"path is no regular expression: {error}") from error
    given = {**data, "kind": kind, "method": str(data.get("method", "")).upper()}
    for name in ("seconds",):
        if name in given:
            given[name] = float(given[name])
    return Rule(**given)


class Faults:
    """The rules in force, in order."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []

    def replace(self, rules: list[dict[str, Any]]) -> None:
        """These rules and no others."""
        self.rules = [rule(each) for each in rules]

    def append(self, rules: list[dict[str, Any]]) -> None:
        """These rules too."""
        self.rules += [rule(each) for each in rules]

    def acting(self, system: str, method: str, path: str) -> dict[str, Rule]:
        """The faults that act on this call, by kind; every rule it matches counts it."""
        found: dict[str, Rule] = {}
        for each in self.rules:
            if each.concerns(system, method, path) and not each.spent():
                each.seen += 1
                if each.seen > each.after:
                    found.setdefault(each.kind, each)
        return found

    def listed(self) -> list[dict[str, Any]]:
        """The rules as JSON, with how many calls each has seen."""
        return [asdict(each) for each in self.rules]
