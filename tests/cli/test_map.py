"""`map`: JSON in the form the records came in, exit 1 only for bad ones, a summary on stderr."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from tests.cli.conftest import SAMPLE, Run

LINKS = ("--links", SAMPLE / "links.json")


def commitments() -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads((SAMPLE / "commitments.json").read_text("utf-8"))
    return found


def test_a_list_gives_a_list(run: Run) -> None:
    result = run("map", "demo", "commitments", "--in", SAMPLE / "commitments.json", *LINKS)
    found = json.loads(result.stdout)
    assert result.exit_code == 0
    assert [each["id"] for each in found] == [str(each["id"]) for each in commitments()]
    assert result.stderr == "commitments: 5 ready, 3 held\n"


def test_json_lines_give_json_lines(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "commitments.jsonl"
    path.write_text("".join(json.dumps(each) + "\n" for each in commitments()), "utf-8")
    result = run("map", "demo", "commitments", "--in", path, *LINKS)
    assert [json.loads(line)["status"] for line in result.stdout.splitlines()].count("ready") == 5


def test_one_record_gives_one_object(run: Run, snapshot: SnapshotAssertion) -> None:
    result = run("map", "demo", "commitments", *LINKS, stdin=json.dumps(commitments()[0]))
    assert json.loads(result.stdout)["status"] == "ready"
    assert json.dumps(json.loads(result.stdout), indent=2, ensure_ascii=False) + "\n" == snapshot


def test_a_held_record_is_no_failure_and_says_why(run: Run) -> None:
    result = run("map", "demo", "commitments", stdin=json.dumps(commitments()[0]))
    found = json.loads(result.stdout)
    assert (result.exit_code, found["status"], found["record"]) == (0, "held", None)
    assert {problem["code"] for problem in found["problems"]} == {"unlinked"}
    assert all(problem["place"] and problem["fix"] for problem in found["problems"])


def test_a_bad_record_is_a_failure_and_the_others_go_on(run: Run) -> None:
    first, second = commitments()[:2]
    first["line_items"][0]["amount"] = "n/a"  # type: ignore[index]
    result = run("map", "demo", "commitments", *LINKS, stdin=json.dumps([first, second]))
    found = json.loads(result.stdout)
    assert (result.exit_code, [each["status"] for each in found]) == (1, ["bad", "ready"])
    assert "line_items[0].amount" in {problem["at"] for problem in found[0]["problems"]}


def test_a_line_that_is_no_json_stays_with_itself(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "commitments.jsonl"
    path.write_text("{broken\n" + json.dumps(commitments()[0]) + "\n", "utf-8")
    result = run("map", "demo", "commitments", "--in", path, *LINKS)
    assert result.exit_code == 1
    assert [json.loads(line)["status"] for line in result.stdout.splitlines()] == ["bad", "ready"]


def test_footnotes_come_with_their_page_and_number(run: Run) -> None:
    files = ("--in", SAMPLE / "payments.json", "--in", SAMPLE / "invoices.json")
    found = json.loads(run("map", "demo", "payments", *files, *LINKS).stdout)
    ready = next(each for each in found if each["status"] == "ready")
    assert [(note["name"], note["page"], note["number"]) for note in ready["notes"]] == [
        ("no-tax", "overview", 3)
    ]


def test_the_way_back(run: Run) -> None:
    found = json.loads(
        run("map", "demo", "companies", "--back", "--in", SAMPLE / "contacts.json", *LINKS).stdout
    )
    assert found[0]["record"]["name"] == "Bluegum Formwork Pty Ltd"


def test_wrong_use(run: Run) -> None:
    for args, says in (
        (("map", "dmo", "commitments"), "no customer 'dmo'"),
        (("map", "demo", "commitment"), "no mapping 'commitment'; did you mean 'commitments'?"),
        (("map", "demo", "payments", "--back"), "mapping 'payments' goes one way only"),
        (("map", "demo", "commitments", "--in", "no-such.json"), "no such file"),
        (("map", "demo", "commitments", "--links", "no-such.json"), "no-such.json"),
        (("map", "demo", "commitments", "--today", "soon"), "soon"),
    ):
        result = run(*args, stdin="[]")
        assert (result.exit_code, result.stdout) == (2, ""), args
        assert says in result.stderr


def test_what_is_no_json_is_told_with_its_place(run: Run) -> None:
    result = run("map", "demo", "commitments", stdin='{"id": 1,\n "x" 2}')
    assert (result.exit_code, result.stdout) == (1, "")
    assert "error[E402]" in result.stderr


def links_of(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "links.json"
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize(
    ("links", "said"),
    [
        ('{"comapnies": {}}', "no mapping or reference 'comapnies'"),
        ('{"companies": {}, "commitments.LineItems.wrok": {}}', "has no row part 'LineItems.wrok'"),
        ('{"comitments.LineItems.work": {}}', "no mapping or reference 'comitments.LineItems.work'"),
    ],
)
def test_a_links_file_names_only_what_exists(tmp_path: Path, run: Run, links: str, said: str) -> None:
    """A misspelt name would only show as links that are not found, far from its cause."""
    path = links_of(tmp_path, links)
    result = run("map", "demo", "commitments", "--in", SAMPLE / "commitments.json", "--links", path)
    assert (result.exit_code, result.stdout) == (1, "")
    assert said in result.stderr
    assert "did you mean" in result.stderr


def test_row_parts_of_a_mapping_are_known_in_a_links_file(tmp_path: Path, run: Run) -> None:
    path = links_of(tmp_path, '{"commitments.LineItems.work": {}, "project_cost_codes": {}}')
    result = run("map", "demo", "commitments", "--in", SAMPLE / "commitments.json", "--links", path)
    assert (result.exit_code, "error" in result.stderr) == (0, False)


def test_a_broken_element_of_a_list_is_told_with_its_line_and_column(tmp_path: Path, run: Run) -> None:
    """Where the next element begins is not known any more, so nothing of the list is used."""
    path = tmp_path / "orders.json"
    path.write_text('[{"id": 1,\n  "number": "A"},\n {"id": 2, "number": },\n {"id": 3}]', "utf-8")
    result = run("map", "demo", "commitments", "--in", path)
    assert (result.exit_code, result.stdout) == (1, "")
    assert f"{path}:3:22: error[E402] not JSON: expecting value" in result.stderr
