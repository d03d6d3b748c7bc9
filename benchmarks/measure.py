"""How things are measured: CPU time of interleaved slices in one process, and whole child processes.

On a shared machine seconds say little. Every engine maps the same slice in turn, the order changes
from slice to slice, and what is claimed is the median of the ratios slice by slice.
"""

from __future__ import annotations

import gc
import json
import os
import statistics
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
Engine = Callable[[list[dict[str, Any]]], list[Any]]


@dataclass
class Race:
    """CPU seconds a record of every engine, slice by slice."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    turn: int = 0

    def run(self, engines: dict[str, Engine], records: list[dict[str, Any]]) -> dict[str, list[Any]]:
        """One slice through every engine, beginning with another one each time."""
        names = list(engines)
        names = names[self.turn % len(names) :] + names[: self.turn % len(names)]
        self.turn += 1
        found = {}
        for name in names:
            gc.collect()
            start = time.process_time()
            found[name] = engines[name](records)
            self.seconds.setdefault(name, []).append((time.process_time() - start) / len(records))
        return found

    def median(self, name: str) -> float:
        """Seconds a record."""
        return statistics.median(self.seconds[name])

    def ratio(self, name: str, against: str) -> Ratio:
        """How many times the other's time."""
        return Ratio.of([a / b for a, b in zip(self.seconds[name], self.seconds[against], strict=True)])


@dataclass(frozen=True)
class Ratio:
    """A median with its quartiles."""

    middle: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Ratio:
        """Of single ratios."""
        if len(values) < 2:
            return cls(values[0], values[0], values[0])
        low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
        return cls(middle, low, high)

    def __str__(self) -> str:
        return f"{self.middle:.2f}x [{self.low:.2f}..{self.high:.2f}]"


def peak_of(engine: Engine, records: list[dict[str, Any]]) -> float:
    """MiB that mapping and keeping these records takes on top of them."""
    engine(records[:10])
    gc.collect()
    tracemalloc.start()
    kept = engine(records)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    del kept
    return peak / 2**20


@dataclass(frozen=True)
class Child:
    """What a process took."""

    code: int
    cpu: float
    peak: float  # MiB
    wall: float


# A process begins with the peak of the one that started it (`ru_maxrss` outlives exec), and this one
# is large. So a small process stands between, starts the command and says what it took.
LAUNCHER = """
import json, os, subprocess, sys, time
start = time.perf_counter()
with open(sys.argv[1], "wb") as out:
    process = subprocess.Popen(sys.argv[2:], stdout=out)
    _, status, usage = os.wait4(process.pid, 0)
process.returncode = os.waitstatus_to_exitcode(status)
wall, cpu = time.perf_counter() - start, usage.ru_utime + usage.ru_stime
print(json.dumps([process.returncode, cpu, usage.ru_maxrss / 1024, wall]))
"""


def child(command: Sequence[str | Path], output: Path | None = None) -> Child:
    """Runs a process to its end. Its errors go where ours go."""
    launcher = [sys.executable, "-S", "-c", LAUNCHER, str(output or os.devnull)]
    said = subprocess.run([*launcher, *map(str, command)], stdout=subprocess.PIPE, cwd=ROOT, check=True)
    return Child(*json.loads(said.stdout))


def table(title: str, heads: Sequence[str], rows: Sequence[Sequence[object]], *notes: str) -> None:
    """Prints rows under their heads, numbers to the right."""
    cells = [[str(cell) for cell in row] for row in (heads, *rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(heads))]
    print(f"\n{title}\n{'-' * len(title)}")
    for row in cells:
        first = row[0].ljust(widths[0])
        print(
            "  ".join([first, *(cell.rjust(w) for cell, w in zip(row[1:], widths[1:], strict=True))]).rstrip()
        )
    for note in notes:
        print(note)


def verdict(good: bool) -> str:
    """One word for a goal."""
    return "met" if good else "MISSED"
