"""One trial: a sync is killed at a point, another process goes on, and the end is looked at.

Before: `outside` says between which moments all kills are one, `life` counts and kills. After: `series`.
Processes are forked from one that is warm, which has mapped and spoken to the ledger before: caches, but
nothing of what happened.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import ssl
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import stamina

from engine.ledger import links, queue
from engine.ledger.ledger import Ledger
from engine.ledger.tables import QUARANTINED, attempt, op, op_member
from engine.ledger.upgrade import upgrade
from engine.live.connect import Connection
from engine.live.sync import Sync
from engine.map.mapper import Mapper
from engine.system.port import Unreachable
from tests.torture.life import Calm, Counted, Doomed, Point
from tests.torture.outside import Witness
from tests.worlds.sandboxed import Sandbox, close, connection

ROUNDS = 14  # syncs after a kill until nothing is owed; each later than all settle windows
LATER = 480.0  # seconds: longer than any answer may still arrive


# ---------------------------------------------------------------- a ground for trials


@dataclass(slots=True)
class Ground:
    """Where trials of one chapter begin: a world, a ledger, and what goes wrong."""

    sandbox: Sandbox
    world: bytes
    ledger: Callable[[], str]  # the URL of a fresh copy of the ledger at the beginning; always the same
    folder: Path
    mappers: dict[str, Mapper]  # their programs made already, for all processes that are forked from here
    faults: list[dict[str, Any]] = field(default_factory=list)
    bare: bool = False  # without key and look: whatever is not known is simply sent again
    _warm: Connection | None = None

    def reset(self) -> str:
        """Both systems and a ledger as they were at the beginning; gives the ledger's URL."""
        self.sandbox.ask("DELETE", "/faults")
        self.sandbox.load(self.world)
        self.sandbox.ask("DELETE", "/calls")
        self.sandbox.faults(*self.faults)
        url = self.ledger()
        if self._warm is None:
            self._warm = self._warmed(url)
            return self.reset()
        return url

    def _warmed(self, url: str) -> Connection:
        """A connection that has synced once, and holds no line to anybody: its SQL is compiled."""
        made = connection(self.sandbox, url)
        made.__dict__["mappers"] = self.mappers
        once(made)
        close(made)
        for name in ("ports", "streams", "routes", "calls"):
            made.__dict__.pop(name, None)
        return made

    def connect(self) -> Connection:
        """The engine's side, for a process of its own."""
        assert self._warm is not None
        made = self._warm
        self.sandbox.clock.read()
        upgrade(made.store)
        made.ledger = Ledger(made.store, made.name, made.clock)
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


def counted(ground: Ground, watched: bool = False) -> tuple[Counted, Outcome]:
    """A sync that nobody kills, its events and changes counted, and its end; with a witness, if wanted."""
    url = ground.reset()
    told = ground.folder / "counted.json"
    status = forked(lambda: _counted(ground, Witness(url, ground.sandbox) if watched else None, told))
    assert status == 0, f"the undisturbed sync ended with {status}"
    return Counted(**json.loads(told.read_text("utf-8"))), to_the_end(ground, Outcome(killed=False))


def undisturbed(ground: Ground) -> Outcome:
    """The end of a sync that nobody kills and nobody watches."""
    ground.reset()
    assert forked(lambda: once(ground.connect())) == 0
    return to_the_end(ground, Outcome(killed=False))


def killed_at(ground: Ground, point: Point, quiet: bool = True) -> Outcome:
    """A sync killed at a point, then another that goes on (and a quiet one, if asked for)."""
    ground.reset()
    status = forked(lambda: _doomed(ground, point))
    assert status in (0, -signal.SIGKILL), f"the first sync ended with {status}"
    return to_the_end(ground, Outcome(killed=status != 0), quiet)


def started(ground: Ground) -> int:
    """A sync in a process of its own that somebody else will kill: its number."""
    return fork(lambda: once(ground.connect()))


def _counted(ground: Ground, witness: Witness | None, told: Path) -> None:
    made = ground.connect()
    calm = Calm(witness, alone=all(rule["kind"] != "late" for rule in ground.faults))
    calm.begin()
    once(made)
    sys.settrace(None)
    told.write_text(json.dumps(asdict(calm.counted)), "utf-8")


def _doomed(ground: Ground, point: Point) -> None:
    made = ground.connect()
    Doomed(point)
    once(made)


def once(made: Connection) -> Any:
    """One sync. A system that cannot be read ends it, as it would end the command."""
    try:
        return Sync(made).sync()
    except Unreachable:
        return None


def to_the_end(ground: Ground, outcome: Outcome, quiet: bool = True) -> Outcome:
    """Another process goes on until nothing is owed; what both systems and the ledger hold then."""
    told = ground.folder / "ended.json"
    told.unlink(missing_ok=True)
    status = forked(lambda: _finish(ground, told, quiet))
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


def _finish(ground: Ground, told: Path, quiet: bool) -> None:
    """Syncs until nothing is owed and one had nothing to do; time is moved when something is unsure."""
    rounds, problem = 0, f"after {ROUNDS} syncs there was still something to do"
    made = ground.connect()
    while rounds < ROUNDS:
        rounds += 1
        report = once(made)
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


def forked(work: Callable[[], object]) -> int:
    """Does something in a process of its own, made by a fork; gives its exit status, or minus a signal."""
    _, status = os.waitpid(fork(work), 0)
    return os.waitstatus_to_exitcode(status)


def fork(work: Callable[[], object]) -> int:
    """A process of its own that does something and ends; its number."""
    child = os.fork()
    if child == 0:
        status = 70
        try:
            stamina.set_testing(True, attempts=5, cap=True)
            gc.disable()  # it ends before there is much to tidy up
            ssl.create_default_context = _unencrypted  # type: ignore[assignment]
            work()
            status = 0
        except BaseException:
            import traceback

            sys.settrace(None)
            traceback.print_exc()
        finally:
            os._exit(status)
    return child


def _unencrypted(**_: Any) -> ssl.SSLContext:
    """No line leaves this machine here, and reading the world's authorities takes a quarter of a sync."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
