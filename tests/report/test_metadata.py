"""Procore's ERP tool is told what the specs say: a changed limit, setting or line changes what is told."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator
from syrupy.assertion import SnapshotAssertion

from cli import main
from engine.report.metadata import metadata
from engine.report.wire_json import dumps
from engine.spec.home import home
from engine.workspace import Workspace

Told = dict[str, Any]
SCHEMA = json.loads(Path(__file__).with_name("metadata.schema.json").read_text("utf-8"))
ENTITIES = SCHEMA["properties"]["settings"]["properties"]["entities"]["required"]
SAMPLES = home() / "mappings" / "procore_xero" / "sample" / "events"

# Where each entity's record is in the request that carries it.
CARRIED: dict[str, tuple[str, tuple[str | int, ...]]] = {
    "standard_cost_codes": ("create_standard_cost_codes", (0,)),
    "standard_categories": ("create_commitment", ("commitment_items", 0, "line_item_type")),
    "vendors": ("create_vendor", ("vendor",)),
    "jobs": ("create_or_update_job", ("job",)),
    "commitments": ("create_commitment", ("commitment",)),
    "commitment_items": ("create_commitment", ("commitment_items", 0)),
    "commitment_change_orders": ("create_commitment_change_order", ("change_order",)),
    "commitment_change_order_items": ("create_commitment_change_order", ("change_order_items", 0)),
    "requisitions": ("create_requisitions", ("requisitions", 0)),
}


def told_of(root: Path | None = None, customer: str = "demo") -> Told:
    desk = Workspace(root).customer(customer)
    return metadata(desk.book, desk.settings, desk.flows)


@pytest.fixture(scope="module")
def told() -> Told:
    return told_of()


@pytest.fixture
def entities_after(tmp_path: Path) -> Callable[..., Told]:
    """What is told of a copy of the project in which pieces of files were changed, or settings added."""
    for folder in ("schemas", "mappings"):
        shutil.copytree(home() / folder, tmp_path / folder)

    def after(*edits: tuple[str, str, str], **settings: object) -> Told:
        for name, old, new in edits:
            path = tmp_path / name
            text = path.read_text("utf-8")
            assert old in text, f"not in {name}: {old}"
            path.write_text(text.replace(old, new), "utf-8")
        place = tmp_path / "mappings/customers/demo/settings.yaml"
        own = "".join(f"  {name}: {json.dumps(value)}\n" for name, value in settings.items())
        place.write_text(place.read_text("utf-8") + own, "utf-8")
        found: Told = told_of(tmp_path)["settings"]["entities"]
        return found

    return after


def asked(entities: Told, entity: str, field: str, when: str = "save") -> Told:
    fields = entities[entity]["rules"][when]["fields"]
    found: Told = fields[field]["validation"] if field in fields else {}
    return found


# ------------------------------------------------------------------------------ the whole of it


@pytest.mark.parametrize("entity", ENTITIES)
def test_what_is_told_of(entity: str, told: Told, snapshot: SnapshotAssertion) -> None:
    assert dumps(told["settings"]["entities"][entity], 2) + "\n" == snapshot


def test_labels_and_configurations(told: Told) -> None:
    assert told["settings"]["labels"] == {"name": "Xero", "id_name": "Xero ID", "short_name": "Xero"}
    assert told["settings"]["configurations"] == {"settings": {"cost_codes_segment_delimiter": "."}}


@pytest.mark.parametrize("customer", ["", "demo"])
def test_it_keeps_to_the_published_words(customer: str) -> None:
    assert list(Draft202012Validator(SCHEMA).iter_errors(told_of(customer=customer))) == []


def carried(entity: str) -> Told:
    """The record of an entity in the sample of its request."""
    request, path = CARRIED[entity]
    found: Any = json.loads((SAMPLES / f"{request}.json").read_text("utf-8"))["request_data"]
    for step in path:
        found = found[step]
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("customer", ["", "demo"])
def test_every_rule_names_a_field_that_the_request_carries(customer: str) -> None:
    for entity, known in told_of(customer=customer)["settings"]["entities"].items():
        fields = {field for when in ("export", "save") for field in known["rules"][when]["fields"]}
        if fields:
            assert fields - set(carried(entity)) == set(), entity


def test_the_approver_is_asked_what_a_mapping_lets_him_choose(told: Told) -> None:
    entities = told["settings"]["entities"]
    ways = {name: known["configs"]["export"].get("custom_fields", []) for name, known in entities.items()}
    keys = {name: [field["key"] for field in fields] for name, fields in ways.items() if fields}
    assert keys == {
        "standard_cost_codes": ["expense_account_origin_id", "income_account_origin_id"],
        "commitments": ["date"],
        "commitment_change_orders": ["description"],
    }
    assert set(carried("standard_cost_codes")["erp_custom_fields"]) == set(keys["standard_cost_codes"])


# ------------------------------------------------------------------------------ limits


def test_a_limit_of_xero_is_asked_of_the_field_it_is_made_of(entities_after: Callable[..., Told]) -> None:
    changed = entities_after(
        (
            "schemas/xero/tracking_option.yaml",
            "maxLength: 100\n    title: Tracking",
            "maxLength: 80\n    title: Tracking",
        )
    )
    assert asked(changed, "jobs", "name")["max_length"] == {
        "enabled": True,
        "length": 80,
        "message": "Project Name is too long for Xero: at most %{length} characters.",
    }


def test_a_text_put_together_leaves_room_for_the_rest(entities_after: Callable[..., Told]) -> None:
    changed = entities_after(
        ("schemas/xero/item.yaml", "maxLength: 30", "maxLength: 20"), code_delimiter=" / "
    )
    rule = asked(changed, "standard_cost_codes", "full_code")["max_length"]
    assert rule["length"] == 20 - len(" / ") - 1  # a cost type has a character at least
    assert "Item Code has room for 20" in rule["message"]
    assert asked(changed, "standard_categories", "code")["max_length"]["length"] == 16


def test_decimals_are_asked_as_xero_keeps_them(entities_after: Callable[..., Told]) -> None:
    edit = ("schemas/xero/line_item.yaml", "x-scale: 4\n    minimum: 0", "x-scale: 3\n    minimum: 0")
    changed = entities_after(edit)
    for entity in ("commitment_items", "commitment_change_order_items"):
        assert asked(changed, entity, "quantity")["max_length_decimal"]["length"] == 3
        assert asked(changed, entity, "unit_cost")["max_length_decimal"]["length"] == 4
        assert asked(changed, entity, "total_amount")["max_length_decimal"]["length"] == 2  # money in Procore


def test_what_a_line_cuts_limits_nobody(told: Told, entities_after: Callable[..., Told]) -> None:
    entities = told["settings"]["entities"]
    assert asked(entities, "standard_cost_codes", "name") == {}
    changed = entities_after(
        ("mappings/procore_xero/cost_codes.yaml", "full_code], too_long: truncate}", "full_code]}")
    )
    assert asked(changed, "standard_cost_codes", "name")["max_length"]["length"] == 50


def test_an_address_is_measured_by_its_lines(told: Told) -> None:
    assert asked(told["settings"]["entities"], "vendors", "address")["max_line_length"]["length"] == 500


def test_a_customers_lines_count_and_dropped_ones_do_not(told: Told) -> None:
    base, own = told_of(customer="")["settings"]["entities"], told["settings"]["entities"]
    assert [bool(asked(each, "vendors", "fax_number")) for each in (base, own)] == [True, False]
    assert [bool(asked(each, "vendors", "mobile_phone")) for each in (base, own)] == [False, True]


def test_a_draft_may_be_incomplete_and_an_accepted_record_may_not(told: Told) -> None:
    entities = told["settings"]["entities"]
    for entity, field in (
        ("vendors", "name"),
        ("jobs", "name"),
        ("commitments", "vendor"),
        ("commitment_items", "cost_code"),
        ("commitment_items", "line_item_type"),
        ("requisitions", "billing_date"),
        ("requisitions", "invoice_number"),
    ):
        assert "present" in asked(entities, entity, field, "export"), f"{entity}.{field}"
        assert "present" not in asked(entities, entity, field, "save")


# ------------------------------------------------------------------------------ settings


def test_without_commitments_their_entities_go_and_invoices_stay(entities_after: Callable[..., Told]) -> None:
    changed = entities_after(sync_commitments=False)
    gone = [name for name in ENTITIES if name.startswith("commitment")]
    assert [changed[name]["enabled"] for name in gone] == [False] * 4
    assert changed["requisitions"]["enabled"]


@pytest.mark.parametrize(
    ("number", "prefilled", "typed"),
    [("commitment_number", True, False), ("project_and_number", False, False), ("typed", False, True)],
)
def test_an_order_number_of_its_own_is_not_filled_in(
    entities_after: Callable[..., Told], number: str, prefilled: bool, typed: bool
) -> None:
    changed = entities_after(purchase_order_number=number)
    assert changed["commitments"]["configs"]["procore_contract_number"]["enabled"] is prefilled
    assert ("present" in asked(changed, "commitments", "code", "export")) is typed
    assert asked(changed, "commitments", "code", "export")["max_length"]["length"] == 255


def test_a_setting_that_skips_every_record_turns_the_entity_off(entities_after: Callable[..., Told]) -> None:
    changed = entities_after(payments_region="us_only", job_cost_transactions="off")
    assert not changed["contract_payments"]["enabled"]
    assert not changed["requisitions"]["configs"]["sync_payments"]["enabled"]
    assert not changed["job_cost_transactions"]["enabled"]
    assert changed["job_costs"]["enabled"]


def test_companies_that_are_never_updated_still_come_in(entities_after: Callable[..., Told]) -> None:
    way = entities_after(vendors_auto_update="frozen")["vendors"]["configs"]["import"]
    assert way == {"enabled": True, "create": {"enabled": True}, "update": {"enabled": False}}


# ------------------------------------------------------------------------------ the command


def test_the_command_writes_it_to_a_file(tmp_path: Path, told: Told) -> None:
    out = tmp_path / "metadata.json"
    result = CliRunner().invoke(main, ["metadata", "demo", "--out", str(out)])
    assert result.exit_code == 0, result.output
    assert json.loads(out.read_text("utf-8")) == told


def test_a_customer_nobody_knows_is_wrong_use() -> None:
    result = CliRunner().invoke(main, ["metadata", "demmo"])
    assert (result.exit_code, "did you mean 'demo'?" in result.stderr) == (2, True)
