"""One customer connected: its flows, both systems' ports, the ledger, and the ways records go.

The shell around the stations that need the world; `sync`, `plan`, `doctor` and the rest start here.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from engine.check.typed import Flow
from engine.compile.order import sorted_flows
from engine.ledger.ledger import Ledger
from engine.ledger.rates import LedgerBudgets
from engine.ledger.store import Store
from engine.ledger.tokens import LedgerTokens, key_for
from engine.ledger.upgrade import upgrade
from engine.map.mapper import Mapper
from engine.read.live import Stream
from engine.read.mirrored import there
from engine.spec.model import Shape
from engine.system import places
from engine.system.account import account
from engine.system.client import HttpPort
from engine.system.clock import SystemClock
from engine.system.conditions import holds
from engine.system.load import systems
from engine.system.model import Call, Instead, Object, System
from engine.system.port import Clock, Port, Token
from engine.system.secrets import Secrets
from engine.workspace import Desk
from engine.write.route import Route

LEDGER = "CROSSWALK_LEDGER"


class Connection:
    """A customer with everything that reaches outside. `ports` may be put in for tests."""

    def __init__(
        self,
        desk: Desk,
        ledger_url: str = "",
        clock: Clock | None = None,
        ports: Mapping[str, Port] | None = None,
        environ: Mapping[str, str] | None = None,
    ):
        self.desk = desk
        self.name = desk.name
        self.book = desk.book
        self.clock: Clock = clock or SystemClock()
        self.environ = os.environ if environ is None else environ
        self.store = Store(ledger_url or self.environ.get(LEDGER, "") or str(default_ledger()))
        upgrade(self.store)
        self.ledger = Ledger(self.store, self.name, self.clock)
        self.systems: dict[str, System] = systems(self.book)
        self._ports = dict(ports or {})

    @cached_property
    def ports(self) -> dict[str, Port]:
        """Both systems' ports."""
        return {name: self._ports.get(name) or self._http(system) for name, system in self.systems.items()}

    def _http(self, system: System) -> Port:
        key = key_for(self.store, self.environ)
        tokens = LedgerTokens(self.store, self.name, self.clock, key, Token)
        budgets = LedgerBudgets(self.store, self.clock)
        values = account(system, self.desk.settings, self.environ)
        secrets = Secrets(self.name, self.environ)
        return HttpPort(system, values, secrets, tokens, budgets, self.clock, self.name)

    # ------------------------------------------------------------ ways

    @cached_property
    def flows(self) -> list[Flow]:
        """Every flow, in the order in which they run."""
        return sorted_flows(self.desk.flows)

    @cached_property
    def mappers(self) -> dict[str, Mapper]:
        """Every flow ready to run, by the name of its route; what is generated once serves every run."""
        return {f"{flow.name}<" if flow.back else flow.name: Mapper(flow) for flow in self.flows}

    @cached_property
    def remembered(self) -> dict[str, tuple[str, ...]]:
        """What links keep, by mapping: everything that any flow takes of them."""
        found: dict[str, set[str]] = {}
        for flow in self.desk.flows:
            for via, names in flow.remembered.items():
                found.setdefault(via, set()).update(names)
        return {via: tuple(sorted(names)) for via, names in found.items()}

    @cached_property
    def streams(self) -> list[Stream]:
        """Every list that can be read with what the account and its scopes say."""
        return [
            Stream(port, one)
            for port in self.ports.values()
            for one in port.system.objects.values()
            if one.list is not None and _own(one) and _readable(one, port)
        ]

    @cached_property
    def routes(self) -> dict[str, Route]:
        """Where the records of each flow go."""
        found = [self._route(flow) for flow in self.flows]
        return {route.name: route for route in found}

    def _route(self, flow: Flow) -> Route:
        target, source = self.desk.shape(flow.target), self.desk.shape(flow.source)
        port, source_port = self.ports[target.system], self.ports[source.system]
        return Route(
            mapping=flow.name,
            back=flow.back,
            title=flow.mapping.title,
            version=flow.mapping.version,
            shape=target,
            target=port.system.of_shape(target.name)[0],
            port=port,
            sources=tuple(source_port.system.of_shape(source.name)),
            source_port=source_port,
            remembered=self.remembered.get(flow.name, ()),
            owns=flow.into is None,
            elsewhere=tuple(self._elsewhere(port.system, port.system.of_shape(target.name)[0])),
        )

    def _elsewhere(self, system: System, target: Object) -> Iterator[tuple[Instead, Object, Shape]]:
        for to in target.instead:
            there = system.objects[to.object]
            yield to, there, self.desk.shape(there.shape)

    def there(self, tx: sa.Connection, route: Route) -> dict[str, Any] | None:
        """What is on a route's other side, by id; None if nobody can read it."""
        stream = self.stream_of(route)
        if stream is None:
            return None
        found = there(self.ledger, tx, route.shape, stream)
        for to, _, _ in route.elsewhere:
            other = route.at(to.object)
            beside = self.there(tx, replace(other, elsewhere=())) or {}
            found |= {key: one for key, each in beside.items() if holds(to.when, one := other.home(each))}
        return found

    @cached_property
    def calls(self) -> dict[str, tuple[Call, Port]]:
        """Every call by its name, with the port it goes through."""
        return {
            call.name: (call, port) for port in self.ports.values() for call in port.system.calls.values()
        }

    def stream_of(self, route: Route) -> Stream | None:
        """The stream that tells what is there on a route's other side; None if nobody can read it."""
        name = f"{route.port.system.name}.{route.target.name}"
        return next((stream for stream in self.streams if stream.name == name), None)

    def settings(self, more: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The customer's settings with what was learnt from the systems."""
        return {**self.desk.settings, **(more or {})}

    def close(self) -> None:
        """Lets go of the database, and of the lines to both systems."""
        for port in self.__dict__.get("ports", {}).values():
            if isinstance(port, HttpPort):
                port.close()
        self.store.close()


def default_ledger() -> Path:
    """Where the ledger is unless somebody says otherwise: beside the work, not in it."""
    return Path.cwd() / ".crosswalk" / "ledger.db"


def _own(one: Object) -> bool:
    """Whether the list is the object's own; views repeat another's."""
    return one.list is not None and one.list.name.split(".")[1] == one.name


def _readable(one: Object, port: Port) -> bool:
    assert one.list is not None
    texts = [one.list.path, *one.list.query.values()]
    asked = {name for text in texts for name, _ in places.names(text)}
    return asked <= {*port.values, one.scope_as, "source_id"} - {""}
