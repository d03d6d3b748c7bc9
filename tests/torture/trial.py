"""One trial: a sync is killed at an event, another process goes on, and the end is looked at.

An event is a bytecode of the ledger or of the writing code, or a line of the HTTP client (ours, and the
part of httpcore that waits for an answer). A first sync that nobody disturbs counts them; a kill is told by
the last commit or request before it and the number of events since, so that only that stretch is traced.
"""

from __future__ import annotations

import bisect
import json
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import urlsplit

import httpcore._sync.http11
import sqlalchemy as sa
import stamina

import engine.ledger.ledger
import engine.ledger.links
import engine.ledger.mirror
import engine.ledger.ops
import engine.write.worker
from engine.ledger import links, queue
from engine.ledger.tables import QUARANTINED, attempt, op, op_member
from engine.live.connect import Connection
from engine.live.sync import Sync
from engine.map.mapper import Mapper
from engine.system.client import HttpPort
from engine.system.port import Unreachable
from tests.worlds.sandboxed import Sandbox, close, connection

MODULES = (engine.ledger.ops, engine.ledger.links, engine.ledger.mirror, engine.ledger.ledger)
WRITING = Path(engine.write.worker.__file__).parent
BYTECODES = {*(str(m.__file__) for m in MODULES), *(str(path) for path in WRITING.glob("*.py"))}
LINES = {str(sys.modules[HttpPort.__module__].__file__), str(httpcore._sync.http11.__file__)}
ROUNDS = 14  # syncs after a kill until nothing is owed; each later than all settle windows
LATER = 480.0  # seconds: longer than any answer may still arrive


# ---------------------------------------------------------------- counting events


class Tracer:
    """Counts events. Kills this process at one, if told so: events after a stop, a commit or a request."""

    def __init__(self, stop: int = -1, event: int = 0):
        self.stop, self.event = stop, event
        self.stops: list[int] = []  # events before each stop
        self.names: list[str] = []  # what each stop is: a commit, or a request
        self.count = 0

    def watch(self, made: Connection) -> None:
        """Stops at commits of this connection's database and at its requests."""
        sa.event.listen(made.store.engine, "commit", lambda _: self._stopped("commit"))
        exchange = HttpPort._exchange

        def counted(port: HttpPort, *given: Any) -> Any:
            self._stopped(f"{given[0]} {urlsplit(given[1]).path}")
            return exchange(port, *given)

        HttpPort._exchange = counted  # type: ignore[method-assign, assignment]

    def begin(self) -> None:
        """Counts from here; tracing begins here, or at the stop that was named."""
        self.stops.append(0)
        self.names.append("begin")
        if self.stop <= 0:
            self._trace()

    def _stopped(self, name: str) -> None:
        self.stops.append(self.count)
        self.names.append(name)
        if self.event and len(self.stops) - 1 > self.stop:
            os.kill(os.getpid(), signal.SIGKILL)  # this time there were fewer events: before the next stop
        if self.stop > 0 and len(self.stops) - 1 == self.stop:
            self._trace()

    def _trace(self) -> None:
        self.count = 0
        frame: FrameType | None = sys._getframe()
        while frame is not None:
            frame.f_trace = self._entered(frame, "call", None)
            frame = frame.f_back
        sys.settrace(self._entered)

    def _entered(self, frame: FrameType, event: str, value: Any) -> Any:
        name = frame.f_code.co_filename
        if name in BYTECODES:
            frame.f_trace_opcodes, frame.f_trace_lines = True, False
            return self._counted
        return self._counted if name in LINES else None

    def _counted(self, frame: FrameType, event: str, value: Any) -> Any:
        if event in ("opcode", "line"):
            self.count += 1
            if self.event and self.count == self.event:
                os.kill(os.getpid(), signal.SIGKILL)
        return self._counted


# ---------------------------------------------------------------- a ground for trials


@dataclass(slots=True)
class Ground:
    """Where trials of one chapter begin: a world, a ledger, and what goes wrong."""

    sandbox: Sandbox
    world: bytes
    ledger: Callable[[], str]  # the URL of a fresh copy of the ledger at the beginning
    folder: Path
    mappers: dict[str, Mapper]  # their programs made already, for all processes that are forked from here
    faults: list[dict[str, Any]] = field(default_factory=list)
    bare: bool = False  # without key and look: whatever is not known is simply sent again

    def reset(self) -> str:
        """Both systems and a ledger as they were at the beginning; gives the ledger's URL."""
        self.sandbox.ask("DELETE", "/faults")
        self.sandbox.load(self.world)
        self.sandbox.ask("DELETE", "/calls")
        self.sandbox.faults(*self.faults)
        return self.ledger()

    def connect(self, url: str) -> Connection:
        """The engine's side."""
        self.sandbox.clock.read()
        made = connection(self.sandbox, url)
        made.__dict__["mappers"] = self.mappers
        if self.bare:
            plain = {name: (replace(call, once="upsert"), port) for name, (call, port) in made.calls.items()}
            made.__dict__["calls"] = plain
        return made


@dataclass(slots=True)
class Outcome:
    """What a trial came to."""

    killed: bool
    problem: str = ""  # the second process did not come to an end
    unfinished: int = 0
    quarantined: int = 0
    rounds: int = 0
    links: list[list[Any]] = field(default_factory=list)
    replays: int = 0
    world: dict[str, Any] = field(default_factory=dict)
    trail: list[list[Any]] = field(default_factory=list)  # what became of every effect, with its tries
    stops: list[int] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    events: int = 0


def undisturbed(ground: Ground) -> Outcome:
    """A sync that nobody kills, its events counted, and its end."""
    url = ground.reset()
    told = ground.folder / "counted.json"
    status = forked(lambda: _counted(ground, url, told))
    assert status == 0, f"the undisturbed sync ended with {status}"
    counted = json.loads(told.read_text("utf-8"))
    outcome = to_the_end(ground, url, Outcome(killed=False))
    outcome.stops, outcome.names, outcome.events = counted["stops"], counted["names"], counted["events"]
    return outcome


def killed_at(ground: Ground, stops: list[int], event: int, quiet: bool = True) -> Outcome:
    """A sync killed at this event (from 1), then another that goes on (and a quiet one, if asked for)."""
    url = ground.reset()
    stop = bisect.bisect_left(stops, event) - 1
    since = event - stops[stop]
    status = forked(lambda: _disturbed(ground, url, stop, since))
    assert status in (0, -signal.SIGKILL), f"the first sync ended with {status}"
    return to_the_end(ground, url, Outcome(killed=status != 0), quiet)


def started(ground: Ground, url: str) -> int:
    """A sync in a process of its own that somebody else will kill: its number."""
    return fork(lambda: _plainly(ground, url))


def _plainly(ground: Ground, url: str) -> None:
    _once(ground.connect(url))


def _counted(ground: Ground, url: str, told: Path) -> None:
    made = ground.connect(url)
    tracer = Tracer()
    tracer.watch(made)
    tracer.begin()
    _once(made)
    sys.settrace(None)
    counted = {"stops": tracer.stops, "names": tracer.names, "events": tracer.count}
    told.write_text(json.dumps(counted), "utf-8")


def _disturbed(ground: Ground, url: str, stop: int, since: int) -> None:
    made = ground.connect(url)
    tracer = Tracer(stop, since)
    tracer.watch(made)
    tracer.begin()
    _once(made)


def _once(made: Connection) -> Any:
    """One sync. A system that cannot be read ends it, as it would end the command."""
    try:
        return Sync(made).sync()
    except Unreachable:
        return None


def to_the_end(ground: Ground, url: str, outcome: Outcome, quiet: bool = True) -> Outcome:
    """Another process goes on until nothing is owed; what both systems and the ledger hold then."""
    told = ground.folder / "ended.json"
    told.unlink(missing_ok=True)
    status = forked(lambda: _finish(ground, url, told, quiet))
    if status != 0:
        outcome.problem = f"the second process ended with {status}"
        return outcome
    found = json.loads(told.read_text("utf-8"))
    outcome.problem, outcome.rounds, outcome.links = found["problem"], found["rounds"], found["links"]
    outcome.unfinished, outcome.quarantined = found["unfinished"], found["quarantined"]
    outcome.trail = found["trail"]
    outcome.world = ground.sandbox.world()
    outcome.replays = sum(1 for call in ground.sandbox.calls() if call["replayed"])
    return outcome


def _finish(ground: Ground, url: str, told: Path, quiet: bool) -> None:
    """Syncs until nothing is owed and one had nothing to do; time is moved when something is unsure."""
    rounds, problem = 0, f"after {ROUNDS} syncs there was still something to do"
    made = ground.connect(url)
    while rounds < ROUNDS:
        rounds += 1
        report = _once(made)
        with made.ledger.look() as tx:
            left = queue.is_any(made.ledger, tx)
        busy = report is None or report.owed.effects or report.finished_before.done
        if report is not None and not left and not (quiet and busy):
            problem = ""
            break
        if left:
            ground.sandbox.clock.move(LATER)
    with made.ledger.look() as tx:
        found = {
            "problem": problem,
            "rounds": rounds,
            "unfinished": len(queue.waiting(made.ledger, tx)),
            "quarantined": tx.execute(sa.select(sa.func.count()).where(op.c.state == QUARANTINED)).scalar(),
            "links": [_link(one) for one in links.all_of(made.ledger, tx)],
            "trail": _trail(tx),
        }
    close(made)
    told.write_text(json.dumps(found), "utf-8")


def _link(one: links.Link) -> list[Any]:
    memory = {name: str(value) for name, value in one.memory.items()}
    return [one.mapping, one.parent, one.source_id, one.target_id, memory]


def _trail(tx: sa.Connection) -> list[list[Any]]:
    """Effects with their ops, and the tries of each op, in order: to see what went wrong."""
    query = sa.select(
        op.c.seq, op.c.call, op.c.state, op.c.generation, op_member.c.mapping, op_member.c.source_id,
        op_member.c.step, op_member.c.result, op_member.c.reason,
    )  # fmt: skip
    members = tx.execute(query.join(op_member, op.c.id == op_member.c.op).order_by(op.c.seq)).all()
    tries = sa.select(op.c.seq, attempt.c.at, attempt.c.meaning, attempt.c.status, attempt.c.reason)
    found = tx.execute(tries.join(op, op.c.id == attempt.c.op).order_by(op.c.seq, attempt.c.id)).all()
    return [list(row) for row in (*members, *found)]


# ---------------------------------------------------------------- processes


def forked(work: Callable[[], None]) -> int:
    """Does something in a process of its own, made by a fork; gives its exit status, or minus a signal."""
    _, status = os.waitpid(fork(work), 0)
    return os.waitstatus_to_exitcode(status)


def fork(work: Callable[[], None]) -> int:
    """A process of its own that does something and ends; its number."""
    child = os.fork()
    if child == 0:
        status = 70
        try:
            stamina.set_testing(True, attempts=5, cap=True)
            work()
            status = 0
        except BaseException:
            import traceback

            sys.settrace(None)
            traceback.print_exc()
        finally:
            os._exit(status)
    return child
