"""`check`: every mistake of every file in one run, each with its place and what to write instead."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from tests.cli.conftest import Run

Edit = Callable[[str, str, str], Path]
COMMITMENTS = "mappings/procore_xero/commitments.yaml"
NUMBER = "      - number\n  Date:"

MISTAKES = {
    "a source field mistyped": (COMMITMENTS, NUMBER, "      - numbr\n  Date:"),
    "a target field that does not exist": (
        COMMITMENTS,
        "  DeliveryInstructions: {from",
        "  DeliveryInstructons: {from",
    ),
    "a time stamp into a date": (COMMITMENTS, "  Date: {from: let.date,", "  Date: {from: created_at,"),
    "writing what the system computes": (
        COMMITMENTS,
        "  LineAmountTypes: {",
        "  Total: grand_total\n  LineAmountTypes: {",
    ),
    "the same field twice": (
        COMMITMENTS,
        "  LineAmountTypes: {",
        "  Reference: number\n  LineAmountTypes: {",
    ),
    "a two-way line that cannot come back": (
        "mappings/procore_xero/projects.yaml",
        "  Name: {from: name, direction: both,",
        "  Name: {from: name, as: upper, direction: both,",
    ),
    "an overlay of a line that is not there": (
        "mappings/customers/demo/commitments.yaml",
        "  Reference:\n",
        "  Referense:\n",
    ),
    "not YAML at all": (COMMITMENTS, "title: Commitments\n", "title: {a: b\n"),
}


def unnumbered(text: str) -> str:
    """Places without lines, which move whenever somebody writes a comment."""
    text = re.sub(r"(\.yaml):\d+(:\d+)?", r"\1:N", text)
    return re.sub(r"^ *\d+ \|", "N |", re.sub(r"^ +([|=])", r"  \1", text, flags=re.M), flags=re.M)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_message(mistake: str, edit: Edit, run: Run, snapshot: SnapshotAssertion) -> None:
    result = run("--root", edit(*MISTAKES[mistake]), "check")
    assert result.exit_code == 1
    assert unnumbered(result.stdout) == snapshot


def test_the_caret_stands_under_the_word(edit: Edit, run: Run) -> None:
    lines = run("--root", edit(*MISTAKES["a source field mistyped"]), "check").stdout.splitlines()
    source, caret = lines[2], lines[3]
    assert source[caret.index("^") :].startswith("numbr")


def test_all_is_well(run: Run) -> None:
    result = run("check")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("9 mappings, ")
    assert result.stdout.endswith(": no problems\n")


def test_mistakes_of_several_files_come_in_one_run(edit: Edit, run: Run) -> None:
    edit(*MISTAKES["a source field mistyped"])
    result = run("--root", edit(*MISTAKES["a two-way line that cannot come back"]), "check", "--json")
    found = json.loads(result.stdout)
    assert result.exit_code == 1
    assert {Path(p["file"]).stem for p in found["problems"]} >= {"commitments", "projects"}
    assert found["errors"] == len([p for p in found["problems"] if p["severity"] == "error"])


def test_a_count_ends_the_list(edit: Edit, run: Run) -> None:
    result = run("--root", edit(*MISTAKES["a source field mistyped"]), "check", "--customer", "demo")
    assert result.stderr == "1 error in 1 file\n"


def test_an_unknown_customer(run: Run) -> None:
    result = run("check", "--customer", "demos")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "no customer 'demos'; did you mean 'demo'?" in result.stderr


def test_a_code_is_explained(run: Run) -> None:
    pytest.importorskip("engine.check.catalog")
    result = run("check", "--explain", "e201")
    assert result.exit_code == 0
    assert result.stdout.startswith("E201  ")
    assert json.loads(run("check", "--explain", "E201", "--json").stdout)["code"] == "E201"


def test_a_code_nobody_knows(run: Run) -> None:
    pytest.importorskip("engine.check.catalog")
    result = run("check", "--explain", "E2O1")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "no code 'E2O1'" in result.stderr


def test_a_project_folder_that_holds_nothing(tmp_path: Path, run: Run) -> None:
    result = run("--root", tmp_path, "check")
    assert result.exit_code == 1
    assert "there is no folder mappings/procore_xero" in result.stdout
