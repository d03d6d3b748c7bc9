"""One life of a process: its events counted and its outside looked at, or ended by SIGKILL at a point.

An event is a bytecode of the ledger's or the writing code, or a line of the HTTP client (ours, or
httpcore's). A point names a class by the number of changes before it (`outside`), and an event in it:
0 is right after the change, LAST right before the next one.
"""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

import httpcore._sync.http11

import engine.ledger
import engine.system
import engine.write
from tests.torture.outside import COMMIT, SENT, Changes, Witness


def _files(module: Any) -> set[str]:
    return {str(path) for path in Path(str(module.__file__)).parent.glob("*.py")}


BYTECODES = _files(engine.ledger) | _files(engine.write)
LINES = _files(engine.system) | _files(httpcore._sync.http11)
LAST = -1
LOOKS = 1000  # events between two looks of the witness


class Point(NamedTuple):
    """Where a process is killed."""

    change: int
    event: int = 0


@dataclass(slots=True)
class Counted:
    """What a life told that ended by itself."""

    names: list[str] = field(default_factory=lambda: ["begin"])  # the change each class begins with
    events: list[int] = field(default_factory=lambda: [0])  # of each class
    new: list[bool] = field(default_factory=lambda: [True])  # whether it differs from the class before
    looks: int = 0
    unannounced: list[str] = field(default_factory=list)  # classes in which the outside changed


class _Traced:
    """Follows what this process does, event by event."""

    def begin(self) -> None:
        """From here on, in the frames that are open as well."""
        frame: FrameType | None = sys._getframe()
        while frame is not None:
            frame.f_trace = self._entered(frame, "call", None)
            frame = frame.f_back
        sys.settrace(self._entered)

    def _entered(self, frame: FrameType, event: str, value: Any) -> Any:
        name = frame.f_code.co_filename
        if name in BYTECODES:
            frame.f_trace_opcodes, frame.f_trace_lines = True, False
            return self._seen
        return self._seen if name in LINES else None

    def _seen(self, frame: FrameType, event: str, value: Any) -> Any:
        if event in ("opcode", "line"):
            self.happened()
        return self._seen

    def happened(self) -> None:
        """An event."""
        raise NotImplementedError


class Calm(_Traced):
    """A life nobody ends: counts events by class, and has the witness look at each class."""

    def __init__(self, witness: Witness | None, alone: bool):
        self.counted = Counted()
        self._witness, self._alone = witness, alone  # alone: no server acts by itself, later
        self._first = self._sees()
        Changes(self._before, self._after).watch()

    def happened(self) -> None:
        self.counted.events[-1] += 1
        if self.counted.events[-1] % LOOKS == 0:
            self._look()

    def _before(self, name: str) -> None:
        self._look()

    def _after(self, name: str) -> None:
        self.counted.names.append(name)
        self.counted.events.append(0)
        was, self._first = self._first, self._sees()
        self.counted.new.append(self._witness is None or name != COMMIT or was != self._first)

    def _look(self) -> None:
        """A server that has a request to work on may change what it holds; nothing else may."""
        now, name = self._sees(), self.counted.names[-1]
        ledger, systems = (one == other for one, other in zip(self._first, now, strict=True))
        if not ledger or not (systems or name.startswith(SENT) or not self._alone):
            self.counted.unannounced.append(f"after change {len(self.counted.names) - 1}, {name}")

    def _sees(self) -> tuple[int, int]:
        if self._witness is None:
            return 0, 0
        self.counted.looks += 1
        here = sys.gettrace()
        sys.settrace(None)
        seen = self._witness.sees()
        sys.settrace(here)
        return seen


class Doomed(_Traced):
    """A life that ends at a point."""

    def __init__(self, point: Point):
        self._point, self._changes, self._events = point, 0, 0
        Changes(self._before, self._after).watch()
        self._arrived()

    def happened(self) -> None:
        self._events += 1
        if self._events == self._point.event:
            _die()

    def _before(self, name: str) -> None:
        if self._changes == self._point.change:  # LAST; or there were fewer events than last time
            _die()

    def _after(self, name: str) -> None:
        self._changes += 1
        self._arrived()

    def _arrived(self) -> None:
        if self._changes == self._point.change:
            if self._point.event == 0:
                _die()
            if self._point.event > 0:
                self.begin()


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
