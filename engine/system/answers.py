"""What an answer means: one of six meanings for the whole, and one result for each element sent.

Pure. Before: `client`, which has status, headers and bytes. After: the ledger, which goes on by the
meaning: done, wait, refused and gone are certain; never_sent may be sent again; unknown must be resolved.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any

import msgspec

from engine.system.conditions import found, holds
from engine.system.model import AnswerRule, System
from engine.system.port import DONE, GONE, REFUSED, UNKNOWN, WAIT, Answer

MOST_REASON = 500
LONGEST_WAIT = 172_800.0  # a day's limit may take a day; a header that says more is not believed
AGREED = timedelta(seconds=5)  # two clocks that differ by no more tell the same time
FIRST_WAIT = 5.0  # where a limit does not say how long
REFRESH, RETRY = "refresh", "retry"
_DECODER = msgspec.json.Decoder(float_hook=Decimal)
_CERTAIN = {"done": DONE, "refuse": REFUSED, "gone": GONE, "wait": WAIT, "retry": WAIT, "refresh": REFUSED}


class NotJson(ValueError):
    """The bytes are no JSON."""


def decoded(content: bytes) -> Any:
    """The body with exact decimals; None for an empty one. Raises `NotJson`."""
    content = content.removeprefix(b"\xef\xbb\xbf").strip()
    if not content:
        return None
    try:
        return _DECODER.decode(content)
    except (msgspec.DecodeError, ValueError, ArithmeticError, RecursionError):
        raise NotJson(said(content)) from None


def said(content: bytes) -> str:
    """What a body that is no JSON seems to be, in a few words."""
    text = content[:4000].decode("utf-8", "replace").strip()
    if re.match(r"(?i)<!doctype html|<html|<\?xml|<[a-z]", text):
        title = re.search(r"(?is)<title[^>]*>(.*?)</title>", text)
        about = " ".join(title[1].split())[:80] if title else ""
        return f"a web page ({about}) instead of data" if about else "a web page instead of data"
    return f"what is no JSON ({_short(text, 80)})" if text else "nothing"


def rule_for(system: System, status: int, body: Any) -> AnswerRule:
    """The first rule that fits; what none speaks of may have happened."""
    for rule in system.answers:
        if rule.status[0] <= status <= rule.status[1] and holds(rule.when, body):
            return rule
    return AnswerRule((status, status), "done" if 200 <= status < 300 else "unknown")


def understood(
    system: System, status: int, headers: Mapping[str, str], content: bytes, now: datetime
) -> tuple[Answer, str]:
    """The answer and what its rule says to do. A good status with a body nobody can read is unknown."""
    plain = ""
    try:
        body = decoded(content)
    except NotJson as problem:
        body, plain = None, str(problem)
    rule = rule_for(system, status, body)
    if rule.then == "done":
        if plain:
            reason = f"{system.title} answered {status} with {plain}"
            return Answer(UNKNOWN, status, None, headers, reason), "unknown"
        return Answer(DONE, status, body, headers), rule.then
    wait = waited(system, status, headers, now) if rule.then in ("wait", "retry", "unknown") else 0.0
    meaning = _CERTAIN.get(rule.then, UNKNOWN)
    return Answer(
        meaning, status, body, headers, reason_of(system, rule, status, body, plain), wait
    ), rule.then


def reason_of(system: System, rule: AnswerRule, status: int, body: Any, plain: str = "") -> str:
    """Why not, in the system's words and then in ours."""
    told = words(found(rule.message, body)) if rule.message and body is not None else ""
    own = " ".join(rule.say.split())
    if told and status >= 500:  # "An error occurred" needs to be told who says so
        told = f"{system.title} answered {status}: {told}"
    if told:
        return f"{told} ({own})" if own else told
    return own or f"{system.title} answered {status}" + (f": {plain}" if plain else "")


def words(value: Any) -> str:
    """A reason as one text, however it is nested: {"name": ["is taken"]} is "name is taken"."""
    if value is None or value is False:
        return ""
    if isinstance(value, dict):
        return _short("; ".join(f"{k} {words(v)}".strip() for k, v in value.items() if words(v)))
    if isinstance(value, list):
        return _short("; ".join(dict.fromkeys(filter(None, map(words, value)))))
    return _short(str(value))


def _short(text: str, most: int = MOST_REASON) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1] + "…"


def ahead(headers: Mapping[str, str], now: datetime, otherwise: timedelta) -> timedelta:
    """How far the clock of who answered is before ours, by the answer's Date, which knows whole seconds."""
    told = _instant(headers.get("date", ""))
    if told is None:
        return otherwise
    return told - now if abs(told - now) > AGREED else timedelta(0)


def waited(system: System, status: int, headers: Mapping[str, str], now: datetime) -> float:
    """Seconds until it makes sense to ask again; 0.0 if nothing says so and it is no limit."""
    said_so = _seconds(headers.get("retry-after", ""), now)
    if said_so is not None:
        return said_so
    if status != 429:
        return 0.0
    for limit in system.limits:
        until = _number(headers.get(limit.reset.lower(), "")) if limit.reset else None
        if until is not None:
            return _within(until - now.timestamp())
    problem = headers.get("x-rate-limit-problem", "").lower()
    named = next((limit for limit in system.limits if limit.problem and limit.problem == problem), None)
    if named is None:
        return 1.0 if problem == "concurrent" else FIRST_WAIT
    return min(float(named.seconds), LONGEST_WAIT)


def _seconds(text: str, now: datetime) -> float | None:
    """Retry-After: seconds, or a date."""
    if not text:
        return None
    number = _number(text)
    if number is not None:
        return _within(number)
    until = _instant(text)
    return None if until is None else _within((until - now).total_seconds())


def _instant(text: str) -> datetime | None:
    try:
        found_one = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return found_one if found_one.tzinfo else found_one.replace(tzinfo=UTC)


def _number(text: str) -> float | None:
    try:
        found_one = float(text)
    except ValueError:
        return None
    return found_one if found_one == found_one else None


def _within(seconds: float) -> float:
    return min(max(0.0, seconds), LONGEST_WAIT)
