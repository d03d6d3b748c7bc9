"""Which record carries which id of the accounting system: the marks that make a record synced.

An origin id is unique among the records of one kind. The kinds are the `item_type` values of the
external data calls; lines of contracts, change orders and invoices can be marked too, though some reads
do not show it.
"""

from __future__ import annotations

from collections.abc import Iterator

from sandbox.procore.call import Call, Mistake
from sandbox.world import Record

WHOLE = {
    "change_order": "change_order_packages",
    "contract_payment": "contract_payments",
    "cost_code": "cost_codes",
    "invoice_payment": "invoice_payments",
    "item": "direct_costs",
    "line_item_type": "line_item_types",
    "project": "projects",
    "purchase_order_contract": "purchase_order_contracts",
    "requisition": "requisitions",
    "standard_cost_code": "standard_cost_codes",
    "tax_code": "tax_codes",
    "vendor": "vendors",
    "work_order_contract": "work_order_contracts",
}
LINES = {
    "line_item": (
        ("work_order_contracts", "line_items"),
        ("purchase_order_contracts", "line_items"),
        ("change_order_packages", "line_items"),
        ("direct_costs", "line_items"),
    ),
    "requisition_change_order_item": (("requisitions", "items"),),
    "requisition_contract_detail_item": (("requisitions", "items"),),
    "requisition_contract_item": (("requisitions", "items"),),
}
UNUSED = (
    *("department", "budget", "insurance", "markup", "payment_application", "payment_application_line_item"),
    *("prime_contract", "sub_job", "company_level_direct_cost"),
)
KINDS = (*WHOLE, *LINES, *UNUSED)


def of_kind(call: Call, kind: str) -> Iterator[tuple[Record, Record]]:
    """Every record of a kind, with the record that holds it (itself, where it stands alone)."""
    if kind in WHOLE:
        yield from ((record, record) for record in call.records(WHOLE[kind]).values())
    for collection, member in LINES.get(kind, ()):
        for holder in call.records(collection).values():
            for line in holder.get(member) or ():
                if member == "line_items" or f"requisition_{line['item_type']}" == kind:
                    yield line, holder


def find(call: Call, kind: str, number: object) -> tuple[Record, Record] | None:
    """One record by its id, with its holder."""
    if kind in WHOLE:
        record = call.records(WHOLE[kind]).get(str(number))
        return None if record is None else (record, record)
    if kind not in call.places:
        call.places[kind] = {str(pair[0]["id"]): pair for pair in of_kind(call, kind)}
    known = call.places[kind].get(str(number))
    return known or next((pair for pair in of_kind(call, kind) if str(pair[0]["id"]) == str(number)), None)


def taken(call: Call, kind: str) -> dict[str, str]:
    """Origin id → id, read once a call and kept while the call writes."""
    if kind not in call.origins:
        call.origins[kind] = {
            str(record["origin_id"]): str(record["id"])
            for record, _ in of_kind(call, kind)
            if record.get("origin_id") is not None
        }
    return call.origins[kind]


def may_carry(call: Call, kind: str, number: object, origin: object) -> None:
    """A `Mistake` if another record of the kind carries that origin id."""
    if origin is not None and taken(call, kind).get(str(origin), str(number)) != str(number):
        raise Mistake({"origin_id": ["has already been taken"]})


def carry(call: Call, kind: str, record: Record, marks: Record) -> None:
    """Write the marks given onto a record, after `may_carry`."""
    if "origin_id" in marks:
        known = taken(call, kind)
        before = record.get("origin_id")
        if before is not None and known.get(str(before)) == str(record["id"]):
            del known[str(before)]
            _stage_again(call, f"{kind}:{before}", marks["origin_id"])
        if marks["origin_id"] is not None:
            known[str(marks["origin_id"])] = str(record["id"])
    for name in ("origin_id", "origin_code", "origin_data"):
        if name in marks:
            record[name] = marks[name]
    if "origin_id" in marks:
        _consequences(kind, record)


def _stage_again(call: Call, staged: str, now: object) -> None:
    """What was imported and lost its mark is ready to be imported once more."""
    waiting = call.records("staged_records").get(staged)
    if waiting is not None and now is None and waiting["status"] == "imported":
        waiting |= {"status": "staged", "updated_at": call.now()}


def _consequences(kind: str, record: Record) -> None:
    synced = record["origin_id"] is not None
    if kind == "requisition":
        record["erp_status"] = "synced" if synced else None
    if kind == "project" and synced:
        record["is_erp_integrated"] = True
