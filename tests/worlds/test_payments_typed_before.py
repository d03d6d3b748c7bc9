"""Payments that somebody typed into Procore before the connection paid them: linked, and never made again.

INV-501 is a bill of 32,022.21, of which 29,111.10 are before tax; half of it was paid, and typed in by hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from engine.live.cutover import opening
from engine.live.declined import Declined
from engine.live.linking import Choice, link, looked
from engine.live.pairs import pairs
from tests.worlds.people import Record
from tests.worlds.sandboxed import Sandbox
from tests.worlds.scene import Scene, of, opened
from tests.worlds.subcontract import CONTRACT, PROJECT, comes

INVOICE = 601501
HALF, REST, SHARE = "16011.11", "16011.10", "14555.55"


@pytest.fixture
def scene(sandbox: Sandbox, tmp_path: Path) -> Iterator[Scene]:
    with opened(sandbox, tmp_path / "ledger.db", bill_status="AUTHORISED") as made:
        comes(sandbox, "INV-501")
        made.sync()
        yield made


def typed(scene: Scene, amount: str, day: str = "2026-04-15", invoice: int | None = INVOICE) -> str:
    """The site office types a payment on the commitment; gives its id."""
    payment = {"amount": amount, "date": day, "requisition_id": invoice}
    body = {"project_id": PROJECT, "contract_id": CONTRACT, "contract_payment": payment}
    return str(scene.office.call("POST", "/procore/rest/v1.0/contract_payments", body)["id"])


def paid(scene: Scene, amount: str = HALF, day: str = "2026-04-15") -> str:
    return scene.books.pay(scene.books.bill_of(INVOICE), amount, day)


def issued(scene: Scene) -> list[str]:
    """Amounts of the payments Procore shows, in the order of their dates."""
    found: list[Record] = scene.office.payments(PROJECT, CONTRACT)
    return [f"{Decimal(each['amount']):.2f}" for each in found]


def test_one_linked_by_hand_is_not_made_again(scene: Scene) -> None:
    there, own = typed(scene, SHARE), paid(scene)
    seen = link(scene.connection, [Choice("payments", own, there)], "ann")
    (one,) = seen.linked
    assert (one.source_id, one.target_id, one.differs) == (own, there, ())
    (action,) = of(scene.sync(), "payments", own)
    assert action.kind == "same"
    assert issued(scene) == [SHARE]
    (shown,) = scene.office.payments(PROJECT, CONTRACT)
    assert shown["origin_id"] == own, "Procore shows it as synced, and locks it"
    assert scene.quiet()


def test_many_are_linked_by_a_file(scene: Scene, tmp_path: Path) -> None:
    first, second = typed(scene, SHARE), typed(scene, SHARE, "2026-04-30")
    early, late = paid(scene), paid(scene, REST, "2026-04-30")
    file = tmp_path / "pairs.csv"
    file.write_text(f"mapping,source_id,target_id\npayments,{early},{first}\npayments,{late},{second}\n")
    link(scene.connection, pairs(file), "ann")
    scene.sync()
    assert issued(scene) == [SHARE, SHARE]
    assert scene.quiet()


def test_one_typed_with_its_tax_stays_and_the_last_one_makes_up_for_it(scene: Scene) -> None:
    """What Procore shows as paid comes to the bill before tax, whatever was typed first."""
    there, own = typed(scene, HALF), paid(scene)
    (one,) = link(scene.connection, [Choice("payments", own, there)], "ann").linked
    assert one.differs == ("amount 14,555.55, there 16,011.11",)
    scene.sync()
    assert issued(scene) == [HALF]
    paid(scene, REST, "2026-04-30")
    scene.sync()
    assert issued(scene) == [HALF, "13099.99"]
    assert sum(map(Decimal, issued(scene))) == Decimal("29111.10")
    assert scene.quiet()


def test_one_that_agrees_in_all_is_found_and_one_that_nearly_does_is_suggested(scene: Scene) -> None:
    there, own = typed(scene, SHARE), paid(scene)
    near, other = typed(scene, HALF, "2026-04-30"), paid(scene, REST, "2026-04-30")
    with scene.connection.ledger.leased():
        seen = looked(scene.connection, assume=True)
    found = {(one.source_id, one.target_id): one for one in seen.suggestions if one.mapping == "payments"}
    assert found[own, there].confidence == 100
    assert found[other, near].why == ("same invoice", "same date", "amount differs")
    assert {one.target_id for one in link(scene.connection, [], "ann", ["payments"]).linked} == {there}


def test_the_opening_position_shows_both_amounts(scene: Scene) -> None:
    there, own = typed(scene, HALF), paid(scene)
    typed(scene, "5.00", "2026-03-01", None)
    before = {one.state: one for one in opening(scene.connection).documents if one.mapping == "payments"}
    assert set(before) == {"would be made", "only in Procore"}
    link(scene.connection, [Choice("payments", own, there)], "ann")
    report = opening(scene.connection)
    (one,) = [d for d in report.documents if d.mapping == "payments" and d.state == "linked"]
    assert (one.amount, one.amount_there) == (Decimal(HALF), Decimal(HALF))
    assert (one.source_id, one.target_id) == (own, there)
    assert report.counts["payments"]["only in Procore"] == 1


@pytest.mark.parametrize(
    ("source", "target", "said"),
    [
        ("nobody", "there", "there is no such record"),
        ("own", "1", "there is no Payment Issued 1 on its commitment"),
        ("own", "other", "is for invoice 601517, and this one pays invoice 601501"),
        ("own", "synced", "is synced with another one (elsewhere) already"),
        ("own", "linked", "is linked to"),
    ],
)
def test_what_cannot_be_it_is_told_and_nothing_is_linked(
    scene: Scene, source: str, target: str, said: str
) -> None:
    comes(scene.sandbox, "INV-517")
    first = paid(scene, "11.00", "2026-04-01")
    scene.sync()
    (made,) = scene.office.payments(PROJECT, CONTRACT)
    assert made["origin_id"] == first
    ids = {"there": typed(scene, SHARE), "other": typed(scene, SHARE, invoice=601517), "own": paid(scene)}
    ids |= {"linked": str(made["id"]), "synced": typed(scene, SHARE)}
    scene.edits("contract_payments", ids["synced"], origin_id="elsewhere")
    choice = Choice("payments", ids.get(source, source), ids.get(target, target))
    with pytest.raises(Declined) as refused:
        link(scene.connection, [choice], "ann")
    assert said in str(refused.value)
