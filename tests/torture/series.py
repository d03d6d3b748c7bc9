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
from tests.torture.life import LAST, Counted, Point
from tests.torture.outside import ANSWERED, SENT
from tests.torture.results import Counts
from tests.torture.same import End, compare, end_of
from tests.torture.trial import Ground, Outcome, counted, killed_at, started, to_the_end, undisturbed
from tests.worlds.sandboxed import Sandbox, connected

Choice = Callable[[Counted], Iterable[Point]]  # of what a counted sync told
AT_ONCE = 8  # kills in one story of a whole sync
PAUSES = (0.0, 0.0, 360.0, 480.0)  # seconds between a kill and the next process: every settle window


def classes(inside: int, whole: bool, ends: bool = False) -> Choice:
    """Every class at its beginning, some events inside, wherever they lie, and the end of each if wanted.

    The whole of it, from the first event on; else from the first write on, since until then all kinds of
    luck are the same.
    """

    def chosen(calm: Counted) -> list[Point]:
        begin = 0 if whole else _owed(calm)
        found = [Point(at) for at in range(begin, len(calm.names)) if calm.new[at]]
        chance = random.Random(len(found))
        weights = [max(0, events - 1) for events in calm.events]
        for change in chance.choices(range(len(weights)), weights, k=inside):
            found.append(Point(change, chance.randint(2, calm.events[change])))
        return found + [Point(at.change, LAST) for at in found[:-inside] if ends]

    return chosen


def _owed(calm: Counted) -> int:
    """The class in which the first write is owed: owed, alive, intended, counted, sent."""
    first = next(at for at, name in enumerate(calm.names) if _is_write(name))
    return max(0, first - 5)


def _is_write(name: str) -> bool:
    return name.startswith((SENT, ANSWERED)) and not name.endswith("/token")


def unanswered(many: int) -> Choice:
    """So many classes, always the same, in which a write has left and its answer is not written down yet."""

    def chosen(calm: Counted) -> list[Point]:
        last = [Point(at) for at, name in enumerate(calm.names) if _is_write(name)]
        return sorted(random.Random(many).sample(last, min(many, len(last))))

    return chosen


def series(
    sandbox: Sandbox,
    ledgers: Ledgers,
    chapter: str,
    mode: str,
    folder: Path,
    choice: Choice,
    watched: bool = False,
    until: float = 0.0,
) -> Counts:
    """Trials at chosen points, until the time is over (0: all of them)."""
    here = ground(sandbox, ledgers, chapter, folder)
    end = undisturbed(here)
    assert not end.problem, end.problem
    expected = end_of(end.world, end.links)
    here.faults = MODES[mode]
    calm, end = counted(here, watched)
    counts = Counts(f"{chapter}.{mode}.{ledgers.name}", sum(calm.events), sum(calm.new), looks=calm.looks)
    judge(counts, "without a kill", end, expected, tried=False)
    counts.unseen, counts.told = len(calm.unannounced), counts.told + calm.unannounced
    points = list(choice(calm))
    counts.points = len(points)
    random.Random(7).shuffle(points)  # so that a series that is cut short has been everywhere
    for number, point in enumerate(points):
        if until and time.time() > until:
            break
        outcome = killed_at(here, point, quiet=number % 10 == 0)
        judge(counts, f"{point}, {calm.names[point.change]}", outcome, expected)
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
    here.reset()
    began = time.monotonic()
    end = undisturbed(here)
    lasts = (time.monotonic() - began) / 2  # two syncs
    expected = end_of(end.world, end.links)
    counts = Counts(f"whole.{salt}.{ledgers.name}")
    judge(counts, "without a kill", end, expected, tried=False)
    chance = random.Random(salt)
    while counts.killed < kills and not (until and time.time() > until):
        here.reset()
        came = _kills(here, min(AT_ONCE, kills - counts.killed), lasts, chance)
        outcome = to_the_end(here, Outcome(killed=False), quiet=False)
        judge(counts, f"{came} kills, salt {salt}", outcome, expected)
        counts.killed += came
    return counts


def _kills(here: Ground, most: int, lasts: float, chance: random.Random) -> int:
    """Processes that are killed, one after the other, until one comes to its end; how many were."""
    for came in range(most):
        child = started(here)
        time.sleep(chance.uniform(0.0, lasts))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        if os.waitstatus_to_exitcode(status) != -signal.SIGKILL:
            return came
        here.sandbox.clock.move(chance.choice(PAUSES))
    return most
