"""`crosswalk why` lists everything that keeps a record back, all at once; nothing of it can be sent."""

from __future__ import annotations

from typing import Any

from tests.worlds.tutorials.company import OFFICE, Company

LONG = "x" * 256


def put(company: Company, collection: str, like: int, own: int, **members: Any) -> dict[str, Any]:
    """A record after the pattern of another, with what is wrong with it."""
    record = company.shows(collection, like) | {"id": own, "origin_id": None, **members}
    company.sandbox.in_procore("PUT", f"/records/{collection}/{own}", record)
    return record


def unmet(company: Company, mapping: str, record: object) -> list[str]:
    """What is not met; sending it is refused with every bit of that."""
    found: list[str] = company.data(OFFICE, f"why demo {mapping} {record}")["unmet"]
    company.refused(OFFICE, f"erp send demo {mapping} {record}", *(" ".join(one.split()) for one in found))
    return found


def has(found: list[str], *words: str) -> None:
    """Each of these is said, in a sentence of its own."""
    assert len(found) >= len(words), "\n".join(found)
    for word in words:
        assert any(word in one for one in found), f"{word} is not among:\n" + "\n".join(found)


def test_a_commitment_with_everything_wrong(company: Company) -> None:
    line = company.shows("work_order_contracts", 883001)["line_items"][0]
    code = company.shows("cost_codes", 1315005)  # 05-500, which nobody sent
    lines = [
        {**line, "id": 1, "position": 1, "cost_code": None, "wbs_code": None},
        {**line, "id": 2, "position": 2, "line_item_type": None},
        {**line, "id": 3, "position": 3, "cost_code": code},
    ]
    there = {"id": 520204, "name": "Resent Row"}
    lines = [{**one, "project": there, "holder": {**one["holder"], "id": 884001}} for one in lines]
    more = {"vendor": {"id": 7403}, "project": there, "line_items": lines}
    put(company, "work_order_contracts", 883001, 884001, status="Out For Bid", number=LONG, **more)
    found = unmet(company, "commitments", 884001)
    has(
        found,
        "is Out For Bid in Procore. Only an Approved or Complete one becomes a purchase order",
        "Company 7403 is not linked to a Xero Contact",
        "Project 520204 is not linked to a Xero Tracking Category Option",
        "Line 1 of commitment",
        "Line 2 of commitment",
        "05-500",
        "Order Number holds 255",
    )


def test_a_commitment_without_company_and_lines(company: Company) -> None:
    put(company, "work_order_contracts", 883001, 884002, number="SC-201", vendor=None, line_items=[])
    has(
        unmet(company, "commitments", 884002),
        "has no contract company",
        "has no line on its Schedule of Values",
    )


def test_a_change_order_with_everything_wrong(company: Company) -> None:
    line = company.shows("change_order_packages", 933001)["line_items"][0]
    lines = [{**line, "id": 4, "line_item_type": None}]
    wrong = {"contract_id": 883001, "status": "pending", "title": LONG, "number": LONG, "line_items": lines}
    put(company, "change_order_packages", 933001, 934001, **wrong)
    has(
        unmet(company, "change_orders", 934001),
        "is pending in Procore. Only an Approved one changes the purchase order",
        "has more than the 255 characters the connection allows. Shorten it in Procore.",
        "The title of change order",
        "but no cost type",
        "Commitment 883001 is not linked to a Xero Purchase Order",
        "Commitment 883001 has no Xero Purchase Order to write into",
    )


def test_an_invoice_with_everything_wrong(company: Company) -> None:
    wrong = {"status": "draft", "billing_date": None, "invoice_number": None, "vendor_id": 7403}
    wrong |= {"requisition_end": None}
    put(company, "requisition_details", 665001, 666001)
    put(company, "requisitions", 665001, 666001, commitment_id=883001, **wrong)
    has(
        unmet(company, "invoices", 666001),
        "is draft in Procore. Approve it there first",
        "has no billing date",
        "has no invoice number",
        "has no period with a start and an end",
        "Company 7403 is not linked to a Xero Contact",
        "Commitment 883001 is not linked to a Xero Purchase Order",
    )


def test_a_company_a_project_and_a_code_with_everything_wrong(company: Company) -> None:
    put(company, "vendors", 7401, 7501, name=LONG, is_active=False)
    has(unmet(company, "companies", 7501), "is inactive in the Company Directory", "Contact Name holds 255")
    put(company, "projects", 520201, 520301, name=LONG, active=False, standard_cost_code_list_id=77)
    has(
        unmet(company, "projects", 520301),
        "is inactive in Procore",
        "uses another cost code list",
        "Tracking Category Option holds 100",
    )
    has(
        unmet(company, "cost_codes", "26-LV-SUBMAINS-AND-DBS-L02-12"), "has 31 characters; Item Code holds 30"
    )
