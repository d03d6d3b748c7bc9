"""Payments issued on a commitment. One that carries an origin id takes attachments and marks only.

So a payment that changed in the books is deleted here and made anew.
"""

from __future__ import annotations

from sandbox.answers import Answer
from sandbox.procore import columns, commitments, doors, figures, lists, members, origins, syncing, views
from sandbox.procore.call import Call, Mistake, created, given, invalid, locked, not_found, ok
from sandbox.world import Record

METHODS = ("check", "credit_card", "electronic")
MARKS = {"origin_id", "origin_data"}
_OTHERS = {"project_id": "whole", "contract_id": "whole", "attachments": "list"}


def _contract(call: Call, project: object, number: object) -> int:
    placed = doors.project(call, project)
    for collection in commitments.KINDS:
        record = call.records(collection).get(str(number))
        if record is not None and record["project"]["id"] == placed["id"]:
            return int(record["id"])
    raise not_found("Contract")


def _of_query(call: Call) -> int:
    return _contract(call, call.number("project_id"), call.number("contract_id"))


def _payment(call: Call, contract: int) -> Record:
    record = call.records("contract_payments").get(call.text("id"))
    if record is None or record["contract_id"] != contract:
        raise not_found("Contract Payment")
    return record


def view(record: Record) -> Record:
    """A payment as it is shown: never with its method."""
    return views.chosen(record, columns.PAYMENT)


def list_payments(call: Call) -> Answer:
    """GET /rest/v1.0/contract_payments: of one contract, always."""
    return lists.page(call, lists.filtered(call, views.payments_of(call, _of_query(call)), ""), view)


def show_payment(call: Call) -> Answer:
    """GET /rest/v1.0/contract_payments/{id}."""
    return ok(view(_payment(call, _of_query(call))))


def create_payment(call: Call) -> Answer:
    """POST /rest/v1.0/contract_payments."""
    body = call.body()
    contract = _contract(call, given(body, "project_id"), given(body, "contract_id"))
    update = members.part(body, "contract_payment", members.PAYMENT, _OTHERS)
    number = call.world.fresh_number()
    record: Record = {
        **dict.fromkeys(columns.PAYMENT),
        "id": number,
        "amount": "0.0",
        "contract_id": contract,
        "project_id": body["project_id"],
        "attachments": [],
        "created_at": call.now(),
        "updated_at": call.now(),
    }
    _write(call, record, update)
    call.records("contract_payments")[str(number)] = record
    return created(view(record))


def update_payment(call: Call) -> Answer:
    """PATCH /rest/v1.0/contract_payments/{id}."""
    body = call.body()
    contract = _contract(call, given(body, "project_id"), given(body, "contract_id"))
    record = _payment(call, contract)
    update = members.part(body, "contract_payment", members.PAYMENT, _OTHERS)
    if record["origin_id"] is not None and set(update) - MARKS:
        raise locked("Payment")
    _write(call, record, update)
    return ok(view(record))


def _write(call: Call, record: Record, update: Record) -> None:
    try:
        if update.get("payment_method") not in (None, *METHODS):
            raise Mistake({"payment_method": ["is not included in the list"]})
        invoice = call.records("requisitions").get(str(update.get("requisition_id")))
        if update.get("requisition_id") is not None and (
            invoice is None or invoice["commitment_id"] != record["contract_id"]
        ):
            raise Mistake({"requisition_id": ["not found"]})
        if update.get("amount") is not None:
            update["amount"] = figures.text(figures.amount(update["amount"]))
        syncing.put(call, "contract_payment", record, update)
    except Mistake as wrong:
        raise invalid(wrong.fields) from wrong


def delete_payment(call: Call) -> Answer:
    """DELETE /rest/v1.0/contract_payments/{id}."""
    record = _payment(call, _of_query(call))
    origins.carry(call, "contract_payment", record, {"origin_id": None})
    del call.records("contract_payments")[str(record["id"])]
    return ok({})
