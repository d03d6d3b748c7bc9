"""`page`, `init`, `schema`, `demo`, and what holds for every command."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from syrupy.assertion import SnapshotAssertion

from tests.cli.conftest import Run

Edit = Callable[[str, str, str], Path]

# ---------------------------------------------------------------- page


def test_the_page_in_both_formats(run: Run, tmp_path: Path) -> None:
    assert run("page").stdout.startswith("# Project Financials + Xero\n")
    out = tmp_path / "deep" / "page.html"
    result = run("page", "demo", "--format", "html", "--out", out)
    assert (result.exit_code, result.stdout) == (0, "")
    assert out.read_text("utf-8").startswith("<!doctype html>")


def test_the_page_is_data_as_well(run: Run) -> None:
    found = json.loads(run("page", "demo", "--json").stdout)
    assert (found["customer"], len(found["tables"])) == ("demo", 9)


# ---------------------------------------------------------------- init


def test_a_new_customer(project: Path, run: Run, snapshot: SnapshotAssertion) -> None:
    given = (
        "--set",
        "region=AU",
        "--set",
        "timezone=Australia/Sydney",
        "--set",
        "state_names={NSW: 'New South Wales'}",
    )
    result = run("--root", project, "init", "acme", *given)
    path = project / "mappings/customers/acme/settings.yaml"
    assert (result.exit_code, result.stdout) == (0, "mappings/customers/acme/settings.yaml\n")
    assert path.read_text("utf-8") == snapshot
    assert yaml.safe_load(path.read_text("utf-8"))["settings"]["state_names"] == {"NSW": "New South Wales"}
    assert run("--root", project, "check", "--customer", "acme").exit_code == 0


def test_what_is_open_is_answered_by_taking_its_mark_away(project: Path, run: Run) -> None:
    run("--root", project, "init", "acme")
    path = project / "mappings/customers/acme/settings.yaml"
    assert run("--root", project, "check", "--customer", "acme").exit_code == 0
    text = path.read_text("utf-8")
    path.write_text(text.replace("  # timezone:", "  timezone: Australia/Sydney"), "utf-8")
    told = run("--root", project, "check", "--customer", "acme")
    assert (told.exit_code, "'timezone'" in told.stdout, "'region'" in told.stdout) == (0, False, True)


def test_the_broken_file_of_another_customer_stops_nobody(project: Path, run: Run) -> None:
    for name in ("acme", "beta"):
        run("--root", project, "init", name, "--set", "timezone=Australia/Sydney")
    (project / "mappings/customers/beta/settings.yaml").write_text("settings: {\n", "utf-8")
    assert run("--root", project, "check", "--customer", "acme").exit_code == 0
    assert run("--root", project, "check", "--customer", "beta").exit_code == 1


def test_nothing_is_overwritten(project: Path, run: Run) -> None:
    path = project / "mappings/customers/demo/settings.yaml"
    before = path.read_bytes()
    result = run("--root", project, "init", "demo")
    assert (result.exit_code, result.stdout, path.read_bytes()) == (2, "", before)


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("../up",), "cannot be a customer's name"),
        (("acme", "--set", "regio=AU"), "did you mean 'region'?"),
        (("acme", "--set", "region=XX"), "region is one of US, CA, AU, NZ"),
        (("acme", "--set", "due_days=soon"), "due_days is a whole number"),
        (("acme", "--set", "region"), "write --set name=value"),
        (("acme", "--set", "state_names=NSW"), "state_names is a table"),
    ],
)
def test_answers_that_cannot_be_taken(args: tuple[str, ...], says: str, project: Path, run: Run) -> None:
    result = run("--root", project, "init", *args)
    assert (result.exit_code, result.stdout) == (2, "")
    assert says in " ".join(result.stderr.split())
    assert not (project / "mappings/customers/acme").exists()


# ---------------------------------------------------------------- schema


def test_every_mapping_fits_its_own_schema(run: Run, tmp_path: Path) -> None:
    assert run("schema", "--out", tmp_path).exit_code == 0
    found = {
        p.relative_to(tmp_path).as_posix(): json.loads(p.read_text("utf-8")) for p in tmp_path.rglob("*.json")
    }
    for each in found.values():
        Draft202012Validator.check_schema(each)
    resources = [(f"http://schemas/{name}", Resource.from_contents(each)) for name, each in found.items()]
    registry = Registry().with_resources(resources)
    root = Path(__file__).resolve().parents[2] / "mappings"
    for path in [*root.glob("procore_xero/*.yaml"), *root.glob("customers/demo/c*.yaml")]:
        kind = "" if path.parent.name == "procore_xero" else ".overlay"
        if f"procore_xero/{path.stem}{kind}.json" in found:
            schema = {"$ref": f"http://schemas/procore_xero/{path.stem}{kind}.json"}
            data = yaml.safe_load(path.read_text("utf-8"))
            assert list(Draft202012Validator(schema, registry=registry).iter_errors(data)) == []


def test_a_schema_knows_both_shapes(run: Run) -> None:
    found = json.loads(run("schema", "--json").stdout)["procore_xero/commitments.json"]
    fields = found["properties"]["fields"]["properties"]
    assert "Contact.ContactID" in fields
    assert "Total" not in fields, "nobody writes it"
    rows = fields["LineItems"]["properties"]["rows"]["additionalProperties"]["properties"]["fields"][
        "properties"
    ]
    assert "UnitAmount" in rows
    assert "line_items[*].amount" in found["$defs"]["out_path"]["anyOf"][0]["enum"]


# ---------------------------------------------------------------- sample


def test_the_sample(run: Run, snapshot: SnapshotAssertion) -> None:
    result = run("sample")
    assert (result.exit_code, result.stderr) == (0, "")
    assert max(len(line) for line in result.stdout.splitlines()) <= 100
    assert not [line for line in result.stdout.splitlines() if line != line.rstrip()]
    assert result.stdout == snapshot


def test_the_sample_as_data(run: Run, tmp_path: Path) -> None:
    result = run("sample", "--json", "--out", tmp_path)
    found = json.loads(result.stdout)
    assert {(p["mapping"], p["back"]) for p in found["pairs"]} >= {("companies", True), ("payments", False)}
    assert sum(p["counts"]["bad"] for p in found["pairs"]) == 0
    orders = json.loads((tmp_path / "commitments.json").read_text("utf-8"))
    assert [order["PurchaseOrderNumber"] for order in orders][:2] == ["SC-001", "SC-002"]


# ---------------------------------------------------------------- every command


def test_a_project_with_errors_is_told_and_not_run(edit: Edit, run: Run) -> None:
    root = edit(
        "mappings/procore_xero/commitments.yaml",
        "  DeliveryInstructions: {from: ship_via",
        "  DeliveryInstructions: {from: ship_va",
    )
    for args in (
        ("sample",),
        ("page",),
        ("explain", "demo", "commitments", "SC-001", "Reference"),
        ("test",),
    ):
        result = run("--root", root, *args)
        assert (result.exit_code, result.stdout) == (1, ""), args
        assert "no field 'ship_va'" in result.stderr


def test_help_names_every_command(run: Run) -> None:
    text = run("--help").stdout
    for name in ("check", "test", "map", "explain", "page", "init", "schema", "demo"):
        assert f"\n  {name} " in text
