"""Which function reads which kind of node: a dict filled by the decorator `reads`.

A reader gets its node and `build`, which makes the functions of the nodes below it; whatever can
be decided once is decided there, before any record is seen. The function it returns is called
with a frame and the current element, for every record.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from engine.check.typed import Expr
from engine.compile.frame import Function

Build = Callable[[Expr], Function]
Node = TypeVar("Node", bound=Expr)
Reader = Callable[[Node, Build], Function]

READERS: dict[type[Expr], Reader[Any]] = {}


def reads(kind: type[Node]) -> Callable[[Reader[Node]], Reader[Node]]:
    """Registers a function as the reader of one kind of node."""

    def register(reader: Reader[Node]) -> Reader[Node]:
        READERS[kind] = reader
        return reader

    return register
