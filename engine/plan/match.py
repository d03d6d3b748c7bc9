"""Twins: an unlinked record and what may be the same thing on the other side. Exact, folded, similar. Pure.

Only exact and folded equality finds a twin; similarity suggests, and a person decides. `suggest` does the
same for a whole opening position, with a confidence and its reasons. After: `unlinked`, the command `link`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rapidfuzz import fuzz, process

from engine.map.names import names_of
from engine.plan.actions import Candidate
from engine.plan.values import equal, folded, is_nothing, member_of, value_at
from engine.spec.model import Member, Shape

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


# ---------------------------------------------------------------- the opening position


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A record of one side and what it may be on the other; `confidence` 100 = everything asked agrees."""

    source_id: str
    source: str
    target_id: str
    target: str
    confidence: int
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing two records may agree in. `weight` of 100; `must`: without it there is no suggestion."""

    name: str
    source: str
    target: str
    weight: int
    must: bool = False
    near: bool = False  # a name, where nearly the same counts in part


def suggest(
    sources: Mapping[str, Any],
    targets: Mapping[str, Any],
    source_shape: Shape,
    target_shape: Shape,
    signs: Sequence[Sign],
    translated: Mapping[str, Mapping[str, Any]] | None = None,
) -> list[Suggestion]:
    """Pairs that may be the same, best first; each record of either side at most once with 100.

    `sources` and `targets` are the unlinked records by id. `translated`: for a sign, what a value of the
    source is on the other side (a company's id -> its contact's id).
    """
    found: list[Suggestion] = []
    places = _places(targets, target_shape.root, signs)
    for source_id, record in sources.items():
        values = {s.name: _value(record, source_shape.root, s, translated or {}) for s in signs}
        for target_id in _worth_a_look(values, places, signs, targets):
            score, why = _agreeing(values, targets[target_id], target_shape.root, signs)
            if score >= LIKELY:
                own = (*names_of(record), source_id)[0]
                label = label_of(targets[target_id], target_id)
                found.append(Suggestion(source_id, own, target_id, label, score, why))
    return _best(found)


def _value(record: Any, root: Member, sign: Sign, translated: Mapping[str, Mapping[str, Any]]) -> Any:
    value = value_at(record, root, sign.source)
    table = translated.get(sign.name)
    return value if table is None or value is None else table.get(str(value))


def _places(
    targets: Mapping[str, Any], root: Member, signs: Sequence[Sign]
) -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = {}
    for sign in signs:
        table = found.setdefault(sign.name, {})
        for target_id, record in targets.items():
            value = value_at(record, root, sign.target)
            if not is_nothing(value):
                table.setdefault(folded(value), []).append(target_id)
    return found


def _worth_a_look(
    values: Mapping[str, Any],
    places: Mapping[str, Mapping[str, list[str]]],
    signs: Sequence[Sign],
    targets: Mapping[str, Any],
) -> list[str]:
    """Ids of records that agree in a sign; nearly is enough where the sign is a name."""
    found: dict[str, None] = {}
    for sign in signs:
        value = values[sign.name]
        if is_nothing(value):
            continue
        found |= dict.fromkeys(places[sign.name].get(folded(value), ()))
        if sign.near:
            near = process.extract(
                folded(value), places[sign.name].keys(), scorer=fuzz.WRatio, score_cutoff=LIKELY, limit=MOST
            )
            found |= {i: None for name, _, _ in near for i in places[sign.name][name]}
    return list(found)


def _agreeing(
    values: Mapping[str, Any], there: Any, root: Member, signs: Sequence[Sign]
) -> tuple[int, tuple[str, ...]]:
    score, most = 0.0, 0
    why: list[str] = []
    for sign in signs:
        value, other = values[sign.name], value_at(there, root, sign.target)
        if is_nothing(value) and is_nothing(other):
            continue
        most += sign.weight
        member = member_of(root, sign.target)
        if not is_nothing(value) and not is_nothing(other):
            if (member is not None and equal(value, other, member)) or folded(value) == folded(other):
                score += sign.weight
                why.append(f"same {sign.name}")
                continue
            if sign.near and (ratio := fuzz.WRatio(folded(value), folded(other))) >= LIKELY:
                score += sign.weight * ratio / 100
                why.append(f"similar {sign.name}")
                continue
        if sign.must:
            return 0, ()
        why.append(f"{sign.name} differs")
    return (round(100 * score / most) if most else 0), tuple(why)


def _best(found: list[Suggestion]) -> list[Suggestion]:
    """Best first; once a pair agrees in everything, its two records are spoken for."""
    ordered = sorted(found, key=lambda s: (-s.confidence, s.source_id, s.target_id))
    certain = [s for s in ordered if s.confidence == 100]
    once_source = {s.source_id for s in certain if _count(certain, s.source_id, True) == 1}
    once_target = {s.target_id for s in certain if _count(certain, s.target_id, False) == 1}
    sure = {(s.source_id, s.target_id) for s in certain} & {(a, b) for a in once_source for b in once_target}
    sources, targets = {a for a, _ in sure}, {b for _, b in sure}
    kept: dict[str, int] = {}
    best = []
    for one in ordered:
        pair = (one.source_id, one.target_id)
        if pair not in sure and (one.source_id in sources or one.target_id in targets):
            continue
        kept[one.source_id] = kept.get(one.source_id, 0) + 1
        if kept[one.source_id] <= MOST:
            best.append(one)
    return best


def _count(found: list[Suggestion], own: str, of_source: bool) -> int:
    return sum((s.source_id if of_source else s.target_id) == own for s in found)


# What existed before the connection, by mapping: what two records agree in when they are the same.
OPENING: dict[str, tuple[Sign, ...]] = {
    "companies": (
        Sign("name", "name", "Name", 80, near=True),
        Sign("mail", "email_address", "EmailAddress", 20),
    ),
    "projects": (Sign("name", "name", "Name", 100, near=True),),
    "cost_codes": (Sign("code", "code", "Code", 100, must=True),),
    "commitments": (
        Sign("number", "number", "PurchaseOrderNumber", 50, must=True),
        Sign("contact", "vendor.id", "Contact.ContactID", 30),
        Sign("amount", "grand_total", "SubTotal", 20),
    ),
    "invoices": (
        Sign("reference", "invoice_number", "InvoiceNumber", 35),
        Sign("contact", "vendor_id", "Contact.ContactID", 25, must=True),
        Sign("amount", "summary.current_payment_due", "SubTotal", 25),
        Sign("date", "billing_date", "Date", 15),
    ),
    "payments": (
        Sign("invoice", "Invoice.InvoiceID", "requisition_id", 40, must=True),
        Sign("date", "Date", "date", 25),
        Sign("amount", "Amount", "amount", 35),
    ),
}
