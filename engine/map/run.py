"""One document under way: its frame, what has been written, what is to be said.

Rules and lines do not raise: a stop becomes a remark and the worst status wins, so that all
problems of a record are found in one go. Before: `plain`. After: `lines`, which fills the record.
"""

from __future__ import annotations

from typing import Any

from engine.check.typed import ListPlan, PartPlan, Put, RulePlan
from engine.compile.frame import Frame, Stop, key_text
from engine.map.outcome import BAD, HELD, ORDER, READY, SKIPPED, Outcome, Remark
from engine.map.plain import Plain
from engine.map.remarks import place_of, remark_of, remark_of_rule, row_at
from engine.spec.problem import Span
from engine.vocabulary.functions import truth

KINDS = {"skip": "skipped", "hold": "held", "warn": "warning"}


class Run:
    """The state of one document; `remarks` are those its record has already."""

    def __init__(self, plain: Plain, frame: Frame, parts: list[str], remarks: list[Remark] | None = None):
        self.plain = plain
        self.flow = plain.flow
        self.frame = frame
        self.id = key_text(parts)
        self.remarks = remarks or []
        self.keys: dict[str, list[str]] = {}
        self.status = READY
        self.record: dict[str, Any] = {}
        frame.typed = frame.facts.typed.get(self.id, {})

    def outcome(self) -> Outcome:
        """What has become of it."""
        record, keys = (self.record, self.keys) if self.status == READY else (None, {})
        notes = list(self.frame.notes)
        return Outcome(self.flow.name, self.id, self.status, record, notes, self.remarks, keys)

    @property
    def linked(self) -> bool:
        """Whether its document exists already."""
        links = self.frame.facts.links
        known = (
            links.backward(self.flow.name, self.id, "")
            if self.flow.back
            else links.forward(self.flow.name, self.id)
        )
        return known is not None or self.id in self.frame.facts.wrote

    # ------------------------------------------------------------ rules

    def ended_by(self, rules: tuple[RulePlan, ...], frame: Frame, after: bool = False) -> bool:
        """Asks the rules of the record; true if one of them ended it."""
        for rule in rules:
            if rule.after is not after:
                continue
            try:
                text = self._said(rule, frame, rule.name)
            except Stop as stop:
                self.stopped(stop, rule.address, rule.span, frame)
                continue
            if text is not None and self._ended(rule, text, frame):
                return True
        return False

    def leaves_out(self, rules: tuple[RulePlan, ...], frame: Frame) -> bool:
        """Asks the rules of a row; true if it is left out (or cannot be judged)."""
        for rule in rules:
            try:
                text = self._said(rule, frame, "")
            except Stop as stop:
                self.stopped(stop, rule.address, rule.span, frame)
                return True
            if text is None:
                continue
            if rule.then != "leave_out":
                self._ended(rule, text or rule.name, frame)
                continue
            self.note(rule.note)
            if rule.say is not None or rule.code != rule.name:
                self.remarks.append(remark_of_rule("left_out", rule, text or rule.code, row_at(frame)))
            return True
        return False

    def _said(self, rule: RulePlan, frame: Frame, unsaid: str) -> str | None:
        """The text of a rule that acts (`unsaid` if it has none); None if it does not act."""
        if not truth(self.plain.value(rule.when, frame)):
            return None
        return unsaid if rule.say is None else str(self.plain.value(rule.say, frame))

    def _ended(self, rule: RulePlan, text: str, frame: Frame) -> bool:
        self.note(rule.note)
        self.remarks.append(remark_of_rule(KINDS[rule.then], rule, text, frame.at))
        if rule.then == "hold":
            self._worsen(HELD)
        if rule.then == "skip" and self.status != BAD:
            self.status = SKIPPED
        return rule.then == "skip" and self.status == SKIPPED

    # ------------------------------------------------------------ what is said

    def note(self, note: str) -> None:
        """Remembers that a footnote acted."""
        if note and note not in self.frame.notes:
            self.frame.notes.append(note)

    def stopped(self, stop: Stop, address: str, span: Span, frame: Frame) -> None:
        """A line or rule could not give its value; said once, however many lines ask for it."""
        remark = remark_of(stop, address, frame, span)
        self._worsen(stop.status)
        if all((r.code, r.at, r.text) != (remark.code, remark.at, remark.text) for r in self.remarks):
            self.remarks.append(remark)

    def hold(
        self, code: str, text: str, at: str, plan: Put | ListPlan | PartPlan | None = None, fix: str = ""
    ) -> None:
        """The record cannot go out: something lacks."""
        self._worsen(HELD)
        line, place = (plan.address, place_of(plan.span)) if plan is not None else (self.flow.name, "")
        self.remarks.append(Remark("held", code, text, at, fix=fix, line=line, place=place))

    def skip(self, code: str, text: str, quiet: bool = False) -> None:
        """The record needs no document."""
        self.status = SKIPPED
        self.remarks.append(Remark("skipped", code, text, line=self.flow.name, quiet=quiet))

    def _worsen(self, status: str) -> None:
        if ORDER[status] > ORDER[self.status]:
            self.status = status
