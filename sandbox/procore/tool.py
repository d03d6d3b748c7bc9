"""The ERP Integrations tool as people use it (`/_sandbox/procore/tool/…`): send, accept, link, unlink, reset.

Each verb does what the tool does by itself, and makes the request that tells the integration. What waits for
an approver is kept in `erp_tool`, by kind and id. Nobody's level is asked.
"""

from __future__ import annotations

from collections.abc import Callable

from sandbox.answers import Answer
from sandbox.procore import commitments, origins, plain_requests, requests
from sandbox.procore.call import Call, created, given, invalid, not_found, ok, refused
from sandbox.world import Record

AGAIN = ("project", "standard_cost_code")  # exported again when they are renamed
SENDABLE = {
    "work_order_contract": commitments.FINAL,
    "purchase_order_contract": commitments.FINAL,
    "change_order": ("approved",),
    "requisition": ("approved", "approved_as_noted"),
}
UNLINKS = {
    "work_order_contract": "unlink_commitment",
    "purchase_order_contract": "unlink_commitment",
    "change_order": "unlink_commitment_change_order",
    "requisition": "unlink_requisition",
}
RESETS = {
    "project": "reset_job",
    "work_order_contract": "reset_commitment",
    "purchase_order_contract": "reset_commitment",
    "change_order": "reset_commitment_change_order",
    "requisition": "reset_requisition",
    "contract_payment": "reset_payment",
}
REFRESHES = {
    "vendors": "sync_vendors",
    "jobs": "sync_jobs",
    "payments": "sync_contract_payments",
    "job": "sync_single_job",
    "cost_codes": "sync_standard_cost_codes",
    "categories": "sync_standard_categories",
    "metadata": "sync_metadata",
}


# ---- export --------------------------------------------------------------------------------------


def may_be_sent(call: Call, kind: str, numbers: list[object], force: bool) -> None:
    """Refused unless these are there, are in a state to go, and did not go before."""
    if kind not in requests.SENT:
        raise invalid({"item_type": ["is not included in the list"]})
    for number in numbers:
        record = call.records(requests.SENT[kind][0]).get(str(number))
        if record is None:
            raise not_found(kind)
        if not force and kind not in AGAIN and record.get("origin_id") is not None:
            raise refused(422, {"errors": f"{kind} {number} is synced with ERP and cannot be sent again"})
        if not force and record.get("status") not in SENDABLE.get(kind, (record.get("status"),)):
            raise refused(422, {"errors": f"{kind} {number} is {record['status']} and cannot be sent to ERP"})


def _numbers(body: Record) -> list[object]:
    return list(body.get("item_ids") or [given(body, "item_id")])


def _waits(call: Call, body: Record) -> dict[str, Record]:
    """What is named, all of it waiting for an approver."""
    kind, known = given(body, "item_type"), call.records("erp_tool")
    found = {str(number): known.get(f"{kind}:{number}", {}) for number in _numbers(body)}
    for number, one in found.items():
        if one.get("status") != "waiting":
            raise refused(422, {"errors": f"{kind} {number} does not wait for an approver"})
    return found


def send(call: Call) -> Answer:
    """POST tool/send: `{item_type, item_id | item_ids}`; it waits for an approver."""
    body = call.body()
    kind, numbers = given(body, "item_type"), _numbers(body)
    may_be_sent(call, kind, numbers, bool(body.get("force")))
    for number in numbers:
        one = {"item_type": kind, "item_id": number, "status": "waiting", "why": ""}
        call.records("erp_tool")[f"{kind}:{number}"] = one
    return created(list(numbers))


def retrieve(call: Call) -> Answer:
    """POST tool/retrieve: taken back before anybody decided."""
    for one in _waits(call, call.body()).values():
        one["status"] = "retrieved"
    return ok({})


def reject(call: Call) -> Answer:
    """POST tool/reject: `{…, why}`; back to whoever sent it."""
    body = call.body()
    given(body, "why")
    for one in _waits(call, body).values():
        one |= {"status": "rejected", "why": body["why"]}
    return ok({})


def accept(call: Call) -> Answer:
    """POST tool/accept: `{…, accounting_date, erp_custom_fields, code}`; the integration is told."""
    body = call.body()
    waiting = _waits(call, body)
    made = requests.send(call, body["item_type"], [one["item_id"] for one in waiting.values()], body)
    for one in waiting.values():
        one["status"] = "accepted"
    return created(made)


def unlink(call: Call) -> Answer:
    """POST tool/unlink: the integration is asked first; of a company it is only told."""
    body = call.body()
    kind, number = given(body, "item_type"), given(body, "item_id")
    if kind == "vendor":
        made = plain_requests.make(call, "unlink_vendor", {"vendor_id": number})
        _bare(call, "vendor", number)
        return created(made)
    if kind not in UNLINKS:
        raise invalid({"item_type": ["cannot be unlinked"]})
    return created(plain_requests.make(call, UNLINKS[kind], {"id": number}))


def _bare(call: Call, kind: str, number: object) -> None:
    """A record without its marks, and its lines without theirs."""
    found = origins.find(call, kind, number)
    if found is None:
        raise not_found(kind)
    record = found[0]
    origins.carry(call, kind, record, dict.fromkeys(("origin_id", "origin_code", "origin_data")))
    for line in record.get("line_items") or ():
        line["origin_id"] = None
    if "updated_at" in record:
        record["updated_at"] = call.now()


def reset(call: Call) -> Answer:
    """POST tool/reset: `{item_type, item_id}`, by Procore's staff; a project takes what is on it along."""
    body = call.body()
    kind, number = given(body, "item_type"), given(body, "item_id")
    name = RESETS.get(kind)
    if name is None:
        raise invalid({"item_type": ["cannot be reset"]})
    asked = {"project_id": number} if kind == "project" else {"id": number}
    made = plain_requests.make(call, name, asked)
    _bare(call, kind, number)
    if kind == "project":
        _bare_project(call, number)
    return created(made)


def _bare_project(call: Call, number: object) -> None:
    contracts = [
        (collection.removesuffix("s"), record)
        for collection in commitments.KINDS
        for record in call.records(collection).values()
        if str(record["project"]["id"]) == str(number)
    ]
    ids = {record["id"] for _, record in contracts}
    for kind, record in contracts:
        _bare(call, kind, record["id"])
    for record in call.records("change_order_packages").values():
        if record["contract_id"] in ids:
            _bare(call, "change_order", record["id"])


# ---- import --------------------------------------------------------------------------------------


def _staged(call: Call, kind: str, origin: object) -> Record:
    found = call.records("staged_records").get(f"{kind}:{origin}")
    if found is None:
        raise not_found("Staged Record")
    return found


def link(call: Call) -> Answer:
    """POST tool/link: `{vendor_id, origin_id}`; a company is what was staged."""
    body = call.body()
    staged = _staged(call, "vendor", given(body, "origin_id"))
    staged |= {"status": "imported", "updated_at": call.now()}
    return created(plain_requests.make(call, "link_vendor", body))


def link_all(call: Call) -> Answer:
    """POST tool/link_all: every company whose name is that of something staged, whatever the case."""
    names = {
        str((one.get("data") or {}).get("name", "")).casefold(): one
        for one in call.records("staged_records").values()
        if one["item_type"] == "vendor" and one["status"] == "staged"
    }
    pairs = []
    for record in call.records("vendors").values():
        one = names.get(record["name"].casefold())
        if one is not None and record.get("origin_id") is None:
            one |= {"status": "imported", "updated_at": call.now()}
            pairs.append({"id": record["id"], "origin_id": one["origin_id"]})
    return created(plain_requests.make(call, "link_all_vendors", {"vendors": pairs}))


def _becomes(status: str) -> Callable[[Call], Answer]:
    def handle(call: Call) -> Answer:
        body = call.body()
        staged = _staged(call, given(body, "item_type"), given(body, "origin_id"))
        if staged["status"] == "imported":
            raise refused(422, {"errors": "what is linked cannot be archived"})
        staged |= {"status": status, "updated_at": call.now()}
        return ok(staged)

    return handle


def merge(call: Call) -> Answer:
    """POST tool/merge: `{master_id, source_ids}`; the sources are gone, the master has all they had."""
    body = call.body()
    master, sources = given(body, "master_id"), given(body, "source_ids")
    made = plain_requests.make(call, "merge_vendors", {"master_id": master, "source_ids": sources})
    for number in sources:
        call.records("vendors").pop(str(number), None)
    for collection in commitments.KINDS:
        for record in call.records(collection).values():
            if (record.get("vendor") or {}).get("id") in sources:
                record |= {"vendor": {"id": master}, "updated_at": call.now()}
    return created(made)


def refresh(call: Call) -> Answer:
    """POST tool/refresh: `{what}`: a button that brings a tab up to date, or asks for the metadata."""
    body = call.body()
    name = REFRESHES.get(given(body, "what"))
    if name is None:
        raise invalid({"what": [f"is none of {', '.join(REFRESHES)}"]})
    return created(plain_requests.make(call, name, body))


TABLE: tuple[tuple[str, str, Callable[[Call], Answer]], ...] = (
    ("POST", "/tool/send", send),
    ("POST", "/tool/retrieve", retrieve),
    ("POST", "/tool/reject", reject),
    ("POST", "/tool/accept", accept),
    ("POST", "/tool/unlink", unlink),
    ("POST", "/tool/reset", reset),
    ("POST", "/tool/link", link),
    ("POST", "/tool/link_all", link_all),
    ("POST", "/tool/archive", _becomes("archived")),
    ("POST", "/tool/restore", _becomes("staged")),
    ("POST", "/tool/merge", merge),
    ("POST", "/tool/refresh", refresh),
)
