"""How much each system takes, counted in fixed windows by the sandbox's clock, with the real headers.

Xero: calls in flight, a minute and a day per organisation, a minute over all of them. Procore: an hour
and ten seconds; its headers describe whichever window is nearer its end. Without `real` the limits
are too generous to be met.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

from sandbox.answers import TEXT, Answer
from sandbox.clock import Clock

REAL: dict[str, dict[str, int]] = {
    "xero": {"concurrent": 5, "minute": 60, "day": 5_000, "app_minute": 10_000},
    "procore": {"hour": 3_600, "spike": 25},
}
GENEROUS: dict[str, dict[str, int]] = {system: dict.fromkeys(each, 100_000) for system, each in REAL.items()}
WINDOWS = {"minute": 60, "day": 86_400, "app_minute": 60, "hour": 3_600, "spike": 10}
_PROBLEM = {"app_minute": "appminute"}


class Limits:
    """The counters of both systems."""

    def __init__(self, clock: Clock, real: bool = False) -> None:
        self.clock = clock
        self.values = {system: dict(each) for system, each in (REAL if real else GENEROUS).items()}
        self._counts: Counter[tuple[str, str, str, int]] = Counter()
        self._flying: Counter[tuple[str, str]] = Counter()

    def set(self, values: dict[str, Any]) -> None:
        """Take other limits, `{"real": true}` or `{"xero": {"minute": 60}}`, and count anew."""
        if "real" in values:
            self.values = {s: dict(each) for s, each in (REAL if values["real"] else GENEROUS).items()}
        for system, each in values.items():
            if system in self.values:
                self.values[system].update({name: int(number) for name, number in each.items()})
        self._counts.clear()

    def enter(self, system: str, tenant: str) -> tuple[dict[str, str], Answer | None]:
        """Count a call: the headers its answer carries, and the refusal if it is one too many.

        Every call that enters must `leave`, refused or not.
        """
        self._flying[system, tenant] += 1
        values = self.values[system]
        over = "concurrent" if self._flying[system, tenant] > values.get("concurrent", math.inf) else ""
        for name in values if not over else ():
            if name in WINDOWS:
                self._counts[self._key(system, tenant, name)] += 1
                if self._counts[self._key(system, tenant, name)] > values[name]:
                    over = over or name
        headers = self.headers(system, tenant)
        return headers, self.refusal(system, over, headers) if over else None

    def leave(self, system: str, tenant: str) -> None:
        """A call has ended."""
        self._flying[system, tenant] -= 1

    def headers(self, system: str, tenant: str) -> dict[str, str]:
        """What is left, as the system says it."""
        if system == "xero":
            names = {"minute": "Min", "day": "Day", "app_minute": "AppMin"}
            return {
                f"X-{word}Limit-Remaining": str(self._left(system, tenant, n)) for n, word in names.items()
            }
        nearest = min(("hour", "spike"), key=lambda n: self._left(system, tenant, n) / self.values[system][n])
        return {
            "X-Rate-Limit-Limit": str(self.values[system][nearest]),
            "X-Rate-Limit-Remaining": str(self._left(system, tenant, nearest)),
            "X-Rate-Limit-Reset": str(self._ends(nearest)),
        }

    def refusal(
        self, system: str, over: str, headers: dict[str, str] | None = None, seconds: float | None = None
    ) -> Answer:
        """The 429 of a system for the limit named."""
        wait = math.ceil(self._ends(over) - self.clock.timestamp()) if over in WINDOWS else 1
        wait = max(1, wait if seconds is None else math.ceil(seconds))
        headers = dict(headers or self.headers(system, ""))
        if system == "xero":
            headers["X-Rate-Limit-Problem"] = _PROBLEM.get(over, over)
            if over != "concurrent":
                headers["Retry-After"] = str(wait)
            return Answer(429, f"The {over} rate limit has been exceeded.", headers, TEXT)
        headers["X-Rate-Limit-Remaining"] = "0"
        headers["X-Rate-Limit-Reset"] = str(math.ceil(self.clock.timestamp()) + wait)
        return Answer(429, {"errors": "You have surpassed the max number of requests"}, headers)

    def _key(self, system: str, tenant: str, name: str) -> tuple[str, str, str, int]:
        whose = "" if name == "app_minute" else tenant
        return (system, whose, name, int(self.clock.timestamp()) // WINDOWS[name])

    def _left(self, system: str, tenant: str, name: str) -> int:
        return max(0, self.values[system][name] - self._counts[self._key(system, tenant, name)])

    def _ends(self, name: str) -> int:
        return (int(self.clock.timestamp()) // WINDOWS[name] + 1) * WINDOWS[name]
