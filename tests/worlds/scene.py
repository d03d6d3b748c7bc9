"""The subcontract's company as a scene for short stories: both systems, their people, and a customer.

    def test_a_phone_number_changes(scene: Scene) -> None:
        scene.sandbox.in_procore("PATCH", …)
        scene.sync()
        assert scene.quiet()

The scene opens after the first sync: order SC-1001 stands in Xero, and everything is linked.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from engine.live.connect import Connection
from engine.live.sync import Report, Sync
from engine.plan.actions import Action
from tests.worlds import subcontract
from tests.worlds.people import Accountant, Record, SiteOffice
from tests.worlds.sandboxed import Sandbox, connected


@dataclass
class Scene:
    """Everybody, and the runs between them."""

    sandbox: Sandbox
    connection: Connection
    books: Accountant
    office: SiteOffice

    # ------------------------------------------------------------ runs

    def run(self, **more: Any) -> Report:
        """One run, however it ends."""
        return Sync(self.connection, **more).sync()

    def sync(self) -> Report:
        """One run, in which nothing fails and nothing is left for later."""
        report = self.run()
        assert not report.failures, report.failures
        assert not report.tally.left, report.tally.told
        return report

    def written(self, system: str = "") -> list[str]:
        """What was written since the calls were forgotten: method and path."""
        return [
            f"{call['method']} {call['path'].partition('?')[0]}"
            for call in self.sandbox.calls(system)
            if call["method"] != "GET" and "token" not in call["path"]
        ]

    def quiet(self) -> bool:
        """Whether a further run writes nothing and owes nothing."""
        self.sandbox.forget_calls()
        report = self.run()
        written = [*self.written(), *report.failures, *report.tally.told]
        assert not written, written
        assert not report.owed.effects, report.owed
        return not report.owed.ops and not report.tally.left

    def sets(self, **settings: Any) -> None:
        """The customer changes settings."""
        self.connection.desk.settings = {**self.connection.desk.settings, **settings}

    # ------------------------------------------------------------ what people do

    def edits(self, collection: str, number: object, /, **members: Any) -> Record:
        """Somebody changes a record on Procore's screens, locks or not."""
        record: Record = self.sandbox.in_procore(
            "PATCH", f"/records/{collection}/{number}", {**members, "force": True}
        )
        return record

    def stored(self, collection: str, number: object) -> Record:
        """A record of Procore as it is kept."""
        record: Record = self.sandbox.in_procore("GET", f"/records/{collection}/{number}")
        return record

    def another(self, collection: str, like: object, number: int, /, **members: Any) -> Record:
        """A new record in Procore, made after the pattern of one that is there, without its marks."""
        made = self.stored(collection, like) | {"id": number}
        made |= {name: None for name in ("origin_id", "origin_code", "origin_data") if name in made}
        record: Record = self.sandbox.in_procore(
            "PUT", f"/records/{collection}/{number}", {**made, **members}
        )
        return record

    def types(self, number: str, code: str, amount: str, /, **more: Any) -> Record:
        """The accountant types a bill for the job, approved unless she says otherwise."""
        bill = {"Type": "ACCPAY", "InvoiceNumber": number, "Date": "2026-05-20", "DueDate": "2026-06-20"}
        line = {"ItemCode": code, "Quantity": 1, "UnitAmount": Decimal(amount), "Description": "Typed in"}
        bill |= {"Contact": {"ContactID": subcontract.CONTACT}, "Status": "AUTHORISED"}  # type: ignore[dict-item]
        return self.books.write("Invoices", {**bill, "LineItems": [on_the_job(line)], **more}, "PUT")


def on_the_job(line: Record) -> Record:
    """A line with the project on it."""
    option = {"TrackingCategoryID": subcontract.CATEGORY, "TrackingOptionID": subcontract.OPTION}
    return {**line, "Tracking": [option]}


def contract(scene: Scene, number: int, /, **members: Any) -> Record:
    """One more commitment like SC-1001, with lines of its own."""
    rows = scene.stored("work_order_contracts", subcontract.CONTRACT)["line_items"]
    changes = members.pop("lines", [{}] * len(rows))
    own = [
        {**row, "id": number * 10 + place, "origin_id": None, **change}
        for place, (row, change) in enumerate(zip(rows, changes, strict=False))
    ]
    return scene.another("work_order_contracts", subcontract.CONTRACT, number, line_items=own, **members)


def of(report: Report, mapping: str, source: object = "", back: bool = False) -> list[Action]:
    """What a run planned for a mapping, or for one of its records."""
    return [
        one
        for one in report.plan.actions
        if one.mapping == mapping and one.back is back and (not source or one.source_id == str(source))
    ]


def said(report: Report, mapping: str, source: object = "", back: bool = False) -> tuple[str, str]:
    """Kind and words for the one record that is meant."""
    (action,) = of(report, mapping, source, back)
    return action.kind, f"{action.reason} {action.fix} {' '.join(one.text for one in action.remarks)}"


@contextmanager
def opened(sandbox: Sandbox, ledger: str | Path, first: bool = True, **settings: Any) -> Iterator[Scene]:
    """The scene on a ledger; `first`: after the first sync."""
    sandbox.load(subcontract.first_day())
    told = {"retainage_item": "RETENTION", **settings}
    with connected(sandbox, ledger, subcontract.customer(**told)) as connection:
        scene = Scene(sandbox, connection, Accountant(sandbox), SiteOffice(sandbox, subcontract.COMPANY))
        subcontract.linked_by_hand(connection)
        if first:
            scene.sync()
        yield scene
