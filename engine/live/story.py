"""The demo: a company is connected, what is accepted goes, a bill is paid, and all see the same figures.

Every step is the step a customer takes, against the sandbox over HTTP. Before: `sync`, `training`.
After: `report.story`, which tells it.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from engine.approve.people import Person
from engine.approve.states import UNSENT
from engine.live.connect import Connection
from engine.live.gate import Gate
from engine.live.granting import grant
from engine.live.linking import link_twins
from engine.live.sync import Report, Sync
from engine.live.tabs import looked
from engine.live.training import Training, TrainingClock, training
from engine.workspace import Desk

Progress = Callable[[str, int], None]
PROJECTS = ("520101", "520102")  # the sample company's
ADMINISTRATOR, OFFICE, APPROVER = "the administrator", "the site office", "the approver"
ROUNDS = (
    ("Codes, companies and projects", "second", ("cost_codes", "companies", "projects")),
    ("Commitments", "third", ("commitments",)),
    ("Change orders and invoices", "fourth", ("change_orders", "invoices")),
)
MOST_STAYING, WIDTH = 3, 80
VIEW, FIGURES = 5001, ("Job to Date Costs", "Commitments Invoiced", "Direct Costs")


@dataclass(frozen=True, slots=True)
class Chapter:
    """One step: what is done, and what came of it."""

    title: str
    text: str
    report: Report | None = None
    lines: tuple[str, ...] = ()


def story(desk: Desk, progress: Progress) -> Iterator[Chapter]:
    """The chapters, as they happen."""
    with tempfile.TemporaryDirectory() as folder, training() as world:
        environ = {**os.environ, **world.environ}
        connection = Connection(desk, str(Path(folder) / "ledger.db"), TrainingClock(world), environ=environ)
        try:
            yield from _chapters(connection, world, progress)
        finally:
            connection.close()


def _chapters(connection: Connection, world: Training, progress: Progress) -> Iterator[Chapter]:
    def sync() -> Report:
        return Sync(connection, progress=progress).sync()

    yield Chapter(
        "Who may do what", "The administrator names an accounting approver.", lines=_people(connection)
    )
    first = sync()
    yield Chapter(
        "The first sync", "Everything is read. Nothing leaves Procore, for nobody accepted anything.", first
    )
    twins = link_twins(connection, ADMINISTRATOR)
    yield Chapter("A person decides", "Records of the very same name are linked by hand.", lines=tuple(twins))
    for title, number, mappings in ROUNDS:
        yield Chapter(
            title,
            "The office sends what is ready; the approver accepts it.",
            lines=_through(connection, mappings),
        )
        yield Chapter(f"The {number} sync", "What was accepted goes, and nothing else.", sync())
    yield _accountant(world)
    yield Chapter("The fifth sync", "Payments and costs come back to Procore.", sync(), _figures(world))
    yield Chapter("The last sync", "Nothing has changed, so nothing is written.", sync())


def _people(connection: Connection) -> tuple[str, ...]:
    """Names everybody; says who may what."""
    gate = Gate(connection, ADMINISTRATOR)
    given: dict[str, dict[str, Any]] = {
        ADMINISTRATOR: {"level": "admin", "company_administrator": True},
        OFFICE: {"tools": dict.fromkeys(gate.rules.tools, "admin")},
        APPROVER: {"level": "standard", "approver": True},
    }
    people = [grant(gate, name, rights) for name, rights in given.items()]
    return tuple(f"{one.name}: {', '.join(_rights(one))}" for one in people)


def _rights(one: Person) -> Iterator[str]:
    if one.company_administrator:
        yield "connects the two systems and grants rights"
    elif one.approver:
        yield "accepts or rejects what is to be exported"
    else:
        yield "sends records, as Admin on the tools they live in"


def _through(connection: Connection, mappings: tuple[str, ...]) -> tuple[str, ...]:
    """Sends everything that meets its preconditions, and accepts it."""
    lines = []
    for mapping in mappings:
        items = looked(connection, (mapping,), False).of(mapping, False)
        ready = [one.own for one in items if one.standing.state == UNSENT and not one.unmet]
        title = connection.book.mappings[mapping].title
        for who, verb in ((OFFICE, "send"), (APPROVER, "accept")):
            done = Gate(connection, who).act(verb, mapping, ready) if ready else []
            lines.append(f"{title}: {who} {verb}s {len(done) - sum(one.refused for one in done)}")
        back = [one for one in items if one.standing.state == UNSENT and one.unmet]
        lines += [
            f"{title}: {_short(one.label)} stays: {_short(one.unmet[0])}" for one in back[:MOST_STAYING]
        ]
        lines += [f"{title}: {len(back) - MOST_STAYING} more stay"] if len(back) > MOST_STAYING else []
    return tuple(lines)


def _short(text: str) -> str:
    return text if len(text) <= WIDTH else f"{text[:WIDTH]}…"


def _accountant(world: Training) -> Chapter:
    """Approves what may be approved, and pays half of the first bill."""
    lines = []
    drafts = [bill for bill in world.bills() if bill["Status"] == "DRAFT" and bill.get("Url")]
    for number, bill in enumerate(drafts):
        approved = world.approve(bill["InvoiceID"])
        name = f"{approved['InvoiceNumber']} of {approved['Contact']['Name']}, {approved['Total']:,.2f}"
        lines.append(f"approved {name}")
        if number == 0:
            half = f"{approved['AmountDue'] / 2:.2f}"
            world.pay(bill["InvoiceID"], half, "2026-05-29")
            lines.append(f"paid {Decimal(half):,.2f} of it on 2026-05-29")
    return Chapter(
        "An accountant works in Xero", "Bills are approved, and one is paid in part.", lines=tuple(lines)
    )


def _figures(world: Training) -> tuple[str, ...]:
    """What Procore shows now: payments issued, and the budget's three figures."""
    lines = []
    for project in PROJECTS:
        for payment in _payments(world, project):
            amount = f"{Decimal(payment['amount']):,.2f}"
            lines.append(
                f"Procore, payments issued: {amount} on {payment['date']} for {payment['invoice_number']}"
            )
        for row in world.procore(f"/rest/v1.0/budget_views/{VIEW}/detail_rows?project_id={project}"):
            figures = ", ".join(f"{name.lower()} {Decimal(row[name]):,.2f}" for name in FIGURES)
            code = f"{row['cost_code']}, {row['category']}"
            lines.append(f"Procore, budget of {project}, {code}: {figures}")
    return tuple(lines)


def _payments(world: Training, project: str) -> list[Any]:
    found = []
    for kind in ("work_order_contracts", "purchase_order_contracts"):
        for contract in world.procore(f"/rest/v1.0/{kind}?project_id={project}"):
            query = f"project_id={project}&contract_id={contract['id']}"
            found += world.procore(f"/rest/v1.0/contract_payments?{query}")
    return found
