"""Links on a line: the document a mapping made of a record, or what is remembered of it."""

from __future__ import annotations

from tests.map.conftest import One, Record, Run, fields

PARTNER = {"partners": {"47": {"PartnerID": "p-47", "Name": "Ironbark", "Code": "IB", "Terms.Day": 20}}}


def test_a_link_gives_the_document_or_what_is_remembered_of_it(record: Record) -> None:
    text = fields(
        "Partner.PartnerID: {link: supplier.id, via: partners}, "
        "Memo: {link: supplier.id, via: partners, take: Code}, "
        "Pieces: {link: supplier.id, via: partners, take: Terms.Day}"
    )
    wanted = {"Partner": {"PartnerID": "p-47"}, "Memo": "IB", "Pieces": 20}
    assert record(text, {"supplier": {"id": 47}}, links=PARTNER) == wanted


def test_an_unknown_link_holds_with_the_fix(one: One) -> None:
    text = fields("Partner.PartnerID: {link: supplier.id, via: partners}")
    outcome = one(text, {"supplier": {"id": 48}}, links=PARTNER)
    remark = outcome.remarks[0]
    assert (outcome.status, remark.code, remark.at) == ("held", "unlinked", "supplier.id")
    assert remark.text == "Supplier 48 is not linked to a Dst Partner"
    assert "partners" in remark.fix
    assert one(text).record == {}  # no supplier, nothing to look up


def test_a_link_that_may_be_missing(record: Record) -> None:
    text = fields("Memo: {link: supplier.id, via: partners, missing: omit}")
    assert record(text, {"supplier": {"id": 48}}) == {}


def test_a_link_by_a_remembered_member_and_by_several_keys(record: Record) -> None:
    text = fields(
        "Memo: {link: title, via: partners, by: Code}, "
        "Reference: {link: [title, number], via: codes, take: id}"
    )
    links = {**PARTNER, "codes": {'["IB","A-1"]': {"id": 9}}}
    assert record(text, {"title": "IB"}, links=links) == {"Memo": "p-47", "Reference": "9"}


def test_linked_asks_and_holds_nothing(record: Record) -> None:
    text = fields("Urgent: \"linked('partners', supplier.id)\"")
    assert record(text, {"supplier": {"id": 47}}, links=PARTNER) == {"Urgent": True}
    assert record(text, {"supplier": {"id": 48}}, links=PARTNER) == {"Urgent": False}
    assert record(text, links=PARTNER) == {"Urgent": False}


def test_backwards_a_link_gives_the_source(run: Run) -> None:
    mapping = """
mapping: returns
from: dst.document
to: src.order
direction: forward
version: 1
fields:
  parent_id: {link: Partner.PartnerID, via: partners}
  title: {link: Partner.PartnerID, via: partners, take: name}
"""
    links = {"partners": {"47": {"PartnerID": "p-47", "name": "Ironbark"}}}
    given = {"DocumentID": "d", "Partner": {"PartnerID": "p-47"}}
    (outcome,) = run(mapping, given, name="returns", links=links)
    assert outcome.record == {"parent_id": "47", "title": "Ironbark"}
    (outcome,) = run(mapping, {**given, "Partner": {"PartnerID": "p-48"}}, name="returns", links=links)
    assert outcome.remarks[0].text == "no Supplier is linked to Dst Partner p-48"
