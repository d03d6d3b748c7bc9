"""Settings of cost codes and projects: which codes become which items, and when the lists are full."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.worlds.people import Record
from tests.worlds.sandboxed import Sandbox
from tests.worlds.scene import Scene, of, opened, said
from tests.worlds.subcontract import PROJECT, comes

FIRST = 601501


def items(scene: Scene) -> dict[str, Record]:
    """Items by their code, without the one for retainage."""
    found = {each["Code"]: each for each in scene.books.xero("GET", "Items")["Items"]}
    found.pop("RETENTION")
    return found


def code(scene: Scene, number: int, full_code: str, **members: Any) -> None:
    """One more cost code of the company, in use on the project."""
    own = {"code": full_code[-3:], "full_code": full_code, "name": "Finishing", **members}
    scene.another("standard_cost_codes", 3203, number, **own)
    scene.another(
        "cost_codes",
        33003,
        number * 10,
        code=full_code[-3:],
        full_code=full_code,
        standard_cost_code_id=number,
    )


def test_codes_and_projects_of_another_list_stay_out(sandbox: Sandbox, tmp_path: Path) -> None:
    with opened(sandbox, tmp_path / "ledger.db", cost_code_list="3199") as scene:
        code(scene, 3204, "03-400", standard_cost_code_list_id=3198)
        scene.edits("projects", PROJECT, standard_cost_code_list_id=3198)
        report = scene.sync()
        assert "03-400.S" not in items(scene)
        kind, words = said(report, "projects", PROJECT)
        assert (kind, "another cost code list" in words) == ("hold", True)


def test_every_cost_type_of_the_company_has_an_item(sandbox: Sandbox, tmp_path: Path) -> None:
    with opened(sandbox, tmp_path / "ledger.db", item_types="assigned") as scene:
        scene.another("line_item_types", 3101, 3102, code="L", name="Labor", base_type="other")
        scene.sync()
        assert set(items(scene)) == {"03-100.S", "03-200.S", "03-300.S"}
        scene.sets(item_types="all")
        scene.sync()
        assert {"03-100.S", "03-100.L", "03-300.L"} < set(items(scene))
        assert scene.quiet()


def test_a_new_item_has_the_accounts_that_are_set(sandbox: Sandbox, tmp_path: Path) -> None:
    with opened(sandbox, tmp_path / "ledger.db", expense_account="311", income_account="200") as scene:
        code(scene, 3204, "03-400")
        scene.sync()
        made = items(scene)
        assert made["03-400.S"]["PurchaseDetails"]["AccountCode"] == "311"
        assert made["03-400.S"]["SalesDetails"]["AccountCode"] == "200"
        assert made["03-100.S"]["PurchaseDetails"]["AccountCode"] == "310", "an old item keeps its own"
        assert scene.quiet()


def test_a_new_item_is_bare_without_them_and_somebody_is_told(sandbox: Sandbox, tmp_path: Path) -> None:
    with opened(sandbox, tmp_path / "ledger.db") as scene:
        code(scene, 3204, "03-400")
        (made,) = [one for one in of(scene.sync(), "cost_codes") if "03-400" in one.source_id]
        assert "no_accounts" in {remark.code for remark in made.remarks}
        told = {remark.code for one in of(scene.sync(), "cost_codes") for remark in one.remarks}
        assert "no_accounts" not in told, "an item that is there needs no such word"
        assert "AccountCode" not in items(scene)["03-400.S"].get("PurchaseDetails", {})


def test_delimiters_of_both_systems(sandbox: Sandbox, tmp_path: Path) -> None:
    """Items 03-100/S in Xero, budget codes 03-100:S in Procore."""
    more = {"code_delimiter": "/", "budget_code_delimiter": ":"}
    with opened(sandbox, tmp_path / "ledger.db", first=False, **more) as scene:
        comes(sandbox, "INV-501")
        rows = scene.stored("requisitions", FIRST)["items"]
        for row in rows:
            row["wbs_code"]["flat_code"] = row["wbs_code"]["flat_code"].replace(".", ":")
        scene.edits("requisitions", FIRST, items=rows)
        scene.sync()
        assert {"03-100/S", "03-200/S", "03-300/S"} < set(items(scene))
        codes = {line["ItemCode"] for line in scene.books.bill_of(FIRST)["LineItems"]}
        assert {"03-100/S", "RETENTION"} <= codes
        assert scene.quiet()


def test_a_full_list_of_items_holds_what_is_beyond(sandbox: Sandbox, tmp_path: Path) -> None:
    """Four items are there, so the second new one is one too many."""
    with opened(sandbox, tmp_path / "ledger.db", item_limit=5) as scene:
        code(scene, 3204, "03-400")
        code(scene, 3205, "03-500")
        new = [one for one in of(scene.sync(), "cost_codes") if one.source_id[2:] > "03-400"]
        assert sorted(one.kind for one in new) == ["create", "hold"]
        (held,) = [one for one in new if one.kind == "hold"]
        assert "item_limit" in held.reason
        scene.sets(item_limit=6)
        scene.sync()
        assert {"03-400.S", "03-500.S"} < set(items(scene))


def test_a_full_category_is_told_and_nothing_waits(sandbox: Sandbox, tmp_path: Path) -> None:
    with opened(sandbox, tmp_path / "ledger.db", tracking_option_limit=1) as scene:
        scene.another("projects", PROJECT, 41002, name="Ferry Road", project_number="42")
        (made,) = of(scene.sync(), "projects", 41002)
        assert (made.kind, [remark.code for remark in made.remarks]) == ("create", ["filling"])
        assert scene.office.mark_of("projects", 41002)
