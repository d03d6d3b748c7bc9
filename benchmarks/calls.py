"""`make bench-calls`: HTTP calls of four syncs of a company, beside the fewest that batches and pages allow.

Both systems run as the sandbox and tell what they were asked. The clock is moved, so that budgets count and
nobody waits. Syncs: the first; one after an accountant approved and paid; one in which nothing happened; one
after a two-thousandth of the documents changed. Before: `company`, which makes the world. Beside: `bound`.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from benchmarks import bound, company
from benchmarks.bound import Term
from benchmarks.company import Size
from engine.check import exact
from engine.ledger import links
from engine.ledger.links import Link
from engine.live.connect import Connection
from engine.live.sync import Report, Sync
from engine.live.training import Training, training
from engine.system.clock import MovedClock
from engine.workspace import Desk, Workspace
from engine.write.follow import mark

SMALL = Size(10, 100, 200, 150, 60, 300, 800)
MEDIUM = Size(60, 400, 600, 1_500, 500, 4_000, 10_000)
SWITCH = "job_cost_transactions_sync_enabled"  # no read shows it; a request of Procore's ERP tool does
PAID = 20  # bills that the accountant approves; every second of them is paid
_ENCODER = msgspec.json.Encoder(decimal_format="number")
PAUSE = 60
SHARE = 2_000  # one document in so many changes before the last sync
SETTINGS: dict[str, Any] = {
    "timezone": "Australia/Sydney",
    "region": "AU",
    "base_currency": "AUD",
    "procore_company": str(company.COMPANY),
    "tracking_category": company.CATEGORY,
    "cost_code_list": str(company.LIST),
    "expense_account": "310",
    "income_account": "200",
    "retainage_item": "RETENTION",
    "approval_home": "none",
    "payments_region": "all",
    "payments_from": date(2026, 1, 1),
    "invoice_number_fallback": "none",
}


@dataclass(slots=True)
class Measured:
    """One sync: what it asked of both systems, and how long it took here."""

    title: str
    calls: Counter[tuple[str, str]]
    terms: list[Term]
    seconds: float
    report: Report

    def made(self, system: str) -> int:
        """Calls of a system, tokens apart."""
        return sum(
            count for (whose, name), count in self.calls.items() if whose == system and name != "token"
        )

    def least(self, system: str) -> int:
        """The bound of a system."""
        return sum(term.value for term in self.terms if term.system == system and term.call != "token")


@dataclass(slots=True)
class Ground:
    """A running sandbox and the connection of the company in it."""

    size: Size
    world: dict[str, Any]
    training: Training
    connection: Connection

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """A call to the sandbox's own door."""
        raw = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.training.url}/_sandbox{path}", raw, method=method)
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.loads(answer.read())

    def calls(self) -> Counter[tuple[str, str]]:
        """What both systems were asked since the last time, by system and call."""
        known = [
            (call.method, port.system.name, re.compile(_pattern(call.path)), call.name)
            for call, port in self.connection.calls.values()
            if ".cost_of_" not in call.name
        ]
        found: Counter[tuple[str, str]] = Counter()
        for one in self.ask("GET", "/calls"):
            path = one["path"].partition("?")[0].removeprefix(f"/{one['system']}")
            found[one["system"], _name(one["system"], one["method"], path, known)] += 1
        self.ask("DELETE", "/calls")
        return found

    def sync(self, title: str, terms: list[Term]) -> Measured:
        """One sync, counted, a minute after whatever was before."""
        self.ask("POST", "/clock", {"advance": PAUSE})
        if isinstance(self.connection.clock, MovedClock):
            self.connection.clock.move(PAUSE)
        self.ask("DELETE", "/calls")
        began = time.perf_counter()
        report = Sync(self.connection).sync()
        seconds = time.perf_counter() - began
        return Measured(title, self.calls(), terms, seconds, report)


def _pattern(path: str) -> str:
    return "".join(
        "[^/]+" if part.startswith("{") else re.escape(part) for part in re.split(r"({.+?})", path)
    )


def _name(system: str, method: str, path: str, known: list[Any]) -> str:
    if path.endswith("/token"):
        return "token"
    for verb, whose, pattern, name in known:
        if (verb, whose) == (method, system) and pattern.fullmatch(path):
            return str(name).partition(".")[2] if str(name).startswith(f"{system}.") else str(name)
    return f"{method} {path}"


# ---------------------------------------------------------------- the company connected


def customer() -> Desk:
    """Somebody with all defaults and what a company must say."""
    made = Workspace().customer("")
    made.name = "calls"
    told = {name: exact(made.book, name, value) for name, value in SETTINGS.items()}
    made.settings = {**made.settings, **told}
    return made


@contextmanager
def ground(size: Size) -> Iterator[Ground]:
    """A company of that size in a sandbox, connected; what was in Xero before is linked by hand."""
    world = company.world(size)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "world.json"
        file.write_bytes(_ENCODER.encode(world))
        with training(file) as running:
            environ = {**os.environ, **running.environ}
            ledger = str(Path(folder) / "ledger.db")
            connection = Connection(customer(), ledger, MovedClock(), environ=environ)
            try:
                _linked_by_hand(connection, size)
                yield Ground(size, world, running, connection)
            finally:
                connection.close()


def _linked_by_hand(connection: Connection, size: Size) -> None:
    """The projects that have an option already, and the one vendor who has a contact."""
    pairs = [("projects", company.project_id(at), company.option_id(at)) for at in range(size.known)]
    with connection.ledger.leased(), connection.ledger.begin() as tx:
        for name, own, other in [*pairs, ("companies", company.VENDOR, company.CONTACT)]:
            route = connection.routes[name]
            memory = {route.target.id: other} | ({SWITCH: True} if name == "projects" else {})
            links.put(connection.ledger, tx, [Link(name, str(own), other, memory, how=links.PERSON)])
            mark(connection.ledger, tx, route, str(own), other, {"source": {"id": own}}, "")


# ---------------------------------------------------------------- what people do between syncs


def accountant(ground: Ground, count: int = PAID) -> tuple[int, int]:
    """Approves bills that came from Procore and pays half of every second: projects, payments."""
    drafts = [bill for bill in ground.training.bills() if bill["Status"] == "DRAFT" and bill.get("Url")]
    paid = 0
    for number, bill in enumerate(drafts[:count]):
        approved = ground.training.approve(bill["InvoiceID"])
        if number % 2 == 0:
            ground.training.pay(bill["InvoiceID"], f"{approved['AmountDue'] / 2:.2f}", "2026-05-29")
            paid += 1
    return len({line["Tracking"][0]["Option"] for bill in drafts[:count] for line in bill["LineItems"]}), paid


def office(ground: Ground) -> tuple[int, int]:
    """Titles of a two-thousandth of contracts and notes of vendors change (one of each at least)."""
    vendors, contracts = max(1, ground.size.vendors // SHARE), max(1, ground.size.commitments // SHARE)
    for at in range(vendors):
        ground.ask(
            "PATCH",
            f"/procore/records/vendors/{company.VENDOR + 1 + at}",
            {"business_phone": "(02) 5550 9999"},
        )
    for at in range(contracts):
        number = 880_000 + 2 * at
        ground.ask("PATCH", f"/procore/records/work_order_contracts/{number}", {"description": "Changed"})
    return vendors, contracts


def measured(size: Size) -> list[Measured]:
    """The four syncs."""
    with ground(size) as here:
        found = [here.sync("first sync", bound.first(here.size, here.world))]
        touched, paid = accountant(here)
        found.append(here.sync("after approvals and payments", bound.paid(size, touched, paid)))
        found.append(here.sync("quiet sync", bound.quiet(size)))
        vendors, contracts = office(here)
        found.append(here.sync("0.05 % changed", bound.changed(size, vendors, contracts)))
    return found


# ---------------------------------------------------------------- told


def told(one: Measured) -> Iterator[str]:
    """A table of a sync: call, made, bound, ratio; then totals by system."""
    yield f"\n{one.title} ({one.seconds:.1f} s here)"
    yield f"  {'call':44} {'made':>7} {'bound':>7} {'ratio':>6}   term"
    least: Counter[tuple[str, str]] = Counter()
    why: dict[tuple[str, str], list[str]] = {}
    for term in one.terms:
        least[term.system, term.call] += term.value
        why.setdefault((term.system, term.call), []).append(term.says)
    for system, call in sorted({*one.calls, *least}):
        made, fewest = one.calls[system, call], least[system, call]
        text = "; ".join(why.get((system, call), ["not in the bound"]))
        yield f"  {system + ' ' + call:44} {made:>7,} {fewest:>7,} {_ratio(made, fewest):>6}   {text}"
    for system in ("xero", "procore"):
        made, fewest = one.made(system), one.least(system)
        yield f"  {'total ' + system:44} {made:>7,} {fewest:>7,} {_ratio(made, fewest):>6}   without tokens"


def _ratio(made: int, fewest: int) -> str:
    return f"{made / fewest:.3f}" if fewest else "-"


def main() -> None:
    """Makes the company, counts, prints."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.calls", description=__doc__)
    options.add_argument("--medium", action="store_true", help=f"{MEDIUM}; takes long")
    for name in Size.__dataclass_fields__:
        options.add_argument(f"--{name}", type=int, help=f"by default {getattr(SMALL, name)}")
    chosen = vars(options.parse_args())
    preset = MEDIUM if chosen.pop("medium") else SMALL
    size = Size(**{name: chosen[name] or getattr(preset, name) for name in chosen})
    print(f"{size}; stored materials on {size.stored} invoices", flush=True)
    for one in measured(size):
        for line in told(one):
            print(line)
        sys.stdout.flush()


if __name__ == "__main__":
    main()
