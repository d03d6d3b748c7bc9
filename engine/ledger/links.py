"""Links: which document was made of which record, and what is remembered of both.

Rows of a document have links of their own, under the list's address and with the document as parent.
A target belongs to one record only, where the mapping owns the document (the database keeps that).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from engine.ledger.exact import exact, text_of
from engine.ledger.ledger import Ledger
from engine.ledger.store import LedgerError
from engine.ledger.tables import link, wrote

MADE, ADOPTED, MATCHED, PERSON, IMPORT = "made", "adopted", "matched", "person", "import"


@dataclass(frozen=True, slots=True)
class Link:
    """One pair. `memory` holds members of both records, flat, exact; `parent` is "" for a document."""

    mapping: str
    source_id: str
    target_id: str
    memory: Mapping[str, Any]
    parent: str = ""
    owns: bool = True
    how: str = MADE
    since: str = ""

    @property
    def was_there(self) -> bool:
        """Whether the document is older than its link."""
        return self.how in (MATCHED, PERSON)


def put(ledger: Ledger, tx: sa.Connection, links: Iterable[Link]) -> None:
    """Makes or renews links; a memory replaces the old one. Raises LedgerError for a target taken."""
    rows = [
        {
            "connection": ledger.connection,
            "mapping": one.mapping,
            "parent": one.parent,
            "source_id": one.source_id,
            "target_id": one.target_id,
            "owns": one.owns,
            "memory": text_of(one.memory),
            "how": one.how,
            "since": one.since or ledger.now(),
        }
        for one in links
    ]
    try:
        with ledger.store.part(tx):
            ledger.store.put(tx, link, rows)
    except IntegrityError as error:
        raise LedgerError(
            "a document would belong to two records: it is linked to another one already",
            "unlink that one first (crosswalk link CUSTOMER MAPPING ID --remove)",
        ) from error


def all_of(ledger: Ledger, tx: sa.Connection, mappings: Iterable[str] | None = None) -> list[Link]:
    """Links of these mappings (all of them by default), documents before their rows."""
    query = sa.select(link).where(link.c.connection == ledger.connection)
    if mappings is not None:
        query = query.where(link.c.mapping.in_(list(mappings)))
    query = query.order_by(link.c.mapping, link.c.parent, link.c.since, link.c.source_id)
    return [_link(row) for row in tx.execute(query)]


def of_mapping(ledger: Ledger, tx: sa.Connection, mapping: str) -> list[Link]:
    """Links of a mapping and of the rows of its documents."""
    rows = link.c.mapping.startswith(f"{mapping}.", autoescape=True)
    query = sa.select(link).where(link.c.connection == ledger.connection, (link.c.mapping == mapping) | rows)
    return [_link(row) for row in tx.execute(query.order_by(link.c.parent, link.c.since, link.c.source_id))]


def one(ledger: Ledger, tx: sa.Connection, mapping: str, source_id: str, parent: str = "") -> Link | None:
    """The link of one record."""
    row = tx.execute(_where(sa.select(link), ledger, mapping, source_id, parent)).first()
    return None if row is None else _link(row)


def rows_of(ledger: Ledger, tx: sa.Connection, address: str, parent: str) -> dict[str, str]:
    """Row keys and ids of a document's list."""
    query = sa.select(link.c.source_id, link.c.target_id).where(
        link.c.connection == ledger.connection, link.c.mapping == address, link.c.parent == parent
    )
    return {row.source_id: row.target_id for row in tx.execute(query)}


def row_ids(ledger: Ledger, tx: sa.Connection, mapping: str, parent: str) -> set[str]:
    """Ids of all rows a record wrote, whatever list they are in."""
    query = sa.select(link.c.target_id).where(
        link.c.connection == ledger.connection,
        link.c.mapping.startswith(f"{mapping}.", autoescape=True),
        link.c.parent == parent,
    )
    return set(tx.execute(query).scalars())


def rows_taken(ledger: Ledger, tx: sa.Connection, ids: Iterable[str]) -> set[str]:
    """Those of these row ids that belong to a record already."""
    query = sa.select(link.c.target_id).where(
        link.c.connection == ledger.connection, link.c.parent != "", link.c.target_id.in_(list(ids))
    )
    return {row.target_id for row in tx.execute(query)}


def remove(ledger: Ledger, tx: sa.Connection, mapping: str, source_id: str) -> None:
    """Forgets a document, its rows, and what was written there, by either way; the events keep what was."""
    known = one(ledger, tx, mapping, source_id)
    tx.execute(_where(sa.delete(link), ledger, mapping, source_id, ""))
    rows = sa.delete(link).where(
        link.c.connection == ledger.connection,
        link.c.mapping.startswith(f"{mapping}.", autoescape=True),
        link.c.parent == source_id,
    )
    tx.execute(rows)
    notes = [(mapping, source_id), *([] if known is None else [(f"{mapping}<", known.target_id)])]
    for way, own in notes:
        tx.execute(
            sa.delete(wrote).where(
                wrote.c.connection == ledger.connection, wrote.c.mapping == way, wrote.c.source_id == own
            )
        )


def remove_row(ledger: Ledger, tx: sa.Connection, mapping: str, parent: str, row_id: str) -> None:
    """Forgets one row of a document."""
    tx.execute(
        sa.delete(link).where(
            link.c.connection == ledger.connection,
            link.c.mapping.startswith(f"{mapping}.", autoescape=True),
            link.c.parent == parent,
            link.c.target_id == row_id,
        )
    )


def remember(ledger: Ledger, tx: sa.Connection, mapping: str, memories: Mapping[str, Any]) -> None:
    """New memories of linked documents, by source id."""
    for source_id, memory in memories.items():
        query = sa.update(link).values(memory=text_of(memory))
        tx.execute(_where(query, ledger, mapping, source_id, ""))


def _where(query: Any, ledger: Ledger, mapping: str, source_id: str, parent: str) -> Any:
    return query.where(
        link.c.connection == ledger.connection,
        link.c.mapping == mapping,
        link.c.source_id == source_id,
        link.c.parent == parent,
    )


def _link(row: Any) -> Link:
    return Link(
        row.mapping,
        row.source_id,
        row.target_id,
        exact(row.memory),
        row.parent,
        row.owns,
        row.how,
        row.since,
    )


# ---------------------------------------------------------------- what was written last


def written(ledger: Ledger, tx: sa.Connection, mapping: str) -> dict[str, dict[str, Any]]:
    """What this mapping wrote last, by source id, in wire form."""
    query = sa.select(wrote.c.source_id, wrote.c.fields).where(
        wrote.c.connection == ledger.connection, wrote.c.mapping == mapping
    )
    return {row.source_id: exact(row.fields) for row in tx.execute(query)}


def last_written(ledger: Ledger, tx: sa.Connection, mapping: str, source_id: str) -> dict[str, Any]:
    """What this mapping wrote last of one record; nothing if it never did."""
    query = sa.select(wrote.c.fields).where(
        wrote.c.connection == ledger.connection,
        wrote.c.mapping == mapping,
        wrote.c.source_id == source_id,
    )
    row = tx.execute(query).first()
    return {} if row is None else dict(exact(row.fields))


def write_down(
    ledger: Ledger, tx: sa.Connection, mapping: str, version: int, records: Mapping[str, Any]
) -> None:
    """What was written now, by source id."""
    rows = [
        {
            "connection": ledger.connection,
            "mapping": mapping,
            "source_id": source_id,
            "fields": text_of(fields),
            "version": version,
            "at": ledger.now(),
        }
        for source_id, fields in records.items()
    ]
    ledger.store.put(tx, wrote, rows)
