"""Who may name whom: administrators are made by administrators, and names that look alike are one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.live.allowed import allowed
from engine.live.connect import Connection
from engine.live.declined import Declined
from engine.live.gate import Gate
from engine.live.granting import grant, revoke
from engine.live.log import everybody, history
from engine.live.person import person
from engine.workspace import Workspace


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    """Somebody with an empty ledger, Ann as Company Administrator and Bob as approver and Directory Admin."""
    made = Connection(Workspace().customer(""), str(tmp_path / "ledger.db"))
    grant(Gate(made, "Ann"), "Ann", {"company_administrator": True})
    rights = {"level": "admin", "approver": True, "tools": {"directory": "admin"}}
    grant(Gate(made, "Ann"), "Bob", rights)
    yield made
    made.store.close()


def refused(connection: Connection, who: str, name: str, **rights: object) -> str:
    with pytest.raises(Declined) as declined:
        grant(Gate(connection, who), name, rights)
    return declined.value.text


def test_a_directory_admin_grants_the_privilege_and_makes_no_administrator(connection: Connection) -> None:
    grant(Gate(connection, "Bob"), "Cid", {"approver": True, "level": "standard"})
    assert "not a Company Administrator" in refused(connection, "Bob", "Bob", company_administrator=True)
    grant(Gate(connection, "Ann"), "Dee", {"company_administrator": True})
    with pytest.raises(Declined, match="not a Company Administrator"):
        revoke(Gate(connection, "Bob"), "Dee", {})
    grant(Gate(connection, "Dee"), "Eve", {"company_administrator": True})


@pytest.mark.parametrize("name", ["", "  ", "\x1b", "sync", "direct export"])
def test_a_person_has_a_name_of_their_own(connection: Connection, name: str) -> None:
    with pytest.raises(Declined):
        grant(Gate(connection, "Ann"), name, {"approver": True})


def test_names_that_look_alike_are_one_person(connection: Connection) -> None:
    assert "capitals alone" in refused(connection, "Ann", "BOB", approver=True)
    grant(Gate(connection, "Ann"), " Zoe\u0308 \t Lee\x1b", {"approver": True})
    with connection.ledger.look() as tx:
        names = list(everybody(connection.ledger, tx))
    assert names == ["Ann", "Bob", "Zo\u00eb Lee"]
    assert person({"CROSSWALK_WHO": "Zoe\u0308  Lee "}) == "Zo\u00eb Lee"


def test_whoever_may_not_link_at_the_gate_may_not_beside_it(connection: Connection) -> None:
    connection.desk.settings = {**connection.desk.settings, "approval_home": "local"}
    rights = {"level": "admin", "approver": True}
    grant(Gate(connection, "Ann"), "Cid", {**rights, "exports": ["invoices"], "level": "standard"})
    allowed(connection, "Bob", "link")
    with pytest.raises(Declined, match="Cid"):
        allowed(connection, "Cid", "link", ["commitments"])
    with pytest.raises(Declined, match="somebody"):
        allowed(connection, "somebody", "add", ["companies"], "47")
    assert [one.what for one in history(connection.ledger, "commitments", "")] == ["refused"]
    connection.desk.settings = {**connection.desk.settings, "approval_home": "none"}
    allowed(connection, "somebody", "link")
