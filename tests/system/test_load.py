"""What a system.yaml says, and the place of every mistake in one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.spec.load import load
from engine.spec.problem import SpecError
from engine.system.load import read, systems
from engine.system.model import System
from engine.workspace import Workspace
from tests.check.conftest import project

__all__ = ["project"]
HEAD = "system: dst\ntitle: Dst\nwire: {decimal: number}\n"
WHERE = "schemas/dst/system.yaml"


@pytest.fixture
def wrong(project: Callable[[dict[str, str]], Path]) -> Callable[[str], list[str]]:
    def told(text: str) -> list[str]:
        book, problems = load(project({WHERE: HEAD + text}), "tiny")
        found = [*problems, *read(book)[1]]
        return [f"{p.code} {p.span.line}:{p.span.column} {p.text} {p.label}".strip() for p in found]

    return told


CASES = {
    "a shape nobody knows": (
        "objects:\n  document: {shape: dst.documnt, id: DocumentID}\n",
        "E601 5:21 there is no shape 'dst.documnt' did you mean 'dst.document'?",
    ),
    "a scope that is no object": (
        "objects:\n  document: {shape: dst.document, id: DocumentID, scope: project}\n",
        "E601 5:58 there is no object 'project'",
    ),
    "a source the shape has not": (
        "objects:\n  document: {shape: dst.document, id: DocumentID, source: event}\n",
        "E601 5:59 there is no source of dst.document 'event'",
    ),
    "a natural key of no member": (
        "objects:\n  document: {shape: dst.document, id: DocumentID, natural: [Nummer]}\n",
        "E601 5:61 there is no field of dst.document 'Nummer' did you mean 'Number'?",
    ),
    "a place nothing fills": (
        "base: https://x.example\nobjects:\n  document:\n    shape: dst.document\n    id: DocumentID\n"
        '    show: {get: "/Documents/{DocumntID}"}\n',
        "E602 9:30 nothing fills 'DocumntID' in this call did you mean 'DocumentID'?",
    ),
    "a place that is no setting": (
        'base: "{dst_host}"\n',
        "E602 4:9 nothing fills 'dst_host' in this call",
    ),
    "a brace that opens nothing": (
        "calls:\n  me: {get: /me, query: {a: 'x{y'}}\n",
        "E602 5:31 this brace belongs to no place; a place is a name in braces",
    ),
    "a condition that is no JMESPath": (
        "answers:\n  - {status: 400, then: refuse, when: 'Type =='}\n",
        "E603 5:46 the expression ends too early",
    ),
    "a call that is not there": (
        "objects:\n  document: {shape: dst.document, id: DocumentID, update: document.create}\n",
        "E604 5:59 there is no call 'document.create'",
    ),
    "a call that leads back to itself": (
        "objects:\n  document: {shape: dst.document, id: DocumentID, update: document.update}\n",
        "E604 5:59 there is no call 'document.update' did you mean 'document.update'?",
    ),
    "a mark by no call": (
        "objects:\n  document:\n    shape: dst.document\n    id: DocumentID\n"
        "    marks: [{call: external, element: {a: b}}]\n",
        "E604 8:20 there is no call 'external'",
    ),
    "two addresses": (
        "calls:\n  me: {get: /me, put: /me}\n",
        "E604 5:18 a call has one address",
    ),
    "no address": (
        "calls:\n  me: {batch: 2}\n",
        "E604 5:7 a call says where to, as get, put, post, patch or delete",
    ),
    "a key nobody knows": (
        "calls:\n  me: {get: /me, pageing: link}\n",
        "E104 5:18",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_mistake_has_its_place(name: str, wrong: Callable[[str], list[str]]) -> None:
    text, expected = CASES[name]
    found = wrong(text)
    assert [each.startswith(expected) for each in found] == [True], found


def test_a_book_with_mistakes_gives_no_systems(project: Callable[[dict[str, str]], Path]) -> None:
    book, _ = load(project({WHERE: f'{HEAD}base: "{{nowhere}}"\n'}), "tiny")
    with pytest.raises(SpecError):
        systems(book)


def test_both_systems_are_sound() -> None:
    assert read(Workspace().book)[1] == []


def test_what_is_repeated_is_the_same_call(both: dict[str, System]) -> None:
    xero, procore = both["xero"].objects, both["procore"].objects
    assert xero["cost_of_bill"].list is xero["bill"].list
    assert procore["direct_cost"].update is procore["direct_cost"].create
    assert xero["purchase_order"].append is xero["purchase_order"].update
    assert both["procore"].calls["procore.external_data"] is procore["company"].marks[0].call


def test_every_object_of_a_shape_is_found(both: dict[str, System]) -> None:
    kinds = [(each.name, each.given) for each in both["procore"].of_shape("procore.commitment")]
    assert kinds == [
        ("work_order_contract", {"type": "WorkOrderContract"}),
        ("purchase_order_contract", {"type": "PurchaseOrderContract"}),
    ]
    views = [(each.name, each.source) for each in both["xero"].of_shape("xero.cost_document")]
    assert views == [
        ("cost_of_bill", "bill"),
        ("cost_of_spend_money", "spend_money"),
        ("cost_of_credit_note", "credit_note"),
    ]


def test_windows_are_those_of_the_facts(both: dict[str, System]) -> None:
    xero = both["xero"]
    assert (xero.key_seconds, xero.settle_seconds, xero.timeout, xero.in_flight) == (300, 420, 60.0, 5)
    assert [(each.calls, each.seconds) for each in xero.limits] == [(60, 60), (5000, 86400), (10000, 60)]
    assert xero.numbers
    assert not both["procore"].numbers


def test_every_write_says_what_keeps_it_from_happening_twice(both: dict[str, System]) -> None:
    writes = [call for each in both.values() for call in each.calls.values() if call.method != "GET"]
    assert [call.name for call in writes if call.once not in ("key", "upsert", "lookup")] == []
    assert [
        call.name for call in both["xero"].calls.values() if call.method != "GET" and call.once != "key"
    ] == []
