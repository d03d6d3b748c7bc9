"""What a station asks of whoever keeps things from one process to the next.

Stations do not know where that is; `cache`, beside them, does. Here are the trees of files that had
nothing wrong with them: the same bytes under the same name are not read, nor held against their
form, a second time. Before: nothing. After: `load` asks for trees, `map/fast` for programs.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Any, Protocol

from engine.spec.node import Node

SUM = 32
Mark = tuple[str, str, bytes]


class Kept(Protocol):
    """Finds again what it was given, or not; it never fails."""

    def get(self, *key: object) -> Any:
        """What was kept under this key, or None."""

    def put(self, made: Any, *key: object) -> None:
        """Keeps what was made."""


class Trees:
    """The trees of a project's sound files, by name, kind and the sum of the bytes."""

    def __init__(self, kept: Kept | None):
        self.kept = kept
        self.known: dict[Mark, Node] = (kept.get("trees") if kept is not None else None) or {}
        self.sound: dict[Mark, Node] = {}
        self._all = blake2b(digest_size=SUM)

    def mark(self, name: str, kind: str, raw: bytes) -> Mark:
        """How a file that has been read is known."""
        found = (name, kind, blake2b(raw, digest_size=SUM).digest())
        self._all.update(repr(found).encode())
        return found

    def digest(self) -> str:
        """The sum of all files that were read."""
        return self._all.hexdigest()

    def keep(self) -> None:
        """Keeps the sound ones, unless just these were kept before."""
        if self.kept is not None and self.sound.keys() != self.known.keys():
            self.kept.put(self.sound, "trees")
