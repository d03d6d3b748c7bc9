"""What the receiver of webhooks writes on stderr: a JSON line for what it heard, and for what it refused.

Strangers can call it as often as they like, so the same refusal is told at most once a minute, with how
often it happened since. Before: `listening`. After: whoever reads logs.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import click

from engine.ledger.exact import text_of
from engine.ledger.ledger import Time

EVERY = 60.0  # seconds
MOST_NAMED = 20


def on_stderr(line: str) -> None:
    """A line for the log."""
    click.echo(line, err=True)


class Diary:
    """The log of one listener."""

    def __init__(
        self,
        clock: Time,
        write: Callable[[str], None] = on_stderr,
        ticks: Callable[[], float] = time.monotonic,
    ):
        self.clock, self.write, self.ticks = clock, write, ticks
        self._last: dict[tuple[str, str, str], tuple[float, int]] = {}

    def heard(self, system: str, customer: str, about: Sequence[str], new: int) -> None:
        """Hints that are kept; those that came before are not new."""
        self._line("heard", system, customer, about=about[:MOST_NAMED], count=len(about), new=new)

    def refused(self, system: str, customer: str, why: str) -> int:
        """Counts a refusal; how many there were since the last line, if this is the time for one, else 0."""
        key, now = (system, customer, why), self.ticks()
        last, count = self._last.get(key, (now - EVERY, 0))
        if now - last < EVERY:
            self._last[key] = (last, count + 1)
            return 0
        self._last[key] = (now, 0)
        self._line("refused", system, customer, why=why, times=count + 1)
        return count + 1

    def unread(self, system: str, customer: str, about: str) -> None:
        """A webhook of a kind for which system.yaml names nothing to read."""
        self._line("not read", system, customer, about=about)

    def unwritten(self, why: str) -> None:
        """An event that could not be written."""
        self._line("event not written", "", "", why=why)

    def _line(self, what: str, system: str, customer: str, **more: Any) -> None:
        at = self.clock.now().isoformat(timespec="milliseconds")
        self.write(text_of({"at": at, "what": what, "system": system, "customer": customer, **more}))
