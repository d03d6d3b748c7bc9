"""Wrong files and the one message each mistake must give; and the schemas themselves."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from jsonschema import Draft202012Validator

from engine.spec import schema
from engine.spec.home import home
from engine.spec.schema import violations
from engine.spec.source import read_yaml

Place = tuple[str | int, ...]
HEAD = {
    "mapping": "commitments",
    "from": "procore.commitment",
    "to": "xero.purchase_order",
    "direction": "forward",
    "version": 1,
}
OVERLAY = {"overlay": "demo", "of": "procore_xero.commitments", "version": 1}
SHAPE = {"$id": "xero.bill", "title": "Bill", "type": "object"}
EXAMPLE = {"name": "one", "given": {"record": {}}, "expect": {"a": 1}}


def mapping(**keys: object) -> dict[str, object]:
    return {**HEAD, **keys}


def line(value: object) -> dict[str, object]:
    return mapping(fields={"Reference": value})


def overlay(**keys: object) -> dict[str, object]:
    return {**OVERLAY, **keys}


# What stands for a sound file with something inside: its kind, where the inside is, and the file.
AROUND: dict[str, tuple[str, Place, Callable[[Any], object]]] = {
    "mapping": ("mapping", (), lambda it: mapping(**it)),
    "line": ("mapping", ("fields", "Reference"), line),
    "rule": ("mapping", ("rules", "late"), lambda it: mapping(rules={"late": it})),
    "part": (
        "mapping",
        ("fields", "Reference", "rows", "work"),
        lambda it: line({"rows": {"work": {"fields": {}, **it}}}),
    ),
    "overlay": ("overlay", (), lambda it: overlay(**it)),
    "setting": (
        "settings",
        ("settings", "due_days"),
        lambda it: {"settings": {"due_days": {"help": "Days.", **it}}},
    ),
    "member": ("shape", ("properties", "id"), lambda it: {**SHAPE, "properties": {"id": it}}),
    "example": ("examples", ("examples", 0), lambda it: {"examples": [{**EXAMPLE, **it}]}),
}


class Case(NamedTuple):
    """A wrong file, and what must be said about it."""

    kind: str
    data: object
    at: Place
    says: str
    fix: str | None


def cases(which: str) -> list[Case]:
    path = Path(__file__).with_name("forms.yaml")
    node, problems = read_yaml(path, path.name)
    assert node is not None
    assert problems == []
    return [case(each) for each in node.data[which]]


def case(data: dict[str, Any]) -> Case:
    if "kind" in data:
        return Case(data["kind"], data["file"], tuple(data["at"]), data["says"], data.get("fix"))
    around = next(iter(data))
    kind, place, file = AROUND[around]
    return Case(kind, file(data[around]), (*place, *data["at"]), data["says"], data.get("fix"))


def told(each: Case) -> str:
    return each.says


@pytest.mark.parametrize("case", cases("keys"), ids=told)
def test_a_mistake_with_a_key(case: Case) -> None:
    (found,) = violations(case.kind, case.data)
    assert (found.code, found.path, found.text, found.fix) == ("E104", case.at, case.says, case.fix)


@pytest.mark.parametrize("case", cases("values"), ids=told)
def test_a_mistake_with_a_value(case: Case) -> None:
    (found,) = violations(case.kind, case.data)
    assert (found.code, found.path, found.text, found.fix) == ("E105", case.at, case.says, case.fix)
    assert not found.on_key


def test_two_mistakes_are_two_messages() -> None:
    found = violations("mapping", mapping(fields={"A": None, "B": {"frm": 1}}, rules={"r": {"when": []}}))
    places = {("fields", "A"), ("fields", "B", "frm"), ("rules", "r"), ("rules", "r", "when")}
    assert {each.path for each in found} == places


def test_several_missing_keys_are_each_named() -> None:
    assert {each.missing for each in violations("mapping", {})} == {
        "mapping",
        "from",
        "to",
        "direction",
        "version",
    }


def test_where_the_caret_goes() -> None:
    found = violations("mapping", mapping(feilds={}, rules={"late": {"when": "a"}}))
    assert {(each.path, each.on_key) for each in found} == {(("feilds",), True), (("rules", "late"), True)}


SCHEMA_WORDS = ("schema", "propert", "regex", "pattern", "instance", "valid under", "^", "'string'")


@pytest.mark.parametrize("case", cases("keys") + cases("values"), ids=told)
def test_no_message_speaks_json_schema(case: Case) -> None:
    for found in violations(case.kind, case.data):
        assert not any(word in f"{found.text} {found.fix}" for word in SCHEMA_WORDS)


def test_a_part_in_an_overlay_may_sum_members_and_a_line_may_sum_a_list() -> None:
    work = {"each": "line_items", "sum": ["amount"], "fields": {"Quantity": 1}, "why": "Their way."}
    total = {"sum": {"each": "line_items", "of": "amount"}, "why": "Their way."}
    assert violations("overlay", overlay(replace={"LineItems.work": work, "Total": total})) == []


def test_rules_of_rows_may_leave_rows_out_in_overlays_too() -> None:
    small = {"when": "amount < `1`", "then": "leave_out", "why": "Their way."}
    assert violations("overlay", overlay(add={"LineItems.work.rules.small": small})) == []
    assert [each.path[-1] for each in violations("overlay", overlay(add={"rules.small": small}))] == ["then"]
    assert [each.path[-1] for each in violations("overlay", overlay(add={"back.rules.small": small}))] == [
        "then"
    ]


def test_null_may_be_written_with_and_without_quotes() -> None:
    assert violations("mapping", line({"from": "a", "missing": None})) == []
    assert violations("mapping", line({"from": "a", "missing": "null"})) == []


# ---------------------------------------------------------------------------------- the schemas
ALL = sorted((home() / "schemas" / "language").glob("*.schema.json"))


def _objects(node: object, without: tuple[str, ...] = ("if",)) -> Iterator[dict[str, Any]]:
    """Every map of a schema that demands something; an `if` only asks."""
    if isinstance(node, dict):
        yield node
        node = [each for key, each in node.items() if key not in without]
    if isinstance(node, list):
        for each in node:
            yield from _objects(each, without)


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.name)
def test_a_schema_is_a_schema(path: Path) -> None:
    Draft202012Validator.check_schema(schema.schema(path.name.removesuffix(".schema.json")))


@pytest.mark.parametrize("kind", ["line", *(kind for kind in schema.kinds() if kind != "page")])
def test_every_key_is_described(kind: str) -> None:
    root = schema.schema(kind)
    for holder in _objects(root, without=("if", "then", "else")):
        for name, about in holder.get("properties", {}).items():
            if isinstance(about, dict):
                assert _described(root, about), f"{name} has no description"


def _described(root: dict[str, Any], about: dict[str, Any]) -> bool:
    if "description" in about:
        return True
    file, _, name = about.get("$ref", "").rpartition("#/$defs/")
    there = schema.schema(file.removesuffix(".schema.json")) if file else root
    return bool(name) and _described(there, there["$defs"][name])


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.name)
def test_a_schema_never_offers_alternatives_that_hide_the_mistake(path: Path) -> None:
    for each in _objects(schema.schema(path.name.removesuffix(".schema.json"))):
        assert "oneOf" not in each
        assert "anyOf" not in each


def test_the_happy_way_imports_the_fast_validator_only() -> None:
    code = (
        "import sys; from engine.spec.schema import violations;"
        "assert 'jsonschema_rs' not in sys.modules;"
        "assert violations('system', {'system': 'x', 'title': 'X', 'wire': {'decimal': 'text'}}) == [];"
        "assert 'jsonschema' not in sys.modules and 'referencing' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


# ------------------------------------------------------------------------------- the files we ship
def _shipped() -> Iterator[tuple[Path, str]]:
    for path in sorted(home().glob("schemas/*/*.yaml")):
        yield path, "system" if path.stem == "system" else "shape"
    for path in sorted(home().glob("mappings/*/*.yaml")):
        own = ("settings", "references", "page", "metadata", "gate")
        if path.parent.name != "customers":
            yield path, path.stem if path.stem in own else "mapping"
    for path in sorted(home().glob("mappings/*/examples/*.yaml")):
        yield path, "examples"
    for path in sorted(home().glob("mappings/customers/*/*.yaml")):
        yield path, "customer" if path.stem == "settings" else "overlay"


@pytest.mark.parametrize(("path", "kind"), list(_shipped()), ids=lambda value: getattr(value, "stem", value))
def test_a_shipped_file_has_its_form(path: Path, kind: str) -> None:
    node, _ = read_yaml(path, path.name)
    assert node is not None
    assert [f"{node.at(each.path, each.on_key)}: {each.text}" for each in violations(kind, node.data)] == []
