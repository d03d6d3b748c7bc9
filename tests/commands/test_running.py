"""run and the people it writes to, as they are typed: who is not there, and what is no address."""

from __future__ import annotations

from tests.commands.conftest import Crosswalk, data


def test_an_unknown_customer_is_told(crosswalk: Crosswalk) -> None:
    assert "no customer 'dmo'" in crosswalk("run", "dmo", code=2).stderr


def test_a_person_has_an_address_a_number_in_procore_and_may_want_no_summary(crosswalk: Crosswalk) -> None:
    said = crosswalk(
        "erp", "grant", "demo", "ann", "--company-administrator", "--mail", "ann@", code=1
    ).stderr
    assert "'ann@' is no mail address" in said
    told = ("--mail", "ann@example.com", "--procore-id", "91001", "--no-digest")
    crosswalk("erp", "grant", "demo", "ann", "--company-administrator", *told)
    (ann,) = data(crosswalk("erp", "people", "demo", "--json"))
    assert (ann["mail"], ann["procore_id"], ann["digest"]) == ("ann@example.com", "91001", False)
