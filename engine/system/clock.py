"""The time and waiting, as the rest of the engine sees them: real, or moved by a test.

Key windows, settle times and limits are minutes to days long. A test that had to wait for them would
never be written, so nothing here or above it asks the machine for the time in another way.
"""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta


class SystemClock:
    """The machine's time."""

    def now(self) -> datetime:
        """An aware instant, UTC."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Waits."""
        if seconds > 0:
            time.sleep(seconds)


class MovedClock:
    """The machine's time and an offset; waiting moves it on and takes no time."""

    def __init__(self, offset: float = 0.0):
        self.offset = offset
        self.slept = 0.0
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """An aware instant, UTC."""
        return datetime.now(UTC) + timedelta(seconds=self.offset)

    def sleep(self, seconds: float) -> None:
        """Moves the time."""
        self.move(max(0.0, seconds))
        with self._lock:
            self.slept += max(0.0, seconds)

    def move(self, seconds: float) -> None:
        """Puts the clock forward, or back."""
        with self._lock:
            self.offset += seconds
