"""The people of a customer and their rights, as they were granted and revoked in the log.

Levels are those of Procore's ERP Integrations tool; an accounting approver has Standard or Admin there and
the privilege Can Push to Accounting, which may be split by kind into import and export unless the level is
Admin (tutorial Grant Accounting Approver Privileges). Before: `standing`. After: `permissions`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from engine.approve.standing import Entry

GRANTED, REVOKED = "granted", "revoked"
PEOPLE = "people"  # the mapping under which the log keeps them
NONE, READ_ONLY, STANDARD, ADMIN = "none", "read_only", "standard", "admin"
LEVELS = (NONE, READ_ONLY, STANDARD, ADMIN)
EVERY = "all"


@dataclass(frozen=True, slots=True)
class Person:
    """One person. `imports`, `exports`: the mappings the privilege is for; `tools`: levels elsewhere."""

    name: str
    level: str = NONE
    approver: bool = False
    imports: tuple[str, ...] = (EVERY,)
    exports: tuple[str, ...] = (EVERY,)
    company_administrator: bool = False
    create_project: bool = False
    tools: Mapping[str, str] = field(default_factory=dict)
    mail: str = ""
    digest: bool = True
    full_name: str = ""
    procore_id: str = ""

    def is_approver(self, mapping: str = "", importing: bool = False) -> bool:
        """Whether this person may push records of a mapping."""
        if not self.approver or LEVELS.index(self.level) < LEVELS.index(STANDARD):
            return False
        split = self.imports if importing else self.exports
        return self.level == ADMIN or not mapping or EVERY in split or mapping in split

    def level_on(self, tool: str) -> str:
        """The level on one of Procore's tools."""
        return ADMIN if self.company_administrator else self.tools.get(tool, NONE)


def plain(name: str) -> str:
    """A name as the log keeps it: nothing in it that is not seen, so that two that look alike are one."""
    shown = (sign if sign.isprintable() else " " for sign in unicodedata.normalize("NFC", name))
    return " ".join("".join(shown).split())


def people(entries: Iterable[Entry]) -> dict[str, Person]:
    """Everybody who was ever granted something, by name. Later grants go before earlier ones."""
    found: dict[str, Person] = {}
    for entry in entries:
        if entry.mapping != PEOPLE:
            continue
        person = found.get(entry.source_id) or Person(entry.source_id)
        if entry.what == GRANTED:
            found[entry.source_id] = _granted(person, entry.data)
        elif entry.what == REVOKED:
            found[entry.source_id] = _revoked(person, entry.data)
    return found


def _granted(person: Person, data: Mapping[str, Any]) -> Person:
    told: dict[str, Any] = {
        name: tuple(v) if isinstance(v, list) else v for name, v in data.items() if name != "tools"
    }
    return replace(person, **told, tools={**person.tools, **data.get("tools", {})})


def _revoked(person: Person, data: Mapping[str, Any]) -> Person:
    if not data:
        return replace(
            Person(person.name), mail=person.mail, full_name=person.full_name, procore_id=person.procore_id
        )
    blank = Person(person.name)
    kept = {name: level for name, level in person.tools.items() if name not in data.get("tools", ())}
    return replace(person, **{name: getattr(blank, name) for name in data if name != "tools"}, tools=kept)
