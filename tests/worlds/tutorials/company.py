"""The sample company at work behind its gate: everybody with their rights, and the command line they use.

    def test_send_a_commitment(company: Company) -> None:
        company.does(OFFICE, "erp send demo commitments SC-101")
        company.refused(READER, "erp accept demo commitments SC-101", "this takes Standard or Admin")

Tutorials share one company in a file: each has records of its own, so that they stand in any order. How it
got here (`first_weeks`) is done once in a session and put back for every file.
"""

from __future__ import annotations

import json
import shlex
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from unittest import mock

from click.testing import CliRunner, Result

import cli
from engine.live import connect
from engine.spec.home import home
from tests.worlds.gated import Gated
from tests.worlds.people import Accountant, SiteOffice
from tests.worlds.sandboxed import Sandbox, connected, desk_behind_the_gate
from tests.worlds.tutorials import records
from tests.worlds.tutorials.records import BOUND, CODES, HARBOUR, OPTION_OF_HARBOUR

ADMINISTRATOR, CONTROLLER, APPROVER = "administrator", "controller", "approver"
OFFICE, BOOKKEEPER, READER, SCHEDULE = "site office", "bookkeeper", "reader", "schedule"
TOOLS = ("commitments", "project_admin", "company_admin", "directory")
NO_APPROVER = "is not an accounting approver (Can Push to Accounting)"
NOT_ON_ERP = "has None on ERP Integrations; this takes Standard or Admin"
Record = dict[str, Any]
Story = TypeVar("Story", bound=Callable[..., None])


def tutorial(*titles: str) -> Callable[[Story], Story]:
    """Names the tutorials of the vendor's page that a story carries out."""

    def named(story: Story) -> Story:
        story.tutorials = titles  # type: ignore[attr-defined]
        return story

    return named


@dataclass(frozen=True)
class Weeks:
    """What the company's first weeks left behind: both systems, and the ledger."""

    world: Record
    ledger: Path


@dataclass
class Company:
    """Everybody at their command lines."""

    sandbox: Sandbox
    ledger: Path
    cache: Path | None = None
    root: Path | None = None
    books: Accountant = field(init=False)

    def __post_init__(self) -> None:
        self.books = Accountant(self.sandbox)

    # ------------------------------------------------------------ commands

    def run(self, who: str, command: str, code: int | None = 0) -> Result:
        """One command of one person: "erp send demo companies 7401"."""
        env = {
            **self.sandbox.environ(),
            "CROSSWALK_LEDGER": str(self.ledger),
            "CROSSWALK_WHO": who,
            "NO_COLOR": "1",
            "COLUMNS": "",
            "CROSSWALK_CACHE": str(self.cache or "off"),
        }
        words = [*(["--root", str(self.root)] if self.root else []), *shlex.split(command)]
        # No budget is really waited for.
        with mock.patch.object(connect, "SystemClock", return_value=self.sandbox.clock):
            result = CliRunner().invoke(cli.main, words, env=env)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert code is None or result.exit_code == code, result.output
        return result

    def does(self, who: str, *commands: str) -> str:
        """Commands that succeed, one after the other; gives what the last one said."""
        said = ""
        for command in commands:
            said = " ".join(self.run(who, command).output.split())
        return said

    def data(self, who: str, command: str) -> Any:
        """What a command says with --json."""
        return json.loads(self.run(who, f"{command} --json").stdout)

    def sync(self) -> str:
        """A run of the schedule in which nothing fails."""
        return self.does(SCHEDULE, "sync demo")

    def refused(self, who: str, command: str, *words: str, code: int = 1) -> None:
        """Refused with these words; nothing changes, neither system hears of it, and the history has it."""
        self.sandbox.forget_calls()
        before, effects = self.log(), self.effects()
        said = " ".join(self.run(who, command, code).output.split())
        assert all(word in said for word in words), said
        assert not self.written()
        assert self.effects() == effects
        (refusal,) = self.log()[len(before) :]
        assert (refusal["who"], refusal["what"]) == (who, "refused")
        place = shlex.quote(refusal["source_id"])
        history = self.data(who, f"erp history demo '{refusal['mapping']}' {place}")
        assert history[-1] | {"data": {}} == refusal | {"data": {}}
        assert all(word in f"{refusal['why']} {said}" for word in words)

    @contextmanager
    def with_settings(self, folder: Path, *lines: str) -> Iterator[Path]:
        """Somebody edits the customer's settings; they are as before afterwards. Gives the file."""
        for name in ("schemas", "mappings"):
            shutil.copytree(home() / name, folder / name)
        settings = folder / "mappings" / "customers" / "demo" / "settings.yaml"
        told = "".join(f"  {line}\n" for line in lines)
        settings.write_text(settings.read_text("utf-8") + told, "utf-8")
        self.root = folder
        yield settings
        self.root = None

    # ------------------------------------------------------------ what came of it

    def stands(self, mapping: str, record: object) -> Record:
        """A record as its tab shows it, of what was read last."""
        rows = self.data(READER, f"erp list demo {mapping} --offline")
        (found,) = [row for row in rows if str(record) in (row["id"], row["source_id"], row["label"])]
        return dict(found)

    def state(self, mapping: str, record: object) -> str:
        """Where a record stands."""
        return str(self.stands(mapping, record)["state"])

    def log(self) -> list[Record]:
        """The event log, oldest first."""
        columns = "at, who, what, mapping, source_id, why"
        with closing(sqlite3.connect(self.ledger)) as base:
            rows = base.execute(f"select {columns} from event order by id").fetchall()
        return [dict(zip(columns.split(", "), row, strict=True)) for row in rows]

    def effects(self) -> list[int]:
        """How much the ledger knows: links, what was written, what is owed."""
        with closing(sqlite3.connect(self.ledger)) as base:
            tables = ("link", "wrote", "op", "op_member")
            return [base.execute(f"select count(*) from {name}").fetchone()[0] for name in tables]

    def written(self) -> list[str]:
        """What either system was told since the calls were forgotten."""
        calls = [f"{call['method']} {call['path']}" for call in self.sandbox.calls()]
        return [call for call in calls if not call.startswith("GET") and "token" not in call]

    # ------------------------------------------------------------ what people see and do in both systems

    def orders(self) -> dict[str, Record]:
        """The purchase orders that stand in Xero, by number."""
        every = self.sandbox.of("xero", "PurchaseOrders")
        return {one["PurchaseOrderNumber"]: one for one in every if one["Status"] != "DELETED"}

    def bills(self) -> dict[str, Record]:
        """The bills in Xero that were made of invoices, by the invoice's number in Procore."""
        found = {}
        for one in self.sandbox.of("xero", "Invoices"):
            if "/requisitions/" in str(one.get("Url")):
                found[str(one["Url"]).rpartition("/")[2]] = one
        return found

    def contacts(self) -> dict[str, Record]:
        """The contacts in Xero, by name."""
        return {one["Name"]: one for one in self.sandbox.of("xero", "Contacts")}

    def items(self) -> dict[str, Record]:
        """The items in Xero, by code."""
        return {one["Code"]: one for one in self.sandbox.of("xero", "Items")}

    def options(self) -> dict[str, Record]:
        """The options of the tracking category in Xero, by name."""
        every = {one["Name"]: one for one in self.sandbox.of("xero", "TrackingCategories")}
        return {one["Name"]: one for one in every["Job"]["Options"]}

    def edits(self, collection: str, number: object, /, **members: Any) -> None:
        """Somebody changes a record on Procore's screens, which keep what is locked."""
        self.sandbox.in_procore("PATCH", f"/records/{collection}/{number}", members)

    def shows(self, collection: str, number: object) -> Record:
        """A record of Procore as it is kept."""
        found: Record = self.sandbox.in_procore("GET", f"/records/{collection}/{number}")
        return found


# ---------------------------------------------------------------- the first weeks


def people_of(gated: Gated) -> None:
    """Who may do what."""
    gated.grant(ADMINISTRATOR, company_administrator=True, level="admin")
    every = dict.fromkeys(TOOLS, "admin")
    gated.grant(
        CONTROLLER, level="admin", approver=True, tools={"directory": "admin"}, full_name="Con Troller"
    )
    tools = {"commitments": "admin", "company_admin": "admin"}
    gated.grant(APPROVER, level="standard", approver=True, tools=tools, full_name="Ap Prover")
    gated.grant(OFFICE, tools={**every, "reports": "read_only"})
    gated.grant(BOOKKEEPER, level="standard")
    gated.grant(READER, level="read_only")


def first_weeks(sandbox: Sandbox, ledger: Path) -> Weeks:
    """The company until most of its tutorials can begin: what `BOUND` and `CODES` name is synced."""
    sandbox.reset()
    sandbox.load(records.added_to(sandbox.world()))
    with connected(sandbox, ledger, desk_behind_the_gate()) as connection:
        gated = Gated(sandbox, connection, Accountant(sandbox), SiteOffice(sandbox, records.COMPANY))
        people_of(gated)
        gated.run()
        _linked(gated)
        for mapping, names in (("cost_codes", CODES), *BOUND["at first"].items()):
            gated.send(mapping, *names)
            gated.accept(mapping, *names)
        gated.run()
        for mapping, names in BOUND["then"].items():
            gated.send(mapping, *names)
            gated.accept(mapping, *names)
        gated.run()
    return Weeks(sandbox.world(), ledger)


def _linked(gated: Gated) -> None:
    from engine.live.linking import Choice, link

    choices = [Choice("projects", HARBOUR, OPTION_OF_HARBOUR)]
    choices += [Choice("companies", str(own), contact) for own, contact in records.CONTACTS.items()]
    link(gated.connection, choices, CONTROLLER)


def put_back(sandbox: Sandbox, weeks: Weeks, folder: Path) -> Iterator[Company]:
    """The company as it was then, with a ledger of its own."""
    sandbox.reset()
    sandbox.load(weeks.world)
    ledger = folder / "ledger.db"
    shutil.copy(weeks.ledger, ledger)
    yield Company(sandbox, ledger, weeks.ledger.parent / "cache")
