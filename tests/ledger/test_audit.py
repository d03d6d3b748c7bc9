"""What our app made there, against what we remember: unlinked, doubled, gone, and nothing else."""

from __future__ import annotations

from engine.ledger import links
from engine.ledger.audit import DOUBLED, GONE, UNLINKED, Document, audit
from engine.ledger.links import Link

MAKES = {
    "invoices": "xero.bill",
    "commitments": "xero.purchase_order",
    "change_orders": "xero.purchase_order",
}


def bill(id: str, *known_as: str, gone: bool = False) -> Document:
    return Document("xero.bill", id, known_as, f"INV {id}", gone)


def link(source_id: str, target_id: str, how: str = links.MADE, mapping: str = "invoices") -> Link:
    return Link(mapping, source_id, target_id, {}, how=how, owns=mapping != "change_orders")


def test_when_both_sides_agree_there_is_nothing_to_say() -> None:
    there = [bill("b-1", "Url of 1"), bill("b-2", "Url of 2"), bill("b-3", gone=True)]
    assert audit([link("1", "b-1"), link("2", "b-2", links.ADOPTED)], there, MAKES) == []


def test_a_document_of_ours_that_no_record_knows() -> None:
    (found,) = audit([link("1", "b-1")], [bill("b-1"), bill("b-2")], MAKES)
    assert (found.kind, found.ids) == (UNLINKED, ("b-2",))
    assert found.text == "xero.bill INV b-2 was made by us and no record is linked to it"


def test_while_effects_are_under_way_an_unlinked_one_may_be_theirs() -> None:
    assert audit([], [bill("b-2")], MAKES, under_way=True) == []


def test_a_document_made_twice_is_one_finding() -> None:
    there = [bill("b-1", "Url of 1", "7/INV-1"), bill("b-2", "Url of 1", "7/INV-1"), bill("b-3", "Url of 3")]
    (found,) = audit([link("1", "b-1"), link("3", "b-3")], there, MAKES)
    assert (found.kind, found.ids) == (DOUBLED, ("b-1", "b-2"))
    assert found.text == "xero.bill: 2 documents of ours are all Url of 1"


def test_a_voided_twin_is_no_twin() -> None:
    assert audit([link("1", "b-1")], [bill("b-1", "U"), bill("b-2", "U", gone=True)], MAKES) == []


def test_the_same_number_of_two_objects_is_no_twin() -> None:
    there = [bill("b-1", "SC-001"), Document("xero.purchase_order", "po-1", ("SC-001",))]
    assert audit([link("1", "b-1"), link("1", "po-1", mapping="commitments")], there, MAKES) == []


def test_a_link_whose_document_is_gone() -> None:
    found = audit([link("1", "b-1"), link("2", "b-2")], [bill("b-1", gone=True)], MAKES)
    assert [(one.kind, one.mapping, one.source_id) for one in found] == [
        (GONE, "invoices", "1"),
        (GONE, "invoices", "2"),
    ]
    assert found[0].text == "invoices 1: its xero.bill b-1 is gone"


def test_what_a_person_linked_was_never_in_our_list() -> None:
    assert audit([link("1", "b-1", links.PERSON), link("2", "b-2", links.MATCHED)], [], MAKES) == []


def test_rows_and_shared_documents_are_not_judged_twice() -> None:
    there = [Document("xero.purchase_order", "po-1")]
    known = [
        link("1", "po-1", mapping="commitments"),
        link("9", "po-1", mapping="change_orders"),
        Link("commitments.LineItems", "a", "line-1", {}, "1"),
    ]
    assert audit(known, there, MAKES) == []
    assert [one.mapping for one in audit(known, [], MAKES)] == ["commitments"]


def test_what_was_not_listed_is_not_judged() -> None:
    known = [link("1", "b-1")]
    assert audit(known, [bill("b-9"), bill("b-8")], {"commitments": "xero.purchase_order"}) == []
