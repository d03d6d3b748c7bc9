"""What a plan stands on: the state of both sides and the memory, handed in by the shell. Pure data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.compile.frame import Facts
from engine.map.mapper import Mapper
from engine.system.model import Object


@dataclass(frozen=True, slots=True)
class Known:
    """A link as the ledger has it. `rows`: for each list address, row key -> id of the row there.

    `was_there`: the document is older than the link, which a person or matching made.
    """

    source_id: str
    target_id: str
    memory: Mapping[str, Any]
    rows: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    was_there: bool = False


@dataclass(slots=True)
class Ground:
    """Everything one flow is planned from.

    `records` are canonical source records; `there` maps a target id to the record in the target
    system as it is now (canonical, wire scalars), None when nobody can read it (write-only objects);
    `links` are all links of the mapping by source id; `wrote` is what was written last, by source id,
    in wire form; `frozen` are source ids with an op still under way; `objects` are the target's (and
    the source's) entries of system.yaml, for natural keys, locks and line ids. `links` are by the source
    id of the way forward on both ways. `counterpart` is what the other way of a two-way mapping wrote last,
    by its own source id: where this way has written nothing yet, it says what both sides agreed on. `made`
    are the ids of all documents this mapping ever made, unlinked ones too. `in_doubt` are those of the frozen
    that wait for a person's word. `born` are the drafts of documents that an earlier run owes and that are
    not made yet.
    """

    mapper: Mapper
    facts: Facts
    records: Iterable[Any]
    there: Mapping[str, Any] | None
    links: Mapping[str, Known]
    wrote: Mapping[str, Mapping[str, Any]]
    target_object: Object | None = None
    remembered: tuple[str, ...] = ()
    frozen: Mapping[str, str] = field(default_factory=dict)
    source_of: Callable[[str], Any] | None = None
    counterpart: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    made: frozenset[str] = frozenset()
    in_doubt: frozenset[str] = frozenset()
    born: Mapping[str, Any] = field(default_factory=dict)
