"""Default cost types of standard cost codes: which a code has in the synced projects, and giving it more.

The matrix of the ERP tool's tab Std. Cost Codes & Cost Types. Procore keeps types project by project, and its
API only adds them. What is to be set is owed before it is sent, so that a kill loses nothing. Before: `gate`,
the mirror. After: `write`; the next run makes the items of new pairs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.ledger import links, ops
from engine.ledger.ops import Member
from engine.live.connect import Connection
from engine.live.declined import Declined
from engine.live.gate import Gate
from engine.live.linking import Progress, quiet
from engine.live.sync import Sync
from engine.read.mirrored import there
from engine.system.model import Call

CODES, TYPES = "cost_codes", "types"
NAME, STEP, CALL = "cost_types", "types", "cost_type_assignments"
ADDED = "types added"


@dataclass(frozen=True, slots=True)
class Copy:
    """A standard code as one synced project has it, with the types it may be used with."""

    project: str
    id: str
    types: frozenset[str]


@dataclass(frozen=True, slots=True)
class Row:
    """A standard code, and its copies in the synced projects."""

    code: str
    name: str
    copies: tuple[Copy, ...]

    def ticked(self, type_code: str) -> int:
        """In how many projects it has a type."""
        return sum(type_code in one.types for one in self.copies)


@dataclass(slots=True)
class Matrix:
    """Every code that something can be booked to, and the company's cost types by code."""

    rows: list[Row] = field(default_factory=list)
    types: dict[str, str] = field(default_factory=dict)  # id by code

    def over(self, row: Row, wanted: Iterable[str]) -> list[str]:
        """Types a code has besides those."""
        return [code for code in self.types if row.ticked(code) and code not in wanted]


def matrix(gate: Gate, progress: Progress = quiet) -> Matrix:
    """Which types which codes have, as of now."""
    gate.allow(TYPES, CODES)
    with gate.ledger.leased():
        Sync(gate.connection, (CODES,), progress=progress).read()
        return _matrix(gate.connection)


def ticked(
    gate: Gate, codes: Sequence[str], types: Sequence[str], progress: Progress = quiet
) -> tuple[Matrix, list[tuple[str, str]]]:
    """Gives these codes (or all) these types in every synced project; and what failed, and why."""
    gate.allow(TYPES, CODES)
    connection, ledger = gate.connection, gate.ledger
    sync = Sync(connection, (CODES,), progress=progress)
    with ledger.leased():
        sync.finish()
        sync.read()
        found = _matrix(connection)
        rows = _named(found, codes, types)
        with ledger.begin() as tx:
            for row in rows:
                lacking = [one for one in types if row.ticked(one) < len(row.copies)]
                if lacking:
                    ledger.note(tx, gate.who, ADDED, CODES, row.code, ", ".join(lacking))
            call = connection.calls[f"{_system(connection)}.{CALL}"][0]
            for project, members in _members(found, rows, types).items():
                for part in _parts(members, call):
                    ops.add(ledger, tx, call.name, {"source_id": project}, part, sync.run)
        sync.finish()
        with ledger.look() as tx:
            failed = [(str(one.extra["label"]), why) for one, why in ops.failures(ledger, tx, sync.run)]
        sync.read()
        return _matrix(connection), failed


def _named(found: Matrix, codes: Sequence[str], types: Sequence[str]) -> list[Row]:
    unknown = [one for one in types if one not in found.types]
    if unknown or not types:
        raise Declined(
            f"no cost type {', '.join(unknown)}" if unknown else "no cost type is named",
            f"Procore has {', '.join(found.types)}",
        )
    rows = {row.code: row for row in found.rows}
    lost = [one for one in codes if one not in rows]
    if lost:
        reason = f"no cost code {', '.join(lost)} that something can be booked to"
        raise Declined(reason, "crosswalk erp types shows them")
    return [rows[one] for one in codes] if codes else found.rows


def _members(found: Matrix, rows: Iterable[Row], types: Sequence[str]) -> Mapping[str, list[Member]]:
    """By project: what of each code is lacking there."""
    made: dict[str, list[Member]] = {}
    for row in rows:
        for copy in row.copies:
            lacking = [one for one in types if one not in copy.types]
            elements = [
                {"cost_code_id": int(copy.id), "line_item_type_id": int(found.types[one])} for one in lacking
            ]
            if elements:
                label = {"label": f"{row.code} with {', '.join(lacking)} in project {copy.project}"}
                member = Member(NAME, f"{copy.project} {row.code}", STEP, elements, "", label)
                made.setdefault(copy.project, []).append(member)
    return made


def _parts(members: Sequence[Member], call: Call) -> Iterator[list[Member]]:
    """As many as one call takes."""
    part: list[Member] = []
    for member in members:
        if sum(len(one.draft) for one in (*part, member)) > call.batch:
            yield part
            part = []
        part.append(member)
    if part:
        yield part


# ---------------------------------------------------------------- what was read


def _matrix(connection: Connection) -> Matrix:
    with connection.ledger.look() as tx:
        synced = {
            one.source_id for one in links.all_of(connection.ledger, tx, ["projects"]) if not one.parent
        }
    standard, wanted = _rows(connection, "cost_code"), str(connection.settings().get("cost_code_list") or "")
    types = {str(one["code"]): key for key, one in _rows(connection, "cost_type").items() if one.get("code")}
    by_id = {key: code for code, key in types.items()}
    copies: dict[str, list[Copy]] = {}
    for key, one in _rows(connection, "project_cost_code").items():
        project = str(one.get("project_id") or "")
        if project in synced and not one.get("deleted_at"):
            had = {by_id.get(str(each.get("id")), "") for each in one.get("line_item_types") or ()}
            copies.setdefault(str(one.get("full_code")), []).append(Copy(project, key, frozenset(had - {""})))
    divisions = {str(one.get("parent_id")) for one in standard.values() if one.get("parent_id")}
    rows = [
        Row(code, str(one.get("name") or ""), tuple(sorted(copies.get(code, ()), key=lambda o: o.project)))
        for key, one in standard.items()
        if key not in divisions and wanted in ("", str(one.get("standard_cost_code_list_id") or wanted))
        for code in (str(one.get("full_code")),)
    ]
    return Matrix(sorted(rows, key=lambda row: row.code), dict(sorted(types.items())))


def _rows(connection: Connection, name: str) -> dict[str, Any]:
    """The records of an object of Procore, by id."""
    stream = next(one for one in connection.streams if one.name == f"{_system(connection)}.{name}")
    with connection.ledger.look() as tx:
        return there(connection.ledger, tx, connection.desk.shape(stream.object.shape), stream)


def _system(connection: Connection) -> str:
    return connection.routes[CODES].source_port.system.name
