"""The records of the tutorials: the sample company's own, and more for stories that need one to themselves.

Before: the sandbox's sample. After: `company`, which loads them.
"""

from __future__ import annotations

import copy
from typing import Any

COMPANY = 8841
HARBOUR, OPTION_OF_HARBOUR = "520101", "0b000000-0000-4000-8000-000000520101"
FORMWORK, REINFORCING, PLUMBING = 7301, 7302, 7304
CONTACTS = {number: f"c0000000-0000-4000-8000-00000000{number}" for number in (REINFORCING, PLUMBING)}
CODES = ("01-100", "01-200", "03-100", "03-200", "03-300", "08-410", "22-100")

# Names say what becomes of them.
COMPANIES = {
    7401: "Sent Scaffolding",
    7402: "Accepted Acoustics",
    7403: "Rejected Roofing",
    7404: "Retrieved Rendering",
    7405: "Resent Resurfacing",
    7406: "Exported Excavation",
    7407: "Unlinked Upholstery",
}
PROJECTS = {
    520201: "Sent Street",
    520202: "Accepted Avenue",
    520203: "Retrieved Road",
    520204: "Resent Row",
    520205: "Linked Lane",
    520206: "Listed Loop",
}
CONTRACTS = {
    883001: "SC-101",  # sent
    883002: "SC-102",  # accepted
    883003: "SC-103",  # rejected
    883004: "SC-104",  # retrieved
    883005: "SC-105",  # resent
    883006: "SC-106",  # exported
    883007: "SC-107",  # synced, and edited
    883008: "SC-108",  # synced, and unlinked
    883009: "SC-109",  # synced, and deleted
    883010: "SC-110",  # synced, with a change order for each story of those
    883011: "SC-111",  # for direct export
    883012: "SC-112",  # for direct export after a workflow
    883013: "SC-113",  # synced, and reset
    883014: "SC-114",  # bad input
    883015: "SC-115",  # bad input
}
CHANGES = {
    933001: "101",  # sent
    933002: "102",  # accepted
    933003: "103",  # rejected
    933004: "104",  # retrieved
    933005: "105",  # resent
    933006: "106",  # exported
    933007: "107",  # synced, and unlinked
    933008: "108",  # synced, and deleted
}
INVOICES = {
    665001: "IN-201",  # sent
    665002: "IN-202",  # accepted
    665003: "IN-203",  # rejected
    665004: "IN-204",  # retrieved
    665005: "IN-205",  # resent
    665006: "IN-206",  # exported
    665007: "IN-207",  # synced, and unlinked
    665008: "IN-208",  # synced, and paid
}
NEW_CODES = {615001: "05-100", 615002: "05-200", 615003: "05-300", 615004: "05-400", 615005: "05-500"}

BOUND: dict[str, dict[str, tuple[object, ...]]] = {
    "at first": {
        "companies": (FORMWORK, 7407),
        "commitments": (880101, 880102, 880103, 883007, 883008, 883009, 883010, 883013),
    },
    "then": {"change_orders": (933007, 933008), "invoices": (660101, 665007, 665008)},
}


def added_to(world: dict[str, Any]) -> dict[str, Any]:
    """The sample company with the tutorials' records."""
    procore = world["procore"]
    for number, name in COMPANIES.items():
        _another(procore["vendors"], 7303, number, name=name)
    for number, name in PROJECTS.items():
        display = f"26-{number % 1000} - {name}"
        more = {"project_number": f"26-{number % 1000}", "display_name": display}
        _another(procore["projects"], 520102, number, name=name, **more)
    for number, name in CONTRACTS.items():
        _contract(procore["work_order_contracts"], number, name)
    for number, name in CHANGES.items():
        _change(procore["change_order_packages"], number, name)
    for number, name in INVOICES.items():
        _invoice(procore, number, name)
    for number, full_code in NEW_CODES.items():
        code(procore, number, full_code)
    return world


def _another(records: dict[str, Any], like: int, own: int, /, **members: Any) -> dict[str, Any]:
    made: dict[str, Any] = copy.deepcopy(records[str(like)]) | {"id": own, **members}
    records[str(own)] = made
    return made


def _contract(records: dict[str, Any], number: int, name: str) -> None:
    made = _another(records, 880101, number, number=name, title=f"Works of {name}", private=False)
    line = made["line_items"][0]
    line |= {"id": number * 10, "amount": "1000.0", "total_amount": "1000.0"}
    line |= {"extended_amount": "1000.0", "unit_cost": "1000.0", "holder": {**line["holder"], "id": number}}
    made["line_items"] = [line]
    made["grand_total"] = "1000.0"


def _change(records: dict[str, Any], number: int, name: str) -> None:
    made = _another(records, 930101, number, number=name, title=f"Change {name}", contract_id=883010)
    line = made["line_items"][0]
    line |= {"id": number * 10, "holder": {**line["holder"], "id": number}}
    line |= dict.fromkeys(("total_amount", "extended_amount", "unit_cost"), "50.0")
    line.pop("_commitment_line_item_id", None)
    made["line_items"] = [line]
    made["grand_total"] = "50.0"


def _invoice(procore: dict[str, Any], number: int, name: str) -> None:
    for kind in ("requisitions", "requisition_details"):
        procore[kind][str(number)] = _renumbered(procore[kind]["660104"], number)
    procore["requisitions"][str(number)]["invoice_number"] = name


def _renumbered(value: Any, number: int) -> Any:
    """The same with ids of its own, those of its lines too: 66010401 becomes 66500101."""
    if isinstance(value, dict):
        return {name: _renumbered(inner, number) for name, inner in value.items()}
    if isinstance(value, list):
        return [_renumbered(inner, number) for inner in value]
    ours = isinstance(value, int) and str(value).startswith("660104")
    return int(str(value).replace("660104", str(number))) if ours else copy.deepcopy(value)


def code(procore: dict[str, Any], number: int, full_code: str) -> None:
    """A standard cost code, and the same on the first project with a cost type."""
    tail = full_code.rpartition("-")[2]
    _another(
        procore["standard_cost_codes"],
        610005,
        number,
        full_code=full_code,
        code=tail,
        name=f"Code {full_code}",
    )
    more = {"full_code": full_code, "code": tail, "sortable_code": full_code, "standard_cost_code_id": number}
    _another(procore["cost_codes"], 710004, 700000 + number, name=f"Code {full_code}", **more)
