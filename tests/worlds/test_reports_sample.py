"""The accountants' reports of the sample company after its first syncs, against figures added up by hand.

Every sum below is made of figures in `mappings/procore_xero/sample`; nothing here was computed by the engine.
Commitment SC-001 waits for a person, and its invoices wait with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from engine.live.connect import Connection
from engine.live.linking import link_twins
from engine.live.sync import Sync
from tests.worlds.sandboxed import Sandbox, connected
from tests.worlds.test_reports import (
    HELD,
    WORK,
    group,
    nothing_is_unexplained,
    reasons,
    report,
    sides,
    three,
)

HARBOUR = "Harbour Street Apartments"


@pytest.fixture
def sample(sandbox: Sandbox, tmp_path: Path) -> Iterator[Connection]:
    """What waits for a person is linked, and everything that can go has gone."""
    with connected(sandbox, tmp_path / "ledger.db") as connection:
        Sync(connection).sync()
        link_twins(connection, "demo")
        Sync(connection).sync()
        yield connection


def test_the_reports_of_the_sample_company_are_what_a_person_adds_up(sample: Connection) -> None:
    costs(sample)
    left_out(sample)
    reconciled(sample)
    retained(sample)


def costs(sample: Connection) -> None:
    """No bill of ours is approved yet, so everything is a direct cost."""
    hire = (
        Decimal("1280.00") + (1100 - 100) + 240 + (968 - 88) - 320
    )  # HIRE-2201, TS-889 less GST, …, CR-2201
    couriers = Decimal("33.50") + Decimal("41.20")  # W-77, parking
    told = three(report(sample, "job_costs"), HARBOUR, "job_to_date", "invoiced", "direct")
    assert told == {
        "01-200.E": (f"{hire}", "0.00", f"{hire}"),
        "01-200.O": (f"{couriers}", "0.00", f"{couriers}"),
        "22-100.M": ("2400.00", "0.00", "2400.00"),  # CP-9001; the joinery is in NZD
        "22-100.S": ("-8000.00", "0.00", "-8000.00"),  # credit note CP-341
        "Total": ("-2445.30", "0.00", "-2445.30"),
    }


def left_out(sample: Connection) -> None:
    rows = group(report(sample, "unsyncable"), HARBOUR)["rows"]
    assert [(row["document"], f"{row['amount']}", row["code"]) for row in rows] == [
        ("Bill HIRE-2201", "60.00", "missing item"),  # fuel
        ("Bill TS-889", "80.00", "item not linked"),  # freight, 88.00 with 8.00 of GST in it
        ("Bill KJ-0417", "12000.00", "currency not convertible"),
        ("Bill HIRE-2230", "640.00", "not approved"),
        ("Credit note KR-CR-9", "-145.00", "not approved"),
        ("RECEIVE Refund 17", "150.00", "type not supported"),
    ]
    (total,) = group(report(sample, "unsyncable"), HARBOUR)["totals"]
    assert total["amount"] == 60 + 80 + 640 - 145 + 150, "without the New Zealand dollars"
    alone = group(report(sample, "unsyncable"), "No project")["rows"]
    assert sum(row["amount"] for row in alone) == Decimal("95") + Decimal("1650.50") + 410 + Decimal(
        "13.50"
    ) + (180 + 220)


def reconciled(sample: Connection) -> None:
    sheet = report(sample, "reconcile")
    nothing_is_unexplained(sheet)
    formwork = Decimal("40000") + (Decimal("92345.67") - 40000) + 7250  # BG-1041, BG-1066, its change order
    mesh = Decimal("62.75") + 1000 + Decimal("333.33") + 58000 + (101500 - 58000)  # 660110, KR-7781, KR-7802
    assert sides(sheet, WORK) == {
        "03-100.S": (f"{formwork}", "0.00", f"{formwork}"),
        "03-200.L": ("58800.00", "0.00", "58800.00"),  # 29,400 twice
        "03-200.M": (f"{mesh}", "0.00", f"{mesh}"),
        "03-300.S": ("5500.00", "0.00", "5500.00"),  # 5,000 and 500
        "22-100.S": ("39000.00", "0.00", "39000.00"),  # 30,000 + 17,000 - 8,000
        "Total": ("305791.75", "0.00", "305791.75"),
    }
    told = {document: reason for document, _, reason in reasons(sheet, WORK)}
    assert told == {
        **dict.fromkeys(("BG-1041", "BG-1066", "BG-1115", "660110"), "held"),
        **dict.fromkeys(("KR-7781", "KR-7802", "CP-330"), "draft"),
        "CP-341": "negative",
    }
    drafts = Decimal(58000 + 29400 + 43500 + 29400 + 30000 + 17000)
    (note,) = [text for text in sheet.notes if "still a draft" in text]
    assert note.startswith(f"4 documents, {drafts:,.2f} of work"), "CP-352 holds nothing but retainage"


def retained(sample: Connection) -> None:
    """Stored materials hold 1,450 of their own in March, which moves into the work in April."""
    sheet = report(sample, "retainage")
    march, april = 4350 + 1450 + 2940, (5800 - 1450) + 2940
    names = ("opening", "held", "released", "closing")
    assert three(sheet, "(Kestrel Reinforcing Pty Ltd)", *names) == {
        "KR-7781": ("0.00", f"{march}.00", "0.00", f"{march}.00"),
        "KR-7802": (f"{march}.00", f"{april}.00", "2000.00", f"{march + april - 2000}.00"),
        "Total": ("None", f"{march + april}.00", "2000.00", f"{march + april - 2000}.00"),
    }
    hydraulic = three(sheet, "(Currawong Plumbing Pty Ltd)", "closing", "xero_balance")
    assert hydraulic == {
        "CP-330": ("4700.00", "0.00"),  # 3,000 + 1,700, still a draft
        "CP-341": ("3900.00", "0.00"),  # the correction gives 800 back
        "Credit note CP-341": ("None", "-800.00"),
        "CP-352": ("0.00", "-800.00"),  # 2,200 + 1,700 released
        "Total": ("0.00", "-800.00"),
    }
    assert sides(report(sample, "reconcile"), HELD)["Total"] == ("24989.57", "-800.00", "25789.57")
