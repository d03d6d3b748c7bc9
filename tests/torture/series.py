"""Series of trials: one chapter in one kind of luck on one database; and a whole sync, killed at random."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from sandbox.answers import write
from tests.torture.chapters import MODES, Ledgers, ground, warm
from tests.torture.company import new_books
from tests.torture.results import Counts
from tests.torture.same import End, compare, end_of
from tests.torture.trial import Ground, Outcome, killed_at, started, to_the_end, undisturbed
from tests.worlds.sandboxed import Sandbox, connected

Choice = Callable[[Outcome], Iterable[int]]  # of what a counted sync told


def every(step: int) -> Choice:
    """Every so many events, all of them with 1."""
    return lambda counted: range(1, counted.events + 1, step)


def per_stop(many: int) -> Choice:
    """So many events after each stop: the first, the last, and evenly between."""

    def chosen(counted: Outcome) -> list[int]:
        found = set[int]()
        for begin, end in zip(counted.stops, [*counted.stops[1:], counted.events], strict=True):
            steps = range(many) if end > begin else ()
            found |= {begin + 1 + (end - begin - 1) * step // max(1, many - 1) for step in steps}
        return sorted(found)

    return chosen


def unanswered(many: int) -> Choice:
    """So many events, always the same, at which a write has left and its answer is not written down yet."""

    def chosen(counted: Outcome) -> list[int]:
        last = [
            counted.stops[at + 1]
            for at, name in enumerate(counted.names[:-1])
            if name.partition(" ")[0] in ("PUT", "POST", "PATCH", "DELETE") and "token" not in name
        ]
        return sorted(random.Random(many).sample(last, min(many, len(last))))

    return chosen


def series(
    sandbox: Sandbox,
    ledgers: Ledgers,
    chapter: str,
    mode: str,
    folder: Path,
    choice: Choice,
    until: float = 0.0,
) -> Counts:
    """Trials at chosen events, until the time is over (0: all of them)."""
    here = ground(sandbox, ledgers, chapter, folder)
    calm = undisturbed(here)
    assert not calm.problem, calm.problem
    expected = end_of(calm.world, calm.links)
    here.faults = MODES[mode]
    counted = undisturbed(here) if here.faults else calm
    counts = Counts(f"{chapter}.{mode}.{ledgers.name}", counted.events, len(counted.stops))
    judge(counts, "without a kill", counted, expected, tried=False)
    points = list(choice(counted))
    random.Random(7).shuffle(points)  # so that a series that is cut short has been everywhere
    for number, event in enumerate(points):
        if until and time.time() > until:
            break
        outcome = killed_at(here, counted.stops, event, quiet=number % 5 == 0)
        judge(counts, f"event {event} of {counted.events}", outcome, expected)
    return counts


def judge(counts: Counts, what: str, outcome: Outcome, expected: End, tried: bool = True) -> None:
    """Counts a trial, and keeps what went wrong."""
    counts.tried += tried
    counts.killed += outcome.killed
    counts.replays += outcome.replays
    if outcome.problem:
        counts.stuck += 1
    counts.open += bool(outcome.unfinished or outcome.quarantined)
    told = outcome.problem
    if outcome.world:
        difference = compare(expected, end_of(outcome.world, outcome.links))
        counts.lost += bool(difference.lost)
        counts.doubled += bool(difference.doubled)
        counts.wrong += bool(difference.wrong)
        told = "\n".join(filter(None, [told, difference.told()]))
    if told or outcome.unfinished or outcome.quarantined:
        trail = "\n".join(map(str, outcome.trail))
        counts.told.append(f"{counts.where}, {what}: {told}\n{trail}")


# ---------------------------------------------------------------- a whole sync


def whole(
    sandbox: Sandbox, ledgers: Ledgers, folder: Path, kills: int, salt: int, until: float = 0.0
) -> Counts:
    """The sample company synced into new books, and killed at random moments, several times a story."""
    mappers = warm(sandbox, folder)
    sandbox.reset()
    with connected(sandbox, ledgers.base):
        pass
    ledgers.freeze()
    here = Ground(sandbox, write({**new_books(), "clock": {"ahead": 0}}), ledgers.fresh, folder, mappers)
    began = time.monotonic()
    calm = undisturbed(here)
    lasts = (time.monotonic() - began) / 2
    expected = end_of(calm.world, calm.links)
    counts = Counts(f"whole.{salt}.{ledgers.name}", calm.events, len(calm.stops))
    judge(counts, "without a kill", calm, expected, tried=False)
    chance = random.Random(salt)
    while counts.killed < kills and not (until and time.time() > until):
        url, came = here.reset(), 0
        for _ in range(min(4, kills - counts.killed)):
            child = started(here, url)
            time.sleep(chance.uniform(0.0, lasts))
            os.kill(child, signal.SIGKILL)
            _, status = os.waitpid(child, 0)
            came += os.waitstatus_to_exitcode(status) == -signal.SIGKILL
        outcome = to_the_end(here, url, Outcome(killed=False))
        judge(counts, f"{came} kills, salt {salt}", outcome, expected)
        counts.killed += came
    return counts
