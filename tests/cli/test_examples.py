"""`test`: the shipped examples pass; a wrong one says field, line and what the line read."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from tests.cli.conftest import Run
from tests.cli.test_check import unnumbered

Edit = Callable[[str, str, str], Path]
COMMITMENTS = "mappings/procore_xero/examples/commitments.yaml"


def test_every_shipped_example_passes_and_everything_is_shown(run: Run) -> None:
    result = run("test")
    assert (result.exit_code, result.stdout.count("fails")) == (0, 0)
    assert "all pass, and every rule and note is shown acting and resting" in result.stderr


def test_a_failure_names_the_line_and_what_it_read(edit: Edit, run: Run, snapshot: SnapshotAssertion) -> None:
    root = edit(COMMITMENTS, "{Quantity: 1000, UnitAmount: 0.1255}", "{Quantity: 1000, UnitAmount: 0.13}")
    result = run("--root", root, "test", root / COMMITMENTS)
    assert result.exit_code == 1
    assert unnumbered(result.stdout) == snapshot


def test_a_rule_without_an_example(edit: Edit, run: Run) -> None:
    root = edit(
        "mappings/procore_xero/projects.yaml",
        "rules:\n  inactive:",
        "rules:\n  nameless: {when: name == 'nobody is called this', then: hold, say: No.}\n  inactive:",
    )
    found = json.loads(run("--root", root, "test", "--json").stdout)
    gaps = [p for p in found["problems"] if p["code"] == "E217"]
    assert [p["text"] for p in gaps] == ["no example shows rule projects.rules.nameless acting"]


def test_one_file(run: Run) -> None:
    result = run("test", "mappings/procore_xero/examples/projects.yaml", "--json")
    assert {each["mapping"] for each in json.loads(result.stdout)["examples"]} == {"projects"}


def test_a_recorded_record_outside_the_folder_is_never_read(edit: Edit, run: Run) -> None:
    text = "  - {name: x, given: {file: ../settings.yaml}, expect: {Name: x}}\nexamples"
    root = edit("mappings/procore_xero/examples/projects.yaml", "examples:", "examples:")
    path = root / "mappings/procore_xero/examples/projects.yaml"
    path.write_text(
        path.read_text("utf-8").replace("examples:\n", "examples:\n" + text.removesuffix("examples"), 1),
        "utf-8",
    )
    result = run("--root", root, "test", path)
    assert result.exit_code == 1
    assert "the file is outside the examples' folder" in result.stdout


def test_a_path_that_is_not_there(run: Run) -> None:
    result = run("test", "no/such/place")
    assert (result.exit_code, result.stdout) == (2, "")


PROJECTS = "mappings/procore_xero/examples/projects.yaml"


@pytest.mark.parametrize(
    ("example", "code", "said"),
    [
        ("{name: x, given: {record: {id: 1}}, expect: {Name: x}, linkz: {}}", "E104", "linkz"),
        ("{name: x, settings: {no_such: 1}, given: {record: {id: 1}}, expect: {Name: x}}", "E215", "no_such"),
        (
            "{name: x, links: {comapnies: {}}, given: {record: {id: 1}}, expect: {Name: x}}",
            "E214",
            "comapnies",
        ),
        ("{name: x, customer: nobody, given: {record: {id: 1}}, expect: {Name: x}}", "E305", "nobody"),
        ("{name: x, given: {file: data/gone.json}, expect: {Name: x}}", "E107", "cannot be read"),
    ],
)
def test_check_reads_the_examples_too(project: Path, run: Run, example: str, code: str, said: str) -> None:
    """A mistake in an example is a mistake in a spec: nobody has to run the examples to hear of it."""
    path = project / PROJECTS
    path.write_text(path.read_text("utf-8").replace("examples:\n", f"examples:\n  - {example}\n", 1), "utf-8")
    result = run("--root", project, "check")
    assert result.exit_code == 1
    assert f"error[{code}]" in result.stdout
    assert said in result.stdout
    assert "1 error in 1 file" in result.stderr


def test_check_names_a_file_of_examples_that_no_mapping_has(project: Path, run: Run) -> None:
    (project / PROJECTS).rename(project / "mappings/procore_xero/examples/projcts.yaml")
    result = run("--root", project, "check")
    assert result.exit_code == 1
    assert "error[E109] no mapping 'projcts' for these examples" in result.stdout
    assert "did you mean 'projects'?" in result.stdout


def test_an_example_may_bring_a_template_of_its_own(project: Path, run: Run) -> None:
    """`text: {setting: …}` is read with the example's settings, not with those of the customer."""
    path, name = project / COMMITMENTS, "the order of the story, line by line"
    text = path.read_text("utf-8")
    text = text.replace("settings: {", 'settings: {purchase_order_number_text: "PO {{ number }}", ', 1)
    path.write_text(
        text.replace("PurchaseOrderNumber: SC-1001", "PurchaseOrderNumber: PO SC-1001", 1), "utf-8"
    )
    told = run("--root", project, "test", path)
    assert f"fails {name}" not in told.stdout
    assert told.exit_code == 0, told.stdout

    path.write_text(path.read_text("utf-8").replace("PO {{ number }}", "PO {{ nmber }}"), "utf-8")
    told = run("--root", project, "test", path)
    assert told.exit_code == 1
    assert "no field 'nmber'" in told.stdout
