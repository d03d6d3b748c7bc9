"""Where the records of one mapping go: its target's calls, its source's marks, what its links keep."""

from __future__ import annotations

from dataclasses import dataclass

from engine.spec.model import Shape
from engine.system.model import Object
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

    @property
    def name(self) -> str:
        """As ops and the ledger's `wrote` say it: the way back has a name of its own."""
        return f"{self.mapping}<" if self.back else self.mapping
