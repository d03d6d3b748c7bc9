"""The world of the subcontract story on its first day, and the customer who lives in it.

Made of the files of `tests/story`: Procore has the company, the project, its codes and commitment SC-1001;
Xero has the organisation, the contact, the option, three items and RETENTION. What comes later (the change
order, the invoices) is handed out by `change_order` and `invoice`, for a story to put in when it comes.
"""

from __future__ import annotations

import copy
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from engine.check import exact
from engine.ledger import links
from engine.ledger.links import Link
from engine.live.connect import Connection
from engine.workspace import Desk, Workspace
from engine.write.follow import mark
from sandbox.procore.sample import world_of
from sandbox.sample import xero_world
from tests.worlds.sandboxed import Sandbox

STORY = Path(__file__).resolve().parents[1] / "story"
COMPANY, PROJECT, CONTRACT, CHANGE, VENDOR = 5501, 41001, 301001, 501001, 4701
CONTACT = "c0000000-0000-4000-8000-000000004701"
OPTION = "0b000000-0000-4000-8000-000000041001"
CATEGORY = "ca000000-0000-4000-8000-000000000041"
INVOICES = {"INV-501": 601501, "INV-517": 601517, "INV-540": 601540, "INV-552": 601552, "INV-560": 601560}
SWITCH = "job_cost_transactions_sync_enabled"  # no read shows it; a request of Procore's ERP tool does
LATER = ("requisitions", "requisition_details", "change_order_packages")
NOT_YET = ("PurchaseOrders", "Invoices", "CreditNotes", "BankTransactions", "Payments")


@cache
def _whole() -> dict[str, Any]:
    given = STORY / "given"
    return {"procore": world_of(given, {PROJECT}), "xero": xero_world(given)}


def first_day(untaxed: bool = False) -> dict[str, Any]:
    """Both systems before anything was sent. `untaxed`: the retention item carries no tax (variant B)."""
    world = copy.deepcopy(_whole())
    for name in LATER:
        world["procore"][name] = {}
    for name in NOT_YET:
        world["xero"][name] = {}
    for contact in world["xero"]["Contacts"].values():
        contact.pop("ContactNumber", None)  # typed in by hand, long before
    for item in world["xero"]["Items"].values():
        if untaxed and item["Code"] == "RETENTION":
            item["PurchaseDetails"]["TaxType"] = "BASEXCLUDED"
    return world


def customer(**more: Any) -> Desk:
    """Somebody with all defaults and the story's settings; `retainage_item` is not set yet."""
    made = Workspace().customer("")
    made.name = "story"
    made.settings = {**made.settings, **{n: exact(made.book, n, v) for n, v in told(**more).items()}}
    return made


def told(**more: Any) -> dict[str, Any]:
    """The story's settings, as they would stand in a file."""
    found: dict[str, Any] = yaml.safe_load((STORY / "settings.yaml").read_text("utf-8"))["settings"]
    found |= {"cost_code_list": "3199", "procore_url": "https://us02.procore.example"}
    return {**found, "approval_home": "none", **more}  # nobody is asked, unless a story says otherwise


def linked_by_hand(connection: Connection) -> None:
    """What a person decides before the first sync: this company is that contact, this project that option."""
    with connection.ledger.leased(), connection.ledger.begin() as tx:
        link(connection, tx, "companies", VENDOR, CONTACT)
        link(connection, tx, "projects", PROJECT, OPTION, **{SWITCH: True})


def link(connection: Connection, tx: Any, mapping: str, own: object, other: str, **memory: Any) -> None:
    """Two records are the same, says a person: linked, and Procore is told at the next sync."""
    route = connection.routes[mapping]
    one = Link(mapping, str(own), other, {route.target.id: other, **memory}, how=links.PERSON)
    links.put(connection.ledger, tx, [one])
    mark(connection.ledger, tx, route, str(own), other, {"source": {"id": own}}, "")


def comes(sandbox: Sandbox, number: str) -> None:
    """An invoice of the story is approved in Procore."""
    own = str(INVOICES[number])
    procore = _whole()["procore"]
    if own in procore["requisition_details"]:
        sandbox.in_procore("PUT", f"/records/requisition_details/{own}", procore["requisition_details"][own])
    sandbox.in_procore("PUT", f"/records/requisitions/{own}", procore["requisitions"][own])


def is_changed(sandbox: Sandbox) -> None:
    """Change order 1 is approved in Procore."""
    change = _whole()["procore"]["change_order_packages"][str(CHANGE)]
    sandbox.in_procore("PUT", f"/records/change_order_packages/{CHANGE}", change)
