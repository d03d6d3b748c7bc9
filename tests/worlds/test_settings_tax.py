"""Which tax a line carries: by Procore's tax code, by cost code, by cost type, for all, or the item's own."""

from __future__ import annotations

from pathlib import Path

from tests.worlds.people import Record
from tests.worlds.sandboxed import Sandbox
from tests.worlds.scene import opened
from tests.worlds.subcontract import CONTRACT, comes, is_changed

FIRST = 601501


def taxes(document: Record) -> list[str]:
    """The tax type of each line."""
    return [line["TaxType"] for line in document["LineItems"]]


def test_the_nearest_says_it(sandbox: Sandbox, tmp_path: Path) -> None:
    """Line 1 by its tax code, line 2 by its cost code, line 3 by its cost type."""
    more = {
        "tax_type_by_tax_code": {"991": "EXEMPTEXPENSES"},
        "tax_type_by_code": {"03-100": "INPUT", "03-200": "BASEXCLUDED"},
        "tax_type_by_cost_type": {"S": "INPUT"},
        "tax_type": "NONE",
    }
    with opened(sandbox, tmp_path / "ledger.db", first=False, **more) as scene:
        (first, *rest) = scene.stored("work_order_contracts", CONTRACT)["line_items"]
        scene.edits("work_order_contracts", CONTRACT, line_items=[{**first, "tax_code_id": 991}, *rest])
        scene.sync()
        (order,) = scene.books.all("PurchaseOrders")
        assert taxes(order) == ["EXEMPTEXPENSES", "BASEXCLUDED", "INPUT"]
        is_changed(sandbox)
        scene.sync()
        (order,) = scene.books.all("PurchaseOrders")
        assert taxes(order)[3:] == ["INPUT", "INPUT"]
        assert scene.quiet()


def test_what_nothing_names_has_the_type_for_all(sandbox: Sandbox, tmp_path: Path) -> None:
    more = {"tax_type": "EXEMPTEXPENSES", "tax_type_by_code": {"03-200": "INPUT"}}
    with opened(
        sandbox, tmp_path / "ledger.db", first=False, retainage_tax_type="BASEXCLUDED", **more
    ) as scene:
        comes(sandbox, "INV-501")
        scene.sync()
        (order,) = scene.books.all("PurchaseOrders")
        assert taxes(order) == ["EXEMPTEXPENSES", "INPUT", "EXEMPTEXPENSES"]
        bill = scene.books.bill_of(FIRST)
        found = dict(zip([line["ItemCode"] for line in bill["LineItems"]], taxes(bill), strict=True))
        assert found["RETENTION"] == "BASEXCLUDED"
        assert found.pop("03-200.S", "INPUT") == "INPUT"
        assert found["03-100.S"] == "EXEMPTEXPENSES"
        assert scene.quiet()


def test_without_a_word_the_item_decides(sandbox: Sandbox, tmp_path: Path) -> None:
    """The work is taxed, and retention too, since its item is; nothing is copied from the work to it."""
    with opened(sandbox, tmp_path / "ledger.db", first=False, tax_type="EXEMPTEXPENSES") as scene:
        comes(sandbox, "INV-501")
        scene.sync()
        bill = scene.books.bill_of(FIRST)
        assert {line["TaxType"] for line in bill["LineItems"] if line["ItemCode"] == "RETENTION"} == {"INPUT"}
        sent = [call["body"] for call in sandbox.calls("xero", "PUT", "Invoices")]
        assert all("INPUT" not in str(body) for body in sent), "no tax type is sent that nobody set"
