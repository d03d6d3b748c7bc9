"""Who may do what: every row of the vendor's table, every level, with and without what it asks for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from engine.approve.kinds import rules_of
from engine.approve.people import LEVELS, Person
from engine.approve.permissions import Question, Row, refusal
from engine.workspace import Workspace

PAGE = yaml.safe_load((Path(__file__).parents[1] / "page" / "permissions.yaml").read_text("utf-8"))
RULES = rules_of(Workspace().customer("demo").book)
ROWS = {row.action: row for row in RULES.rows}
CELLS = [(row, level) for row in PAGE["rows"] for level in LEVELS]
# What the page asks for besides, as rights; what is not here is asked for by another row.
RIGHTS: dict[str, dict[str, Any]] = {
    "approver": {"approver": True},
    "admin commitments": {"tools": {"commitments": "admin"}},
    "admin": {
        "tools": dict.fromkeys(("commitments", "directory", "project_admin", "company_admin"), "admin")
    },
    "directory admin": {"tools": {"directory": "admin"}},
    "reports": {"tools": {"reports": "read_only"}},
}


def named(told: dict[str, Any], level: str) -> str:
    return f"{told['action']}: {level}"


def questions(row: Row, person: Person) -> list[Question]:
    kinds = RULES.kinds
    return [
        Question(
            person, verb, of, kinds[of].tool if of in kinds else "", RULES.tools, verb in ("add", "archive")
        )
        for verb in row.verbs
        for of in row.of
    ]


def may(row: Row, person: Person) -> set[bool]:
    return {not refusal(question, RULES.rows) for question in questions(row, person)}


def rights(told: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"tools": {}}
    for word in told.get("requires", ()):
        more = RIGHTS.get(word, {})
        found |= {name: value for name, value in more.items() if name != "tools"}
        found["tools"] |= more.get("tools", {})
    return found


def test_every_row_of_the_page_is_a_row_of_ours_and_lets_something() -> None:
    assert [row["action"] for row in PAGE["rows"]] == [row.action for row in RULES.rows[: len(PAGE["rows"])]]
    assert all(row.verbs and row.of for row in RULES.rows)


@pytest.mark.parametrize(("told", "level"), CELLS, ids=[named(*cell) for cell in CELLS])
def test_a_cell(told: dict[str, Any], level: str) -> None:
    row = ROWS[told["action"]]
    with_all = Person("ada", level, **rights(told))
    if "object" in told:  # what Xero has nothing for is refused to everybody, and told why
        (answer,) = {refusal(question, RULES.rows)[:13] for question in questions(row, with_all)}
        assert answer == "not supported"
    else:
        assert may(row, with_all) == {level in told}


@pytest.mark.parametrize(
    ("told", "level"),
    [(told, level) for told, level in CELLS if told.get(level) == "conditional" and "object" not in told],
    ids=lambda value: value if isinstance(value, str) else value["action"],
)
def test_a_conditional_cell_without_what_it_asks_for(told: dict[str, Any], level: str) -> None:
    only_admin_here = {"View an ERP Job Costs Report"}  # its condition is about the report of one project
    expected = {True} if told["action"] in only_admin_here else {False}
    assert may(ROWS[told["action"]], Person("ada", level)) == expected


def test_the_job_costs_of_one_project_ask_for_the_projects_tools() -> None:
    def asks(**tools: str) -> str:
        person = Person("ada", tools=tools)
        return refusal(Question(person, "view-project", "job-costs", "", RULES.tools), RULES.rows)

    assert asks(reports="read_only", budget="admin") == ""
    assert asks(reports="read_only", prime_contracts="admin") == ""
    assert asks(budget="admin") == "ada is not Read Only on the project's Reports tool"
    assert "Admin on the project's Budget tool or Admin on the project's Prime Contracts tool" in asks(
        reports="admin"
    )


def test_the_privilege_may_be_split_by_kind_unless_the_level_is_admin() -> None:
    split = Person("ada", "standard", approver=True, exports=("invoices",), imports=("companies",))
    assert split.is_approver("invoices")
    assert not split.is_approver("commitments")
    assert split.is_approver("companies", importing=True)
    assert not split.is_approver("projects", importing=True)
    whole = Person("ada", "admin", approver=True, exports=(), imports=())
    assert whole.is_approver("commitments")
    assert whole.is_approver("projects", importing=True)


def test_standard_without_the_privilege_can_only_look() -> None:
    person = Person("ada", "standard")
    reason = refusal(Question(person, "accept", "commitments", "commitments", RULES.tools), RULES.rows)
    assert reason == "ada is not an accounting approver (Can Push to Accounting)"


def test_the_privilege_without_a_level_is_worth_nothing() -> None:
    assert not Person("ada", "read_only", approver=True).is_approver()


def test_what_no_row_lets_is_let_to_nobody() -> None:
    everything = Person("ada", "admin", approver=True, company_administrator=True)
    assert refusal(Question(everything, "explode", "commitments", "", {}), RULES.rows)
