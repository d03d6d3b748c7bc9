"""The subcontract's company behind the gate: people with their rights, and the verbs they use.

def test_a_commitment_is_accepted(gated: Gated) -> None:
    gated.send("commitments", CONTRACT)
    gated.accept("commitments", CONTRACT)
    gated.sync()
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.approve.standing import Standing
from engine.live.connect import Connection
from engine.live.gate import Done, Gate
from engine.live.granting import grant
from engine.live.sync import Report, Sync
from engine.live.tabs import Item, looked, named
from tests.worlds import subcontract
from tests.worlds.people import Accountant, SiteOffice
from tests.worlds.sandboxed import Sandbox, connected

ADMINISTRATOR, OFFICE, APPROVER, READER = "administrator", "site office", "approver", "reader"
TOOLS = ("commitments", "project_admin", "company_admin", "directory")


@dataclass
class Gated:
    """Everybody, the verbs, and the runs between them."""

    sandbox: Sandbox
    connection: Connection
    books: Accountant
    office: SiteOffice

    def act(self, who: str, verb: str, mapping: str, *names: object, **more: Any) -> list[Done]:
        """One person's wish."""
        return Gate(self.connection, who).act(verb, mapping, [str(name) for name in names], **more)

    def send(self, mapping: str, *names: object, who: str = OFFICE) -> list[Done]:
        """The site office sends; it must succeed."""
        return self._done(self.act(who, "send", mapping, *names))

    def accept(self, mapping: str, *names: object, who: str = APPROVER, **typed: Any) -> list[Done]:
        """The approver accepts; it must succeed."""
        return self._done(self.act(who, "accept", mapping, *names, typed=typed))

    def _done(self, done: list[Done]) -> list[Done]:
        assert not any(one.refused for one in done), done
        return done

    def run(self, **more: Any) -> Report:
        """A sync, however it ends."""
        return Sync(self.connection, **more).sync()

    def sync(self, **more: Any) -> Report:
        """A sync in which nothing fails and nothing is left for later."""
        report = self.run(**more)
        assert not report.failures, report.failures
        assert not report.tally.left, report.tally.told
        return report

    def item(self, mapping: str, name: object, imported: bool = False) -> Item:
        """A record as the tab shows it, of what was read last."""
        (found,) = named(looked(self.connection, (mapping,), False).of(mapping, imported), str(name))
        return found

    def stands(self, mapping: str, name: object, imported: bool = False) -> Standing:
        """Where a record stands."""
        return self.item(mapping, name, imported).standing

    def state(self, mapping: str, name: object, imported: bool = False) -> str:
        """Its state."""
        return self.stands(mapping, name, imported).state

    def grant(self, who: str, **rights: Any) -> None:
        """The administrator grants rights."""
        grant(Gate(self.connection, ADMINISTRATOR), who, rights)

    def codes_synced(self) -> None:
        """The cost codes are through the gate."""
        every = looked(self.connection, ("cost_codes",), False).of("cost_codes")
        codes = [one.own for one in every if not one.unmet]
        self.send("cost_codes", *codes)
        self.accept("cost_codes", *codes)
        self.sync()


@contextmanager
def behind_the_gate(sandbox: Sandbox, ledger: str | Path, **settings: Any) -> Iterator[Gated]:
    """The first day: company and project linked, people named, nothing sent."""
    sandbox.load(subcontract.first_day())
    told = {"retainage_item": "RETENTION", "approval_home": "local", **settings}
    with connected(sandbox, ledger, subcontract.customer(**told)) as connection:
        subcontract.linked_by_hand(connection)
        office = SiteOffice(sandbox, subcontract.COMPANY)
        made = Gated(sandbox, connection, Accountant(sandbox), office)
        made.grant(ADMINISTRATOR, company_administrator=True, level="admin")
        made.grant(OFFICE, tools=dict.fromkeys(TOOLS, "admin"))
        made.grant(APPROVER, level="standard", approver=True, tools={"commitments": "admin"})
        made.grant(READER, level="read_only")
        made.sync()
        yield made
