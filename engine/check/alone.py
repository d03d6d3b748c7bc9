"""The registry of checks that need no resolving of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from engine.check.typed import Flow
from engine.spec.model import Book
from engine.spec.problem import Problem

CHECKS: dict[str, Callable[[Book, list[Flow]], Iterator[Problem]]] = {}


def check(
    name: str,
) -> Callable[
    [Callable[[Book, list[Flow]], Iterator[Problem]]], Callable[[Book, list[Flow]], Iterator[Problem]]
]:
    """Registers a check under its name."""

    def register(
        function: Callable[[Book, list[Flow]], Iterator[Problem]],
    ) -> Callable[[Book, list[Flow]], Iterator[Problem]]:
        CHECKS[name] = function
        return function

    return register
