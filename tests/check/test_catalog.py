"""Every code has a help page, and every page is true: its wrong example gives that code at that place."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.check.catalog import CATALOG
from tests.check.conftest import ORDERS, PROJECT, problems_of, whole

ENGINE = Path(__file__).resolve().parents[2] / "engine"
SAYING = ("spec", "check", "compile", "read", "map", "report", "system")  # those that say codes
CODE = re.compile(r"[EW]\d{3}\Z")
FILES = {
    "mapping": ORDERS,
    "partners": "mappings/tiny/partners.yaml",
    "customer": "mappings/customers/acme/settings.yaml",
    "system": "schemas/dst/system.yaml",
    "metadata": "mappings/tiny/metadata.yaml",
    "gate": "mappings/tiny/gate.yaml",
    "overlay": "mappings/customers/acme/orders.yaml",
    "overlay of ordres": "mappings/customers/acme/ordres.yaml",
}
LINKS_BACK = """
mapping: orders
from: src.order
to: dst.document
direction: forward
version: 1
fields: {Partner.PartnerID: {link: supplier.id, via: partners}}
"""
WITH_EXAMPLES = [code for code, entry in CATALOG.items() if entry.wrong]


def codes_in_source() -> set[str]:
    """Every text in the source that looks like a code, the help pages themselves left out."""
    found = set()
    folders = (ENGINE, *(ENGINE / name for name in SAYING))
    for path in (each for folder in folders for each in folder.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.match(node.value):
                found.add(node.value)
    return found


def test_codes_of_every_station_are_found() -> None:
    """From the reading of YAML to the examples: a station that is left out would have no pages."""
    assert {"E101", "E201", "E217", "E301", "E402", "E407", "W403", "W501", "E601"} <= codes_in_source()


def test_every_code_has_a_page() -> None:
    assert codes_in_source() - set(CATALOG) == set()


def test_every_page_has_a_code() -> None:
    assert set(CATALOG) - codes_in_source() == set()


@pytest.mark.parametrize("code", CATALOG)
def test_a_page_says_something(code: str) -> None:
    entry = CATALOG[code]
    assert 10 < len(entry.title) < 80
    assert len(" ".join(entry.help.split())) > 60
    assert bool(entry.wrong) is bool(entry.right) is bool(entry.at)


def files(code: str, text: str) -> dict[str, str]:
    entry = CATALOG[code]
    text = text.lstrip("\n")
    found = {FILES[entry.file]: whole(text) if entry.file == "mapping" else text}
    if entry.file == "partners":
        found[ORDERS] = LINKS_BACK
    return found


@pytest.mark.parametrize("code", WITH_EXAMPLES)
def test_the_wrong_example_gives_the_code(code: str, project: Callable[[dict[str, str]], Path]) -> None:
    entry = CATALOG[code]
    found = [(p.code, str(p.span)) for p in problems_of(project(files(code, entry.wrong)))]
    assert (code, f"{FILES[entry.file]}:{entry.at}") in found
    assert {each for each, _ in found} == {code}


@pytest.mark.parametrize("code", WITH_EXAMPLES)
def test_the_right_example_gives_nothing(code: str, project: Callable[[dict[str, str]], Path]) -> None:
    made = files(code, CATALOG[code].right)
    if CATALOG[code].file == "overlay of ordres":
        made = {FILES["overlay"]: next(iter(made.values()))}
    assert [(p.code, str(p.span), p.text) for p in problems_of(project(made))] == []


def test_the_project_itself_is_sound() -> None:
    assert problems_of(PROJECT) == []
