"""Who may do what: the vendor's permission table as data, row by row, and the rows it lacks.

A row names verbs and kinds of record, the levels that may, and what is needed besides. Something no row lets
is let to nobody. Before: `people`. After: `decide`. Sources: the connector's page, tab Permissions
(mappings/*/page.yaml) and the tutorials behind it (mappings/*/gate.yaml).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.approve.people import LEVELS, Person

OWN = "own"  # the tool the record lives in
WORDS = {"none": "None", "read_only": "Read Only", "standard": "Standard", "admin": "Admin"}
Need = Any  # a word, {tool, level}, or {any: [needs, needs]}


@dataclass(frozen=True, slots=True)
class Row:
    """One action: which verbs on which kinds, from which levels, and what else is needed."""

    action: str
    verbs: tuple[str, ...]
    of: tuple[str, ...]
    levels: tuple[str, ...]
    needs: tuple[Need, ...] = ()
    unsupported: str = ""  # why, if the other system has nothing this could act on


@dataclass(frozen=True, slots=True)
class Question:
    """Who wants to do what to which kind of record; `own` is the tool it lives in, `tools` their names."""

    person: Person
    verb: str
    of: str
    own: str
    tools: Mapping[str, str]
    importing: bool = False


def row_of(data: Mapping[str, Any]) -> Row:
    """A row of page.yaml or gate.yaml."""
    lets = data.get("lets") or {}
    return Row(
        str(data["action"]),
        tuple(lets.get("verbs", ())),
        tuple(lets.get("of", ())),
        tuple(level for level in LEVELS if level in data),
        tuple(lets.get("needs", ())),
        str(data.get("because", "")) if data.get("unsupported") else "",
    )


def refusal(asked: Question, rows: Iterable[Row]) -> str:
    """Why somebody may not; nothing if they may."""
    found = [row for row in rows if asked.verb in row.verbs and asked.of in row.of]
    reasons = [_refused(row, asked) for row in found]
    if not found:
        return f"nobody may {asked.verb} {asked.of.replace('_', ' ')} here"
    return "" if "" in reasons else reasons[0]


def _refused(row: Row, asked: Question) -> str:
    if row.unsupported:
        return f"not supported: {_lower(row.unsupported)}"
    person = asked.person
    if person.level not in row.levels:
        levels = " or ".join(WORDS[level] for level in row.levels)
        return f"{person.name} has {WORDS[person.level]} on ERP Integrations; this takes {levels}"
    missing = [_said(need, asked) for need in row.needs if not _has(need, asked)]
    return f"{person.name} is not {_listed(missing)}" if missing else ""


def _has(need: Need, asked: Question) -> bool:
    person = asked.person
    if need == "approver":
        return person.is_approver(asked.of, asked.importing)
    if need == "company_administrator":
        return person.company_administrator
    if need == "create_project":
        directory = person.level_on("directory")
        return directory == "admin" or (directory == "standard" and person.create_project)
    if "any" in need:
        return any(all(_has(one, asked) for one in every) for every in need["any"])
    return LEVELS.index(person.level_on(_tool(need, asked))) >= LEVELS.index(need["level"])


def _said(need: Need, asked: Question) -> str:
    if need == "approver":
        split = asked.person.is_approver()
        way = "import" if asked.importing else "export"
        more = f" for the {way} of {asked.of.replace('_', ' ')}" if split else ""
        return f"an accounting approver{more} (Can Push to Accounting)"
    if need == "company_administrator":
        return "a Company Administrator"
    if need == "create_project":
        return "somebody who may create projects (Admin on the Directory, or Standard with that permission)"
    if "any" in need:
        return " or ".join(_listed([_said(one, asked) for one in every]) for every in need["any"])
    tool = _tool(need, asked)
    return f"{WORDS[need['level']]} on the {asked.tools.get(tool, tool)}"


def _tool(need: Need, asked: Question) -> str:
    return asked.own if need["tool"] == OWN else str(need["tool"])


def _listed(words: list[str]) -> str:
    return " and ".join(words)


def _lower(text: str) -> str:
    text = text.strip().rstrip(".")
    return (
        text
        if text[:2].isupper() or text.startswith(("Xero", "Procore", "Budgets"))
        else text[0].lower() + text[1:]
    )
