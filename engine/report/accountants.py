"""The accountants report, "Accountants in Procore": every accounting approver, and what each may push.

The vendor's report lists first and last names only; what each may import and export stands beside them, since
the privilege can be split. Pure. Before: `live/reports/accountants`. After: the writers of `sheet`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.approve.people import ADMIN, EVERY, LEVELS, STANDARD, Person
from engine.approve.permissions import WORDS
from engine.report.sheet import DATA, DATE, PROSE, Column, Group, Row, Sheet

COLUMNS = (
    Column("name", "Name"),
    Column("known_as", "Signs as"),
    Column("level", "ERP Integrations"),
    Column("imports", "May import", PROSE),
    Column("exports", "May export", PROSE),
    Column("since", "Since", DATE),
    Column("by", "Granted by"),
    Column("mail", "Mail", shown=DATA),
    Column("procore_id", "Procore id", shown=DATA),
)
EVERYTHING, NOTHING = "everything", "nothing"


@dataclass(frozen=True, slots=True)
class Granted:
    """A person and the day and giver of the privilege."""

    person: Person
    since: str
    by: str


def sheet(found: Sequence[Granted], titles: Mapping[str, str], head: Mapping[str, Any], home: str) -> Sheet:
    """Approvers by name. `titles`: what a kind of record is called; `home`: where it is decided."""
    approvers = [one for one in found if one.person.is_approver()]
    approvers.sort(key=lambda one: (_name(one.person).casefold(), one.person.name))
    rows = tuple(_row(one, titles) for one in approvers)
    return Sheet(
        name="accountants",
        title="Accountants in Procore",
        columns=COLUMNS,
        groups=(Group("", rows),) if rows else (),
        about=(
            "Every accounting approver: who accepts or rejects what goes to the accounting system. It takes "
            "Standard or Admin on ERP Integrations and the privilege Can Push to Accounting; with Admin it "
            "cannot be split by kind."
        ),
        notes=tuple(_notes(found)),
        footers=_footers(home),
        empty="nobody is an accounting approver",
        **head,
    )


def _row(one: Granted, titles: Mapping[str, str]) -> Row:
    person = one.person
    level, whole = WORDS[person.level], person.level == ADMIN
    imports, exports = (
        EVERYTHING if whole else _kinds(way, titles) for way in (person.imports, person.exports)
    )
    cells = (_name(person), person.name, level, imports, exports, one.since or None, one.by)
    return Row((*cells, person.mail, person.procore_id))


def _kinds(names: Sequence[str], titles: Mapping[str, str]) -> str:
    if EVERY in names:
        return EVERYTHING
    return ", ".join(titles.get(name, name) for name in names) or NOTHING


def _name(person: Person) -> str:
    """First and last name; the name somebody signs with, where no other is known."""
    return person.full_name or person.name


def _notes(found: Sequence[Granted]) -> list[str]:
    """Who holds the privilege and may not use it."""
    return [
        f"{_name(one.person)} has Can Push to Accounting, but {WORDS[one.person.level]} on ERP Integrations: "
        "it takes Standard or Admin."
        for one in found
        if one.person.approver and LEVELS.index(one.person.level) < LEVELS.index(STANDARD)
    ]


def _footers(home: str) -> tuple[str, ...]:
    if home == "erp_tool":
        return ("Procore's own ERP Integrations tool decides (approval_home erp_tool): its list counts.",)
    if home == "none":
        return ("Nobody is asked (approval_home none): what may go goes with the next sync.",)
    return ()
