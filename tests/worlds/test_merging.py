"""Companies that are made one in Procore's Directory: one contact stays linked, and Procore knows it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from engine.live.declined import Declined
from engine.live.gate import Gate
from engine.live.linking import Choice, link
from engine.live.log import history
from engine.live.merging import merged
from tests.worlds.gated import APPROVER, OFFICE, READER, Gated, behind_the_gate
from tests.worlds.sandboxed import Sandbox
from tests.worlds.subcontract import CONTACT, VENDOR

DOUBLE = 4799


@pytest.fixture
def gated(sandbox: Sandbox, url: str) -> Iterator[Gated]:
    """The first day; the linked company is in the Directory a second time."""
    with behind_the_gate(sandbox, url) as made:
        one = sandbox.in_procore("GET", f"/records/vendors/{VENDOR}")
        double = {**one, "id": DOUBLE, "name": f"{one['name']} Pty", "origin_id": None, "origin_code": None}
        sandbox.in_procore("PUT", f"/records/vendors/{DOUBLE}", double)
        yield made


def contacts(gated: Gated) -> dict[str, str]:
    """Contacts by company, as the ledger has them."""
    from engine.ledger import links

    with gated.connection.ledger.look() as tx:
        every = links.all_of(gated.connection.ledger, tx, ["companies"])
    return {one.source_id: one.target_id for one in every if not one.parent}


def told(gated: Gated, own: object) -> list[str]:
    """What the log says was done with a company."""
    return [one.what for one in history(gated.connection.ledger, "companies", str(own))]


def merge(gated: Gated, master: object, source: object, who: str = OFFICE, **more: Any) -> None:
    """Somebody says that the Directory has merged two companies."""
    merged(Gate(gated.connection, who), str(master), [str(source)], **more)


def test_the_company_that_is_left_gets_the_link(gated: Gated) -> None:
    merge(gated, DOUBLE, VENDOR, why="the same firm")
    assert contacts(gated) == {str(DOUBLE): CONTACT}
    assert gated.office.mark_of("vendors", DOUBLE) == CONTACT
    assert gated.office.mark_of("vendors", VENDOR) is None
    assert told(gated, VENDOR)[-1] == "merged"
    assert told(gated, DOUBLE)[-1] == "linked"
    assert gated.state("companies", VENDOR) == "merged"


def test_the_company_that_is_left_keeps_its_link(gated: Gated) -> None:
    merge(gated, VENDOR, DOUBLE)
    assert contacts(gated) == {str(VENDOR): CONTACT}
    assert gated.state("companies", DOUBLE) == "merged"
    gated.sync()
    assert gated.state("companies", DOUBLE) == "merged", "it is exported no more"


def test_a_company_that_is_gone_from_the_directory_hands_its_link_on(gated: Gated) -> None:
    gated.sandbox.in_procore("DELETE", f"/records/vendors/{VENDOR}")
    merge(gated, DOUBLE, VENDOR)
    assert contacts(gated) == {str(DOUBLE): CONTACT}
    assert gated.office.mark_of("vendors", DOUBLE) == CONTACT
    gated.sync()


def test_two_contacts_are_a_question_for_a_person(gated: Gated) -> None:
    other = gated.books.write("Contacts", {"Name": "Ironbark Concrete Pty"}, "PUT")["ContactID"]
    gated.sync()
    link(gated.connection, [Choice("companies", str(DOUBLE), other)], APPROVER)
    with pytest.raises(Declined, match="linked to different contacts") as refused:
        merge(gated, VENDOR, DOUBLE)
    assert "Ironbark Concrete Pty" in refused.value.text
    assert f"erp unlink story companies {DOUBLE}" in refused.value.fix
    assert set(contacts(gated)) == {str(VENDOR), str(DOUBLE)}
    assert told(gated, VENDOR)[-1] == "refused"


def test_only_an_admin_of_the_directory_merges(gated: Gated) -> None:
    for who in (READER, APPROVER):
        with pytest.raises(Declined, match="Directory"):
            merge(gated, DOUBLE, VENDOR, who)
    assert contacts(gated) == {str(VENDOR): CONTACT}
