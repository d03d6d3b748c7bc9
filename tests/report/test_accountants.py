"""The accountants report by plain values: who may push, by name, and what."""

from __future__ import annotations

from engine.approve.people import Person
from engine.report.accountants import Granted, sheet
from engine.report.sheet import Sheet
from engine.report.sheet_csv import to_csv

TITLES = {"companies": "Vendors", "invoices": "Subcontractor invoices", "projects": "Projects"}
HEAD = {"customer": "story", "timezone": "UTC"}


def made(*people: Person, home: str = "local") -> Sheet:
    return sheet([Granted(one, "2026-03-01", "administrator") for one in people], TITLES, HEAD, home)


def test_approvers_stand_by_first_and_last_name() -> None:
    told = made(
        Person("zoe", "standard", True, full_name="Adele Zander"),
        Person("bo", "standard", True, full_name="Bo Brandt"),
        Person("site", "standard"),
        Person("reader", "read_only"),
    )
    assert [row.cells[:3] for _, row in told.rows] == [
        ("Adele Zander", "zoe", "Standard"),
        ("Bo Brandt", "bo", "Standard"),
    ]
    assert "Adele Zander,zoe,Standard,everything,everything,2026-03-01,administrator,," in to_csv(told)


def test_whoever_has_no_other_name_stands_by_the_one_he_signs_with() -> None:
    ((_, row),) = made(Person("ann", "admin", True)).rows
    assert row.cells[:2] == ("ann", "ann")


def test_the_privilege_may_be_split_by_kind_and_way() -> None:
    split = {"imports": ("companies", "projects"), "exports": ("invoices",)}
    ((_, row),) = made(Person("ann", "standard", True, **split)).rows  # type: ignore[arg-type]
    assert row.cells[3:5] == ("Vendors, Projects", "Subcontractor invoices")
    ((_, row),) = made(Person("ann", "standard", True, imports=())).rows
    assert row.cells[3:5] == ("nothing", "everything")


def test_with_admin_it_is_never_split() -> None:
    ((_, row),) = made(Person("ann", "admin", True, exports=("invoices",))).rows
    assert row.cells[3:5] == ("everything", "everything")


def test_the_privilege_without_the_level_is_pointed_out() -> None:
    told = made(Person("ann", "read_only", True))
    assert not list(told.rows)
    assert told.notes == (
        "ann has Can Push to Accounting, but Read Only on ERP Integrations: it takes Standard or Admin.",
    )


def test_where_others_decide_it_says_so() -> None:
    assert made().empty == "nobody is an accounting approver"
    assert made().footers == ()
    assert "approval_home erp_tool" in made(home="erp_tool").footers[0]
    assert "Nobody is asked" in made(home="none").footers[0]
