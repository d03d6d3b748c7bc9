"""Everything both systems hold, in memory: collection → id → object as stored.

Money is `Decimal`. A collection or member whose name begins with `_` is the sandbox's own (tokens,
who created a document) and never leaves in an answer. What `dump` gives, `load` takes.
"""

from __future__ import annotations

import threading
import uuid
from typing import Any

from sandbox.clock import Clock

Record = dict[str, Any]
Collections = dict[str, dict[str, Record]]

_NAMESPACE = uuid.UUID("5a9db0c5-0000-4000-8000-000000000000")
_FIRST_NUMBER = 90_000_001
HOOKS = "_hooks"  # who registered to be told, in either system


class BadWorld(ValueError):
    """What somebody gave is no world."""


class World:
    """Both systems, their clock, and one lock around each request's effect."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.clock = clock or Clock()
        self.lock = threading.RLock()
        self.xero: Collections = {}
        self.procore: Collections = {}
        self.tenants: dict[str, Collections] = {}  # further Xero organisations, by tenant id
        self.switches: Record = {}  # behaviour the facts leave open, such as omitted_ids
        self.born = 0
        self.memory: Record = {}  # what no dump keeps, such as idempotency keys
        self.age = 0  # how often another world was loaded
        self.news: list[tuple[str, Record]] = []  # what webhooks tell of, until the postman takes it
        self.rung = threading.Event()

    def of(self, system: str, collection: str) -> dict[str, Record]:
        """A collection of a system, made when it is not there yet."""
        collections: Collections = getattr(self, system)
        return collections.setdefault(collection, {})

    def tell(self, system: str, said: Record) -> None:
        """Note what happened for the webhooks of a system, if anybody registered."""
        if getattr(self, system).get(HOOKS):
            self.news.append((system, said))
            self.rung.set()

    def fresh_uuid(self) -> str:
        """An id as Xero gives them: new in this world, the same when the same world is played again."""
        self.born += 1
        return str(uuid.uuid5(_NAMESPACE, str(self.born)))

    def fresh_number(self) -> int:
        """An id as Procore gives them."""
        self.born += 1
        return _FIRST_NUMBER + self.born

    def dump(self) -> Record:
        """The whole world, as `load` takes it."""
        with self.lock:
            return {
                "clock": {"ahead": self.clock.ahead},
                "born": self.born,
                "switches": dict(self.switches),
                "xero": self.xero,
                "procore": self.procore,
                "tenants": self.tenants,
            }

    def load(self, data: Record) -> None:
        """Be this world, and forget the one before. Raises `BadWorld`, and stays as it was."""
        _refuse_what_is_no_world(data)
        with self.lock:
            self.age += 1
            self.memory, self.news = {}, []
            self.clock.ahead = float(data.get("clock", {}).get("ahead", self.clock.ahead))
            self.born = int(data.get("born", 0))
            self.switches = dict(data.get("switches", {}))
            self.xero = data.get("xero", {})
            self.procore = data.get("procore", {})
            self.tenants = data.get("tenants", {})


def _refuse_what_is_no_world(data: Any) -> None:
    """Name the first thing that `dump` would not have written so."""
    parts = ("clock", "born", "switches", "xero", "procore", "tenants")
    if not isinstance(data, dict) or set(data) - set(parts):
        raise BadWorld(f"a world is an object of {', '.join(parts)}, and of nothing else")
    tenants = data.get("tenants", {})
    systems = {name: data.get(name, {}) for name in ("xero", "procore")}
    if not isinstance(tenants, dict):
        raise BadWorld("tenants is not an object")
    for system, collections in {
        **systems,
        **{f"tenants.{name}": each for name, each in tenants.items()},
    }.items():
        if not isinstance(collections, dict):
            raise BadWorld(f"{system} is not an object of collections")
        for name, records in collections.items():
            if not isinstance(records, dict) or not all(isinstance(each, dict) for each in records.values()):
                raise BadWorld(f"{system}.{name} is not an object of records by their ids")
