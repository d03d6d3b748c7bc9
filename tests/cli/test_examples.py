"""`test`: the shipped examples pass; a wrong one says field, line and what the line read."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

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
