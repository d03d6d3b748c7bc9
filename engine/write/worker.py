"""The worker: takes every op that is not final and brings it to its end, as far as that is safe now.

    planned: fill in ids → freeze the bytes and commit → send once → write the receipt
    sending: its answer was lost, by us or on the way: `resolve` says what is safe

It can be killed between any two steps. Whatever it leaves is found by the next run, in the same
order. Writes are never retried by anything else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from engine.ledger import links, mirror, ops, queue
from engine.ledger.ledger import Ledger
from engine.ledger.ops import Member, Op
from engine.ledger.tables import FAILED, PLANNED, UNSURE
from engine.plan.placeholders import NotThere, filled
from engine.system.body import body, encoded
from engine.system.model import Call
from engine.system.port import (
    GONE,
    NEVER_SENT,
    REFUSED,
    UNKNOWN,
    WAIT,
    Answer,
    Clock,
    Element,
    Port,
    Request,
    Unreachable,
)
from engine.system.results import SAYS_NOTHING
from engine.write import anew
from engine.write.compose import Built, appended, built, renewed
from engine.write.doubt import Doubt
from engine.write.lookup import Found
from engine.write.places import first_of
from engine.write.receipt import APPEND, CLOSE, CREATE, DELETE, LINE, MARK, UPDATE, Receipts
from engine.write.resolve import LOOK, REPEAT, RESEND, last_moment, repeatable, way_out
from engine.write.route import Route
from engine.write.said import said

TURNED_AWAY = (401, 403)  # of who asks, not of what is asked: nothing is said of an earlier sending
PATIENCE = (1.0, 4.0, 15.0)  # seconds between tries of an unknown outcome, in this run
MOST_WAITING = 90.0  # a budget that asks for more than this ends the run's writing
MOST_WAITS = 10  # of one request in one run: what is turned away again and again is left to the next


@dataclass(slots=True)
class Tally:
    """What a run of the worker came to."""

    done: int = 0
    failed: int = 0
    unsure: int = 0
    left: int = 0
    told: list[str] = field(default_factory=list)


class Worker:
    """Works through the ops of one connection. `refresh` reads an object anew, before an append."""

    def __init__(
        self,
        ledger: Ledger,
        routes: Mapping[str, Route],
        calls: Mapping[str, tuple[Call, Port]],
        clock: Clock,
        refresh: Callable[[Route], None],
        run: str = "",
        progress: Callable[[Op], None] = lambda op: None,
    ):
        self.ledger = ledger
        self.routes = routes
        self.calls = calls
        self.clock = clock
        self.refresh = refresh
        self.run = run
        self.progress = progress
        self.receipts = Receipts(ledger, routes, run)
        self.doubt = Doubt(ledger, routes, refresh)
        self.tally = Tally()
        self.tired: set[str] = set()
        self.waited: Counter[str] = Counter()

    def work(self) -> Tally:
        """Until nothing more can be done now. What is left is owed, and the next run goes on with it."""
        while True:
            with self.ledger.look() as tx:
                todo = [op for op in queue.waiting(self.ledger, tx) if op.id not in self.tired]
                if not todo:
                    break
                first = ops.load(self.ledger, tx, self._first(todo).id)
            self.ledger.renew()
            if not self._step(first):
                self.tired.add(first.id)
            self.progress(first)
        self.tally.left = len(self.tired)
        return self.tally

    def _first(self, todo: Sequence[Op]) -> Op:
        """What is done next: everything else before marks, so that many go in one call; but marks before
        other writes to the system they are for, since those name records by what the marks say. Requests are
        closed when all is done.
        """
        marks = [op for op in todo if _only_tells(op, MARK)]
        closings = [op for op in todo if _only_tells(op, CLOSE)]
        told = {self.calls[op.call][1].system.name for op in marks}
        others = [op for op in todo if op not in marks and op not in closings]
        free = (op for op in others if self.calls[op.call][1].system.name not in told)
        return next(free, (marks + others + closings)[0])

    def _step(self, op: Op) -> bool:
        """One op once. False when it cannot be brought further in this run."""
        if op.state == PLANNED:
            return self._begin(op)
        call, port = self.calls[op.call]
        way = self._way(op, call, port)
        if way in (RESEND, REPEAT):
            return self._resend(op, call, port)
        if way == LOOK:
            return self._look(op, port)
        return self._unknown(op, port, "no answer came; a later sync looks whether it is there")

    # ------------------------------------------------------------ a planned op

    def _begin(self, op: Op) -> bool:
        if op.not_before is not None and op.not_before > self.clock.now():
            return False
        call, port = self.calls[op.call]
        members, drafts = self._ready(op)
        if not members:
            return bool(op.open) is False or self._moved_on(op)
        if self._sends_lines_again(members, drafts):
            with self.ledger.look() as tx:
                if ops.in_flight(self.ledger, tx, op):
                    return False  # it would send lines as they were, without those still on their way
        made = self._built(members, drafts)
        places = {**op.places, **first_of(drafts)}
        request = port.request(call, places, _bytes(call, made, {**port.values, **places}), op.key)
        request = replace(request, until=last_moment(op, call, port.system, port.now()))
        with self.ledger.begin() as tx:
            ops.intend(self.ledger, tx, op, request.method, request.url, request.body, port.now())
            ops.fill(tx, op, members, drafts)
        return self._patiently(op, call, port, request, port.send(request))

    def _moved_on(self, op: Op) -> bool:
        """Whether the op changed by what was found out about its members."""
        return self._now(op) != op

    def _now(self, op: Op) -> Op:
        with self.ledger.look() as tx:
            return ops.load(self.ledger, tx, op.id)

    def _ready(self, op: Op) -> tuple[list[Member], dict[int, Any]]:
        """Members whose ids are all born, with their drafts filled; the others wait or fail."""
        drafts: dict[int, Any] = {}
        waiting: list[int] = []
        lost: dict[int, tuple[str, str, str]] = {}
        with self.ledger.look() as tx:

            def born(mapping: str, source_id: str) -> Mapping[str, Any] | None:
                link = links.one(self.ledger, tx, mapping, source_id)
                return None if link is None else link.memory

            for member in op.open:
                try:
                    drafts[member.position] = filled(member.draft, born)
                except NotThere as missing:
                    if queue.is_under_way(self.ledger, tx, missing.mapping, missing.source_id):
                        waiting.append(member.position)
                    else:
                        reason = f"waits for {missing.mapping} {missing.source_id}, which was not written"
                        lost[member.position] = (FAILED, "", reason)
        self._set_aside(op, waiting, lost)
        return [m for m in op.open if m.position in drafts], drafts

    def _set_aside(self, op: Op, waiting: Sequence[int], lost: Mapping[int, tuple[str, str, str]]) -> None:
        if lost:
            self.tally.failed += len(lost)
            with self.ledger.begin() as tx:
                self.receipts.final(tx, op, lost)
        if waiting and len(waiting) < len(op.open) - len(lost):
            with self.ledger.begin() as tx:
                ops.part(self.ledger, tx, op, waiting, self.run)

    def _sends_lines_again(self, members: Sequence[Member], drafts: Mapping[int, Any]) -> bool:
        """Whether a document's lines go out as they are believed to be there."""
        if members[0].step not in (APPEND, UPDATE):
            return False
        names = set(self._route(members[0]).target.line_id)
        return any(names & set(drafts[member.position]) for member in members)

    def _built(self, members: Sequence[Member], drafts: Mapping[int, Any]) -> Built:
        if not self._sends_lines_again(members, drafts):
            return built(members, drafts)
        route = self._route(members[0])
        name, target, root = f"{route.port.system.name}.{route.target.name}", route.target, route.shape.root
        self.refresh(route)  # every line is sent again as it is read here, so nothing stands between
        with self.ledger.look() as tx:
            there = mirror.some(self.ledger, tx, name, [str(drafts[m.position][target.id]) for m in members])
            own = {m.position: links.row_ids(self.ledger, tx, route.mapping, m.source_id) for m in members}
        if members[0].step == APPEND:
            return appended(members, drafts, there.get, target, root)
        at = {m.position: there.get(str(drafts[m.position][target.id])) for m in members}
        return built(members, {p: renewed(drafts[p], at[p], own[p], target, root) for p in at})

    # ------------------------------------------------------------ sending

    def _patiently(self, op: Op, call: Call, port: Port, request: Request, answer: Answer) -> bool:
        """What became of a request that was answered so; one nobody answered may be sent a few times more."""
        for pause in PATIENCE:
            if answer.meaning != UNKNOWN:
                break
            self._tried(op, answer)
            if call.once == "lookup" and not repeatable(op, call, port.system):
                return True  # its next step says so
            self.clock.sleep(pause)
            if self._way(op, call, port) not in (RESEND, REPEAT):
                return True
            answer = self._again(op, port, request)
        return self._received(op, call, port, answer)

    def _way(self, op: Op, call: Call, port: Port) -> str:
        if repeatable(op, call, port.system):
            return REPEAT
        return way_out(self._now(op), call, port.system, port.asked_now())

    def _resend(self, op: Op, call: Call, port: Port) -> bool:
        """The frozen bytes once more."""
        assert op.first_sent is not None
        key, until = op.key if call.once == "key" else "", last_moment(op, call, port.system, op.first_sent)
        request = Request(op.call, op.method, op.url, op.body, key, until=until)
        return self._patiently(op, call, port, request, self._again(op, port, request))

    def _again(self, op: Op, port: Port, request: Request) -> Answer:
        with self.ledger.begin() as tx:
            ops.again(tx, op, port.now())
        return port.send(request)

    def _tried(self, op: Op, answer: Answer) -> None:
        with self.ledger.begin() as tx:
            ops.tried(self.ledger, tx, op, answer.meaning, answer.status, answer.reason)

    def _received(self, op: Op, call: Call, port: Port, answer: Answer) -> bool:
        if answer.meaning == UNKNOWN:
            self._tried(op, answer)
            return self._unknown(op, port, answer.reason)
        if answer.meaning in (NEVER_SENT, WAIT):
            return self._later(op, port, answer)
        if answer.meaning == REFUSED and answer.status in TURNED_AWAY:
            return self._turned_away(op, port, answer)
        if answer.meaning == REFUSED:
            return self._refused(op, answer)
        if answer.meaning == GONE and any(m.step.split()[0] not in (DELETE, LINE) for m in op.open):
            return self._refused(op, answer)
        return self._done(op, call, port, answer)

    def _unknown(self, op: Op, port: Port, why: str) -> bool:
        """Nobody knows whether it was done. It stays owed, and no second one is made of it."""
        return self._left(
            op, port, f"it is not known yet whether this was done; the next sync finds out ({why})"
        )

    def _left(self, op: Op, port: Port, text: str) -> bool:
        self.tally.told.append(said(op, port.system, text))
        return False

    def _was_sent_before(self, op: Op) -> bool:
        now = self._now(op)
        return now.first_sent != now.last_sent

    def _later(self, op: Op, port: Port, answer: Answer) -> bool:
        """It never took place: planned again. A short wait is waited for, a long one ends the run."""
        with self.ledger.begin() as tx:
            ops.tried(self.ledger, tx, op, answer.meaning, answer.status, answer.reason)
            ops.back(self.ledger, tx, op)
        self.waited[op.id] += 1
        if answer.meaning == WAIT and answer.wait_seconds <= MOST_WAITING and self.waited[op.id] < MOST_WAITS:
            self.clock.sleep(max(answer.wait_seconds, 0.5))
            return True
        return self._left(op, port, f"not sent yet, the next sync goes on with it ({answer.reason})")

    def _turned_away(self, op: Op, port: Port, answer: Answer) -> bool:
        """Who asks was refused, not what was asked: it stays owed, and no record is failed for it."""
        if self._was_sent_before(op):
            self._tried(op, replace(answer, meaning=UNKNOWN))
            return self._unknown(op, port, answer.reason)
        return self._later(op, port, answer)

    def _refused(self, op: Op, answer: Answer) -> bool:
        """A definite no to the whole request: halved until the one that is meant stands alone."""
        if self._is_there_after_all(op):
            return True
        with self.ledger.begin() as tx:
            ops.tried(self.ledger, tx, op, answer.meaning, answer.status, answer.reason)
            if len(op.open) > 1:
                half = [m.position for m in op.open[len(op.open) // 2 :]]
                ops.part(self.ledger, tx, op, half, self.run)
                ops.renew(self.ledger, tx, op)
            else:
                self.tally.failed += 1
                reason = answer.reason or f"refused with status {answer.status}"
                self.receipts.final(tx, op, {m.position: (FAILED, "", reason) for m in op.open})
        return True

    def _is_there_after_all(self, op: Op) -> bool:
        """Without a key, a no to a create may mean that an earlier sending arrived: then it is taken on."""
        if self.calls[op.call][0].once != "lookup" or any(m.step != CREATE for m in op.open):
            return False
        members, drafts = self._ready(op)
        try:
            found = {m.position: self.doubt.found(m, drafts[m.position]) for m in members}
        except Unreachable:
            return False
        if not found or any(one.record is None for one in found.values()):
            return False
        self._adopt(op, found)
        return True

    def _done(self, op: Op, call: Call, port: Port, answer: Answer) -> bool:
        """Writes down what was answered; False if that leaves something open, for a later run to find out."""
        members, drafts = self._ready_again(op)
        made = self._built_again(op, members, drafts)
        if answer.meaning == GONE:  # what was to be deleted is not there: an answer that was lost did it
            elements = [Element(True) for _ in made.elements]
        else:
            elements = port.elements(call, answer, made.elements)
        results = {
            position: [elements[index] for index in indexes if index < len(elements)]
            for position, indexes in made.of_member.items()
        }
        with self.ledger.begin() as tx:
            ops.tried(self.ledger, tx, op, answer.meaning, answer.status, answer.reason)
            self.receipts.settle(tx, op, results)
            after = ops.load(self.ledger, tx, op.id)
        failed = sum(1 for m in after.members if m.result == FAILED and m.position in results)
        self.tally.failed += failed
        self.tally.done += len(results) - failed - len(after.open)
        if after.open:
            return self._unknown(op, port, SAYS_NOTHING)
        return True

    def _ready_again(self, op: Op) -> tuple[list[Member], dict[int, Any]]:
        """The members as they were sent: what was frozen had all its ids."""
        return self._ready(self._now(op))

    def _built_again(self, op: Op, members: Sequence[Member], drafts: Mapping[int, Any]) -> Built:
        """Which element was whose; the elements themselves are those that were sent."""
        if members and members[0].step == APPEND:
            route = self.routes[members[0].mapping]
            return appended(members, drafts, lambda _: None, route.target, route.shape.root)
        return built(members, drafts)

    # ------------------------------------------------------------ looking

    def _look(self, op: Op, port: Port) -> bool:
        """Nothing sent can still arrive: what is there is the truth."""
        if anew.can_be(op, port.system):
            with self.ledger.begin() as tx:
                anew.forget(self.ledger, tx, op)
            return True
        members, drafts = self._ready(op)
        try:
            found = {m.position: self.doubt.found(m, drafts[m.position]) for m in members}
        except Unreachable as error:
            return self._left(op, port, error.text)
        self._adopt(op, found)
        return True

    def _adopt(self, op: Op, found: Mapping[int, Found]) -> None:
        hits = {at: [Element(True, one.record)] for at, one in found.items() if one.record is not None}
        twice = {at: (UNSURE, "", one.reason) for at, one in found.items() if one.reason}
        with self.ledger.begin() as tx:
            ops.tried(self.ledger, tx, op, LOOK, 0, f"{len(hits)} of {len(found)} found")
            self.receipts.settle(tx, op, hits, links.ADOPTED)
            if twice:
                self.receipts.final(tx, op, twice)
            after = ops.load(self.ledger, tx, op.id)
            if after.open:
                ops.renew(self.ledger, tx, after)
        self.tally.done += len(hits)
        self.tally.unsure += len(twice)

    def _route(self, member: Member) -> Route:
        return self.routes[member.mapping].at(member.extra.get("at") or "")


def _only_tells(op: Op, step: str) -> bool:
    """Marks wait until everything else is done, so that many go in one call; closings even longer."""
    return op.state == PLANNED and all(m.step == step for m in op.members)


def _bytes(call: Call, made: Built, values: Mapping[str, Any]) -> bytes | None:
    return None if call.method in ("GET", "DELETE") else encoded(body(call, made.elements, values))
