"""Where the records of one mapping go: its target's calls, its source's marks, what its links keep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from engine.spec.model import Shape
from engine.system.conditions import holds
from engine.system.model import Instead, Object
from engine.system.port import Port


@dataclass(frozen=True, slots=True)
class Route:
    """One flow's way out. `owns` is false for an `into` mapping: the document is another one's.

    `remembered` are the members a link keeps, of either record; `sources` the objects its records come
    from, for marks. `mapping` is the link's name: both ways of a mapping share their links.
    """

    mapping: str
    back: bool
    title: str
    version: int
    shape: Shape
    target: Object
    port: Port
    sources: tuple[Object, ...]
    source_port: Port
    remembered: tuple[str, ...]
    owns: bool = True
    elsewhere: tuple[tuple[Instead, Object, Shape], ...] = field(default=(), compare=False)
    away: Instead | None = None  # which of them this one is

    @property
    def name(self) -> str:
        """As ops and the ledger's `wrote` say it: the way back has a name of its own."""
        return f"{self.mapping}<" if self.back else self.mapping

    def of(self, record: Mapping[str, Any]) -> Route:
        """The way of one record: some kinds stand elsewhere."""
        return next((self.at(to.object) for to, _, _ in self.elsewhere if holds(to.when, record)), self)

    def at(self, name: str) -> Route:
        """The way to an object by its name; this one, where it is not elsewhere."""
        for to, target, shape in self.elsewhere:
            if to.object == name:
                return replace(self, target=target, shape=shape, away=to)
        return self

    def out(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """A record by the names it has there."""
        return dict(record) if self.away is None else self.away.out(record)

    def home(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """An answer by the names the mapping knows."""
        return dict(record) if self.away is None else self.away.home(record)
