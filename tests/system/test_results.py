"""One result for each element, whichever of three forms an answer has and in whatever order it comes."""

from __future__ import annotations

from typing import Any

import pytest

from engine.system.model import System
from engine.system.port import DONE, REFUSED, UNKNOWN, Answer
from engine.system.results import NOT_ALONE, elements

OK, BAD = {"StatusAttributeString": "OK"}, {"StatusAttributeString": "ERROR"}
TAKEN = [{"Message": "Order number must be unique"}]


def of(both: dict[str, System], call: str, body: Any, sent: list[Any], meaning: str = DONE) -> list[Any]:
    system = both[call.partition(".")[0]]
    return elements(system, system.calls[call], Answer(meaning, 200, body, reason="whole"), sent)


def orders(*numbers: str) -> list[dict[str, str]]:
    return [{"PurchaseOrderNumber": number} for number in numbers]


def test_xero_answers_by_number_and_not_by_place(both: dict[str, System]) -> None:
    body = {
        "PurchaseOrders": [
            {"PurchaseOrderNumber": "B", "PurchaseOrderID": "2", **OK},
            {"PurchaseOrderNumber": "A", **BAD, "ValidationErrors": TAKEN},
            {"PurchaseOrderNumber": "C", **OK, "Warnings": [{"Message": "Account removed"}]},
        ]
    }
    a, b, c = of(both, "xero.purchase_order.create", body, orders("A", "B", "C"))
    assert (a.ok, a.reason, a.missing) == (False, "Order number must be unique", False)
    assert (b.ok, b.record["PurchaseOrderID"]) == (True, "2")
    assert (c.ok, c.warnings) == (True, ("Account removed",))


def test_xero_bills_have_no_key_and_answer_by_place(both: dict[str, System]) -> None:
    body = {"Invoices": [{"InvoiceID": "1", **OK}, {"InvoiceID": "2", **BAD, "ValidationErrors": TAKEN}]}
    first, second = of(both, "xero.bill.create", body, [{"InvoiceNumber": "7"}, {"InvoiceNumber": "7"}])
    assert (first.ok, second.ok) == (True, False)


def test_twins_are_told_by_place(both: dict[str, System]) -> None:
    body = {"PurchaseOrders": [{"PurchaseOrderNumber": "A", "n": 1}, {"PurchaseOrderNumber": "A", "n": 2}]}
    assert [e.record["n"] for e in of(both, "xero.purchase_order.create", body, orders("A", "A"))] == [1, 2]


def test_an_element_nothing_is_said_of_is_missing(both: dict[str, System]) -> None:
    a, b = of(both, "xero.purchase_order.create", {"PurchaseOrders": orders("B")}, orders("A", "B"))
    assert (a.ok, a.missing, b.ok) == (False, True, True)
    other = of(both, "xero.purchase_order.create", {"PurchaseOrders": orders("Z")}, orders("A"))
    assert other[0].missing, "another's answer is nobody's"
    assert of(both, "xero.purchase_order.create", None, orders("A"))[0].missing


def test_a_batch_that_was_refused_whole_says_who_was_to_blame(both: dict[str, System]) -> None:
    body = {
        "Elements": [{"PurchaseOrderNumber": "A"}, {"PurchaseOrderNumber": "B", "ValidationErrors": TAKEN}]
    }
    a, b = of(both, "xero.purchase_order.create", body, orders("A", "B"), REFUSED)
    assert (a.reason, b.reason) == (NOT_ALONE, "Order number must be unique")
    assert not a.ok
    assert not b.ok
    assert not a.missing


def test_messages_of_lines_are_the_documents(both: dict[str, System]) -> None:
    line = {"LineItems": [{}, {"ValidationErrors": [{"Message": "The line total 0 does not match"}]}]}
    body = {"Invoices": [{"InvoiceID": "1", "HasErrors": True, **line}]}
    assert of(both, "xero.bill.create", body, [{}])[0].reason == "The line total 0 does not match"


def test_an_unknown_answer_leaves_all_unknown(both: dict[str, System]) -> None:
    found = of(both, "xero.purchase_order.create", None, orders("A", "B"), UNKNOWN)
    assert [(e.ok, e.missing) for e in found] == [(False, True)] * 2


def test_procore_answers_entities_and_errors(both: dict[str, System]) -> None:
    sent = [{"origin_id": "1"}, {"origin_id": "2"}, {"origin_id": "3"}]
    body = {
        "entities": [{"id": 30, "origin_id": "3"}, {"id": 10, "origin_id": "1"}],
        "errors": [{"origin_id": "2", "errors": {"vendor_id": ["is not there"], "status": ["is locked"]}}],
    }
    one, two, three = of(both, "procore.direct_cost.create", body, sent)
    assert [one.record["id"], three.record["id"]] == [10, 30]
    assert (two.ok, two.reason) == (False, "vendor_id is not there; status is locked")


@pytest.mark.parametrize(
    ("call", "sent"),
    [
        (
            "procore.external_data",
            [{"item_type": "vendor", "item_id": 1}, {"item_type": "project", "item_id": 1}],
        ),
        (
            "procore.job_cost.create",
            [{"cost_code_id": 1, "line_item_type_id": 1}, {"cost_code_id": 1, "line_item_type_id": 2}],
        ),
    ],
)
def test_procore_marks_and_totals_are_known_by_two_members(
    both: dict[str, System], call: str, sent: list[Any]
) -> None:
    error = {**sent[1], "errors": "no such record"}
    found = of(both, call, {"entities": [dict(sent[0])], "errors": [error]}, sent)
    assert [(e.ok, e.reason) for e in found] == [(True, ""), (False, "no such record")]
    assert [e.ok for e in of(both, call, {"entities": [], "errors": []}, sent)] == [True, True]
    assert [e.missing for e in of(both, call, {"entities": [dict(sent[0])], "errors": []}, sent)] == [
        False,
        True,
    ]


def test_procore_numbers_and_texts_of_an_id_are_one(both: dict[str, System]) -> None:
    body = {"entities": [{"id": 7, "name": "A"}], "errors": []}
    assert of(both, "procore.company.update", body, [{"id": "7"}])[0].record["name"] == "A"


def test_an_answer_without_either_list_says_nothing(both: dict[str, System]) -> None:
    assert of(both, "procore.company.update", {"ok": True}, [{"id": 7}])[0].missing


def test_one_is_taken_out_of_its_list(both: dict[str, System]) -> None:
    made = {"Options": [{"TrackingOptionID": "t1", "Name": "A"}]}
    assert (
        of(both, "xero.tracking_option.create", made, [{"Name": "A"}])[0].record["TrackingOptionID"] == "t1"
    )
    assert of(both, "procore.contract_payment.create", {"id": 5}, [{}])[0].record == {"id": 5}
    assert of(both, "procore.contract_payment.delete", None, [{}])[0].ok
    assert of(both, "procore.contract_payment.create", None, [{}], REFUSED)[0].reason == "whole"
