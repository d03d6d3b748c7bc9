"""Tokens and budgets in memory: what the ledger keeps, for tests that need no ledger."""

from __future__ import annotations

import threading
from collections import deque
from datetime import datetime
from typing import Any

from engine.system.port import Token


class MemoryTokens:
    """Tokens of this process, and a trail of what was done to them."""

    def __init__(self) -> None:
        self.kept: dict[str, Token] = {}
        self.trail: list[str] = []
        self._claimed: set[str] = set()
        self._lock = threading.Lock()

    def get(self, name: str) -> Token | None:
        return self.kept.get(name)

    def put(self, name: str, token: Token) -> None:
        with self._lock:
            self.kept[name] = token
            self.trail.append(f"put {token.access}")

    def claim(self, name: str, seconds: float) -> bool:
        with self._lock:
            if name in self._claimed:
                return False
            self._claimed.add(name)
            return True

    def release(self, name: str) -> None:
        with self._lock:
            self._claimed.discard(name)


class MemoryBudgets:
    """Budgets that slide: so many calls in the last so many seconds."""

    def __init__(self) -> None:
        self.took: dict[str, deque[float]] = {}
        self.lowered: dict[str, tuple[int, float]] = {}
        self.taken = 0
        self._lock = threading.Lock()

    def take(self, connection: str, limits: tuple[Any, ...], now: datetime) -> float:
        at = now.timestamp()
        with self._lock:
            wait = max([0.0, *(self._wait(limit, at) for limit in limits)])
            if wait:
                return wait
            self.taken += 1
            for limit in limits:
                self.took.setdefault(limit.name, deque()).append(at)
                left, until = self.lowered.get(limit.name, (0, 0.0))
                if until > at:
                    self.lowered[limit.name] = (left - 1, until)
            return 0.0

    def lower(self, connection: str, limit: str, remaining: int, until: datetime) -> None:
        with self._lock:
            self.lowered[limit] = (remaining, until.timestamp())

    def _wait(self, limit: Any, at: float) -> float:
        took = self.took.setdefault(limit.name, deque())
        while took and took[0] <= at - limit.seconds:
            took.popleft()
        left, until = self.lowered.get(limit.name, (1, 0.0))
        if until > at and left <= 0:
            return until - at
        return took[0] + limit.seconds - at + 0.001 if len(took) >= limit.calls else 0.0
