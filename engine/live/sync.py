"""A run for one customer: read what changed, plan, put down what is owed, do it.

Every step may be cut off; the next run begins by ending what this one began. Before: `connect`.
After: the commands `sync`, `plan`, `apply`, `rehearse`.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from engine.check.typed import Flow
from engine.compile.frame import Facts, Links, key_parts, key_text
from engine.ledger import links as linked
from engine.ledger import mirror, ops, queue
from engine.ledger.exact import text_of
from engine.live import agreeing, hearing
from engine.live.accepted import Accepted
from engine.live.admission import Admission
from engine.live.asking import Record
from engine.live.connect import Connection
from engine.live.erp.table import offered, undone
from engine.live.erp.tool import Tool
from engine.live.learnt import learnt, tellers
from engine.live.withheld import Withheld
from engine.merged import followed
from engine.plan.actions import BAD, HOLD, SKIP, Action, Plan
from engine.plan.build import plan_flow
from engine.plan.desk import Desk
from engine.plan.grounds import Ground, Known
from engine.plan.placeholders import promised
from engine.read import requests
from engine.read.live import Live, Seen
from engine.read.mirrored import inputs, needed
from engine.read.recognise import Unreadable
from engine.write import anew, close, untold
from engine.write.enqueue import Owed, enqueue
from engine.write.receipt import renewed
from engine.write.route import Route
from engine.write.worker import Tally, Worker


@dataclass(slots=True)
class Report:
    """What a run came to."""

    run: str
    plan: Plan
    seen: Seen = field(default_factory=Seen)
    owed: Owed = field(default_factory=Owed)
    tally: Tally = field(default_factory=Tally)
    finished_before: Tally = field(default_factory=Tally)
    failures: list[tuple[str, str, str, str]] = field(default_factory=list)  # mapping, id, label, reason


class Sync:
    """One run. `mappings` limits what is planned; what is owed from before is always finished."""

    def __init__(
        self,
        connection: Connection,
        mappings: Iterable[str] = (),
        full: bool = False,
        retry: bool = False,
        progress: Callable[[str, int], None] = lambda what, count: None,
        today: date | None = None,
    ):
        self.connection = connection
        self.ledger = connection.ledger
        self.mappings = set(mappings)
        self.full = full
        self.retry = retry
        self.progress = progress
        self.run = uuid.uuid4().hex
        self.live = Live(self.ledger, connection.streams, progress)
        self.sources: dict[tuple[str, str], Any] = {}
        self.today = today
        self.accepted = Accepted(connection, self.mappings)
        self.admission = Admission(connection, self.mappings)
        self.foresees = False  # whether documents count that only another run will make
        self.files: list[Path] = []  # requests of Procore's ERP tool, beside those that are polled
        # What becomes of the actions of a flow before the next one counts on them; whoever plans may look on.
        self.decide: Callable[[Ground, list[Action]], list[Action]] = lambda ground, actions: actions

    # ------------------------------------------------------------ the whole

    def sync(self) -> Report:
        """Reads, plans, writes. Raises Unreachable when a system cannot be read at all."""
        with self.ledger.leased():
            self.ledger.run_begins(self.run, "sync")
            heard = hearing.heard(self.connection, self.mappings)  # what is said from here on waits
            before = self.finish()
            self._agree()  # one that was cut off did not come to it
            seen = self.read()
            hearing.served(self.connection, heard)
            followed(self.connection, self.run)
            tool = Tool(self)
            if not self.mappings:
                undone(tool)
            plan = self.plan()
            if not self.mappings:
                offered(tool, plan)
            report = self.apply(plan)
            report.seen, report.finished_before = seen, before
            report.tally.told += tool.told
            self.ledger.run_ends(self.run, "done", text_of(summary(report)))
        return report

    def finish(self) -> Tally:
        """Ends what an earlier run began, as far as that is safe now."""
        with self.ledger.begin() as tx:
            if self.retry:
                untold.send_again(self.ledger, tx, self.connection.routes)
            if not queue.is_any(self.ledger, tx):
                return Tally()
            ops.take_over(self.ledger, tx, self.run)
            for op in anew.unsent(self.ledger, tx, self.connection.systems):
                anew.forget(self.ledger, tx, op)
        return self.worker().work()

    def apply(self, plan: Plan) -> Report:
        """Puts down what a plan owes, and does it."""
        with self.ledger.begin() as tx:
            self.admission.begins(tx, plan.actions)
            owed = enqueue(
                self.ledger,
                tx,
                plan.actions,
                self.connection.routes,
                self.sources,
                self.run,
                self.retry,
                self._asked(),
            )
            refused = {(action.mapping, action.source_id): reason for action, reason in owed.failed_before}
            self._close(tx, self.accepted.asking.answers(refused) | self.admission.asking.answers(refused))
        worker = self.worker()
        tally = worker.work()
        if self.accepted.now and not self.mappings:
            with self.ledger.begin() as tx:
                self._close(tx, self.accepted.ended(ops.failures(self.ledger, tx, self.run)))
            tally = worker.work()
        tally.told += [*self.accepted.told(), *owed.not_again()]
        report = Report(self.run, plan, owed=owed, tally=tally)
        with self.ledger.look() as tx:
            tally.told += untold.told(self.ledger, tx, self.connection.routes, self.run)
            report.failures = [
                (member.mapping, member.source_id, str(member.extra.get("label", "")), reason)
                for member, reason in ops.failures(self.ledger, tx, self.run)
            ]
        self._agree()
        return report

    def _agree(self) -> None:
        agreeing.agreed(self.connection, lambda flow: self._ground(flow, self._facts())[0])

    def _asked(self) -> dict[Record, dict[str, list[Record]]]:
        """Who waits to hear of which record."""
        made: dict[Record, dict[str, list[Record]]] = {}
        for asking in (self.accepted.asking, self.admission.asking):
            for record, details in asking.asked().items():
                made.setdefault(record, {}).update(details)
        return made

    def _close(self, tx: Any, answers: close.Answers) -> None:
        port = self.accepted.port()
        if port is not None and answers:
            close.owe(self.ledger, tx, port.system, answers, self.run)

    def worker(self) -> Worker:
        """A worker for this run."""
        return Worker(
            self.ledger,
            self.connection.routes,
            self.connection.calls,
            self.connection.clock,
            self._refresh,
            self.run,
            lambda op: self.progress(f"write {op.call}", len(op.members)),
        )

    def _refresh(self, route: Route) -> None:
        stream = self.connection.stream_of(route)
        if stream is not None:
            self.live.refresh([stream.name])

    # ------------------------------------------------------------ reading

    def chosen(self) -> list[Flow]:
        """The flows of this run."""
        return [flow for flow in self.connection.flows if self._planned(flow)]

    def read(self) -> Seen:
        """Brings the mirror up to date with everything the chosen flows read."""
        wanted = tellers(self.connection)
        self.live.lasting = set(wanted)
        for flow in self.chosen():
            wanted |= needed(self.connection.book, self.connection.streams, flow.name, flow.back)
        self.accepted.read(self.files)  # first, so that what is read plainly is newer than any request
        return self.live.refresh(wanted, self.full)

    # ------------------------------------------------------------ planning

    def plan(self) -> Plan:
        """What would be done now, from what the mirror and the ledger say."""
        facts = self._facts()
        plan = Plan(self.connection.name, made_at=self.ledger.now())
        self.accepted.load()
        self.admission.load(self.accepted.typed())
        withheld = Withheld(self.connection, self.live.refused)
        for flow in self._as_far_as_needed():
            ground, unread = self._ground(flow, facts)
            actions = withheld.over(flow, self._admitted(flow, ground))
            actions += [self.accepted.unreadable(flow, one) for one in unread]
            actions = self.decide(ground, actions)
            if self._planned(flow) or self.foresees:  # what this run does not make is promised to nobody
                for source_id, memory in promised(ground, actions).items():
                    facts.links.data.setdefault(flow.name, {})[source_id] = memory
            self._told_anew(flow, ground, actions, facts.links.data.get(flow.name, {}))
            facts = replace(facts, links=Links(facts.links.data, facts.links.meta))
            if self._planned(flow):
                plan.actions += actions
                self._keep_sources(flow, ground, actions)
            self.progress(f"plan {flow.name}", len(actions))
        plan.grounds = self.grounds()
        return plan

    def _as_far_as_needed(self) -> list[Flow]:
        """The flows up to the last that was chosen: nothing of a run depends on those after it."""
        every = self.connection.flows
        places = [place for place, flow in enumerate(every) if flow.name in self.mappings]
        return every[: places[-1] + 1] if places else every

    def _planned(self, flow: Flow) -> bool:
        return not self.mappings or flow.name in self.mappings

    def _admitted(self, flow: Flow, ground: Ground) -> list[Action]:
        """What is to be done, as far as somebody let it through; and who waits to hear of it."""
        requested = self.accepted.requested(flow, ground)
        actions = self.admission.decide(flow, ground, plan_flow(ground), requested)
        self.accepted.hear(flow, ground, actions, requested)
        return actions

    def _told_anew(
        self, flow: Flow, ground: Ground, actions: list[Action], memories: dict[str, Mapping[str, Any]]
    ) -> None:
        """What links keep of the source record, as it says now (the switch of a project)."""
        changed = {}
        for action in actions if not flow.back else ():
            known = ground.links.get(action.source_id)
            if known is None or action.kind in (HOLD, SKIP, BAD):
                continue
            told = {n: v for n, v in action.remember.items() if n not in flow.target_root.members}
            if any(text_of(known.memory.get(name)) != text_of(value) for name, value in told.items()):
                changed[action.source_id] = {**known.memory, **told}
                memories[action.source_id] = {**memories.get(action.source_id, {}), **told}
        if changed and self.ledger.lease_no:
            with self.ledger.begin() as tx:
                linked.remember(self.ledger, tx, flow.name, changed)

    def _facts(self) -> Facts:
        settings = learnt(self.connection)
        zone = ZoneInfo(settings.get("timezone") or "UTC")
        today = self.today or self.connection.clock.now().astimezone(zone).date()
        return Facts(settings, Links(self._memories(), self.connection.desk.link_meta), today)

    def _memories(self) -> dict[str, dict[str, dict[str, Any]]]:
        """Every link's memory, brought up to date with what was read."""
        found: dict[str, dict[str, dict[str, Any]]] = {}
        with self.ledger.look() as tx:
            every = [one for one in linked.all_of(self.ledger, tx) if not one.parent]
        for one in every:
            found.setdefault(one.mapping, {})[one.source_id] = dict(one.memory)
        for flow in self.connection.flows:
            if not flow.back and flow.name in found:
                self._freshened(
                    flow,
                    found[flow.name],
                    {o.source_id: o.target_id for o in every if o.mapping == flow.name},
                )
        return found

    def _freshened(self, flow: Flow, memories: dict[str, dict[str, Any]], targets: Mapping[str, str]) -> None:
        route = self.connection.routes[flow.name]
        if not route.remembered:
            return
        with self.ledger.look() as tx:
            records = self.connection.there(tx, route) or {}
        changed = {}
        for source_id, memory in memories.items():
            record = records.get(targets[source_id])
            now = memory if record is None else renewed(route, memory, record)
            if now != memory:
                memories[source_id] = changed[source_id] = now
        if changed and self.ledger.lease_no:
            with self.ledger.begin() as tx:
                linked.remember(self.ledger, tx, flow.name, changed)

    def _ground(self, flow: Flow, facts: Facts) -> tuple[Ground, list[Unreadable]]:
        """What a flow is planned from, and what of it could not be read."""
        connection = self.connection
        route = connection.routes[f"{flow.name}<" if flow.back else flow.name]
        read = inputs(connection.book, self.ledger, connection.streams, flow.name, flow.back)
        read.fill(facts.links)
        records = list(read.records)
        with self.ledger.look() as tx:
            known = self._known(tx, flow)
            wrote = linked.written(self.ledger, tx, route.name)
            other = linked.written(self.ledger, tx, flow.name if flow.back else f"{flow.name}<")
            made = self.ledger.made(tx, route.name)
            busy = ops.under_way(self.ledger, tx)
            in_doubt = queue.in_doubt(self.ledger, tx, route.name)
            born = queue.born(self.ledger, tx, route.name)
            is_there = connection.there(tx, route)
        frozen = {own: step for (name, own), step in busy.items() if name == route.name and step != "mark"}
        ground = Ground(
            mapper=connection.mappers[route.name],
            facts=replace(facts, wrote=wrote, typed=self.admission.typed(flow)),
            records=[record for record in records if not isinstance(record, Unreadable)],
            there=is_there,
            links=known,
            wrote=wrote,
            target_object=route.target,
            remembered=route.remembered,
            frozen=frozen,
            in_doubt=in_doubt,
            born=born,
            made=made,
            counterpart=other,
        )
        return ground, [record for record in records if isinstance(record, Unreadable)]

    def desk(self, mapping: str) -> Desk:
        """The records of a mapping and what is there, of what was read last."""
        (flow,) = (one for one in self.connection.flows if one.name == mapping and not one.back)
        return Desk(self._ground(flow, self._facts())[0])

    def _known(self, tx: Any, flow: Flow) -> dict[str, Known]:
        every = linked.of_mapping(self.ledger, tx, flow.name)
        rows: dict[str, dict[str, dict[str, str]]] = {}
        for one in every:
            name, _, address = one.mapping.partition(".")
            if one.parent and name == flow.name:
                rows.setdefault(one.parent, {}).setdefault(address, {})[one.source_id] = one.target_id
        return {
            one.source_id: Known(
                one.source_id, one.target_id, one.memory, rows.get(one.source_id, {}), one.was_there
            )
            for one in every
            if one.mapping == flow.name and not one.parent
        }

    def _keep_sources(self, flow: Flow, ground: Ground, actions: list[Action]) -> None:
        """The source records of what is to be done, for the marks."""
        route = f"{flow.name}<" if flow.back else flow.name
        identity = ground.mapper.flow.source_root.identity
        ids = {key_text([record.get(name) for name in identity]): record for record in ground.records}
        for action in actions:
            parts = key_parts(action.source_id)
            record = ids.get(key_text(parts[: len(identity)]))
            if record is not None:
                self.sources[route, action.source_id] = record

    def grounds(self) -> dict[str, str]:
        """What a plan stands on: settings and specs, what was read, links."""
        with self.ledger.look() as tx:
            names = [*(stream.name for stream in self.connection.streams), *requests.KEPT]
            found = {f"read {name}": hash_ for name, hash_ in mirror.digest(self.ledger, tx, names).items()}
            every = [(o.mapping, o.parent, o.source_id, o.target_id) for o in linked.all_of(self.ledger, tx)]
        found["links"] = mirror.hash_of(text_of(every))
        found["settings"] = mirror.hash_of(
            text_of({k: str(v) for k, v in self.connection.desk.settings.items()})
        )
        return found


def summary(report: Report) -> dict[str, Any]:
    """A run in numbers."""
    counts: dict[str, int] = {}
    for action in report.plan.actions:
        counts[action.kind] = counts.get(action.kind, 0) + 1
    return {
        "planned": counts,
        "done": report.tally.done,
        "failed": report.tally.failed,
        "left": report.tally.left,
    }
