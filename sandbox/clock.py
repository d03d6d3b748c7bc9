"""Time as the sandbox sees it: the machine's own, moved forward on request.

Tests move time instead of waiting. Everything that ages (tokens, idempotency keys, limits, late
writes) asks this clock and no other.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

_POLL = 0.01  # real seconds between two looks at the clock while waiting


class Clock:
    """The machine's time, and how far ahead of it we are."""

    def __init__(self, ahead: float = 0.0) -> None:
        self.ahead = ahead

    def now(self) -> datetime:
        """This instant, in UTC."""
        return datetime.now(UTC) + timedelta(seconds=self.ahead)

    def timestamp(self) -> float:
        """This instant in Unix seconds."""
        return self.now().timestamp()

    def advance(self, seconds: float) -> datetime:
        """Move forward (or back, for a clock that jumps); whoever waits for a moment passed now goes on."""
        self.ahead += seconds
        return self.now()

    async def wait(self, seconds: float) -> None:
        """Return when the clock has moved on so far, by itself or by `advance`."""
        due = self.timestamp() + seconds
        while (left := due - self.timestamp()) > 0:
            await asyncio.sleep(min(left, _POLL))
