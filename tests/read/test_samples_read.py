"""Every sample and story file is told for what it is by every mapping; requests say what plain reads say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from engine.read import Inputs, Unreadable, load_links, read_inputs
from engine.spec.model import Member
from engine.workspace import Workspace

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "mappings" / "procore_xero" / "sample"
STORY = ROOT / "tests" / "story" / "given"
BOOK = Workspace().book

# Which records a file holds for a mapping, and how many of them in the sample. `back` is the way from Xero.
READS = [
    ("cost_codes", False, "standard_cost_codes", 15),
    ("projects", False, "projects", 5),
    ("projects", True, "tracking_categories", 6),
    ("companies", False, "companies", 10),
    ("companies", True, "contacts", 10),
    ("commitments", False, "commitments", 8),
    ("change_orders", False, "change_orders", 4),
    ("invoices", False, "requisitions", 11),
    ("job_costs", False, "invoices", 12),
    ("job_costs", False, "bank_transactions", 5),
    ("job_costs", False, "credit_notes", 3),
    ("job_cost_transactions", False, "invoices", 12),
    ("job_cost_transactions", False, "bank_transactions", 5),
    ("job_cost_transactions", False, "credit_notes", 3),
    ("payments", False, "payments", 6),
]
EVENTS = [
    ("cost_codes", "create_standard_cost_codes", 3, "list"),
    ("projects", "create_or_update_job", 1, "one"),
    ("companies", "create_vendor", 1, "one"),
    ("commitments", "create_commitment", 1, "one"),
    ("commitments", "create_commitment_purchase_order", 1, "one"),
    ("change_orders", "create_commitment_change_order", 1, "one"),
    ("invoices", "create_requisitions", 4, "list"),
]
# Read from Xero to be shown, compared or looked up; no mapping starts from them.
READ_BY_NOBODY = {"items", "organisation", "purchase_orders", "links"}
COMPLETES = {"requisition_details", "cost_types", "project_cost_codes"}


def read(mapping: str, *files: Path, back: bool = False) -> tuple[list[Any], Inputs]:
    inputs = read_inputs(BOOK, mapping, back, files)
    records = list(inputs.records)
    assert [r for r in records if isinstance(r, Unreadable)] == []
    return records, inputs


@pytest.mark.parametrize(("mapping", "back", "name", "count"), READS)
def test_sample_files(mapping: str, back: bool, name: str, count: int) -> None:
    records, inputs = read(mapping, SAMPLE / f"{name}.json", back=back)
    assert (len(records), inputs.form, inputs.problems) == (count, "list", [])


@pytest.mark.parametrize(("mapping", "name", "count", "form"), EVENTS)
def test_sample_events(mapping: str, name: str, count: int, form: str) -> None:
    records, inputs = read(mapping, SAMPLE / "events" / f"{name}.json")
    assert (len(records), inputs.form, inputs.problems) == (count, form, [])


def test_every_file_is_read_by_something() -> None:
    known = {name for _, _, name, _ in READS} | READ_BY_NOBODY | COMPLETES
    files = [*SAMPLE.glob("*.json"), *STORY.glob("*.json")]
    assert {path.name.split(".")[0] for path in files} <= known
    assert {path.stem for path in (SAMPLE / "events").glob("*.json")} == {name for _, name, _, _ in EVENTS}


@pytest.mark.parametrize("folder", [SAMPLE, STORY], ids=["sample", "story"])
@pytest.mark.parametrize("mapping", list(BOOK.mappings))
def test_a_whole_folder_given_at_once(folder: Path, mapping: str) -> None:
    """Whoever gives every file gets the records of the mapping, and is told which files were of no use."""
    files = [p for p in folder.rglob("*.json") if p.name.count(".") == 1 and p.stem not in READ_BY_NOBODY]
    records, inputs = read(mapping, *files)
    alone = {name for which, back, name, _ in READS if which == mapping and not back}
    key = {
        "job_costs": "id",
        "job_cost_transactions": "id",
        "payments": "PaymentID",
        "cost_codes": "full_code",
    }
    ids = [str(record[key.get(mapping, "id")]) for record in records]
    assert len(ids) == len(set(ids))
    assert len(ids) >= sum(len(read(mapping, folder / f"{name}.json")[0]) for name in alone)
    assert {p.code for p in inputs.problems if p.is_error} <= {"E403"}
    assert set(inputs.references) == {"project_cost_codes", "cost_types"}


STEPS = yaml.safe_load((STORY.parent / "steps.yaml").read_text("utf-8"))["steps"]


@pytest.mark.parametrize("step", [s for s in STEPS if s["mapping"] in BOOK.mappings], ids=lambda s: s["step"])
def test_every_step_of_the_story_finds_its_record(step: dict[str, Any]) -> None:
    files = [STORY / name for name in [*step["given"], *([step["event"]] if "event" in step else [])]]
    records, inputs = read(step["mapping"], *files)
    assert inputs.problems == []
    assert "record" not in step or step["record"] in [record["id"] for record in records]
    load_links(STORY / step["links"], BOOK)


# ---------------------------------------------------------------- a request and a plain read agree

# What the two say differently of one and the same thing: see the shapes' x-because.
APART = {
    "number",  # of a change order: 1 and 001
    "scheduled_unit_price",  # of a line billed by amount: may repeat the scheduled total
    *("origin_id", "origin_code", "approved_change_orders", "pending_change_orders", "revised_contract"),
    "updated_at",
}


@pytest.mark.parametrize("folder", [SAMPLE, STORY], ids=["sample", "story"])
@pytest.mark.parametrize(
    ("mapping", "plain"),
    [
        ("companies", "companies"),
        ("projects", "projects"),
        ("cost_codes", "standard_cost_codes"),
        ("commitments", "commitments"),
        ("change_orders", "change_orders"),
        ("invoices", "requisitions"),
    ],
)
def test_requests_say_what_plain_reads_say(folder: Path, mapping: str, plain: str) -> None:
    key = "full_code" if mapping == "cost_codes" else "id"
    kept = {record[key]: record for record in read(mapping, folder / f"{plain}.json")[0]}
    compared = 0
    for file in sorted((folder / "events").glob("*.json")):
        inputs = read_inputs(BOOK, mapping, False, [file])
        if any(p.is_error for p in inputs.problems):
            continue
        for told in inputs.records:
            shape = BOOK.shapes[str(BOOK.mappings[mapping].source.value)].root
            if told[key] in kept:
                compared += len(list(disagreements(told, kept[told[key]], shape, "")))
                assert [d for d in disagreements(told, kept[told[key]], shape, "") if d is not None] == []
    assert compared or folder == STORY


def disagreements(one: Any, other: Any, member: Member, at: str) -> Any:
    """Every fact both have: None where they agree, else where and how they do not."""
    for name, inner in member.members.items():
        mine, theirs = one.get(name), other.get(name)
        if mine is None or theirs is None or name in APART:
            continue
        if inner.kind == "object":
            yield from disagreements(mine, theirs, inner, f"{at}.{name}")
        elif inner.kind == "list" and inner.item is not None and inner.item.identity:
            (mark,) = inner.item.identity
            rows = {row[mark]: row for row in theirs}
            for row in mine:
                if row[mark] in rows:
                    yield from disagreements(row, rows[row[mark]], inner.item, f"{at}.{name}[{row[mark]}]")
        else:
            yield None if mine == theirs else f"{at}.{name}: {mine!r} and {theirs!r}"
