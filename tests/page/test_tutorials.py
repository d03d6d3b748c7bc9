"""docs/tutorials.md has every tutorial and question of the page, in its order, with commands that exist."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
import yaml

import cli

ROOT = Path(__file__).parents[2]
PAGE = yaml.safe_load((ROOT / "tests/page/tutorials.yaml").read_text("utf-8"))
ONLY_THERE = "In Procore only"
KINDS = {path.stem for path in (ROOT / "mappings/procore_xero").glob("*.yaml")}


def rows(heading: str) -> dict[str, str]:
    """A table of the page: what stands first in a row, and what stands last."""
    text = (ROOT / "docs/tutorials.md").read_text("utf-8")
    table = text.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("| ")]
    return {line[0]: line[-1] for line in lines[2:]}


def commands() -> list[str]:
    """Every command the tables name."""
    cells = [*rows("Tutorials").values(), *rows("Questions").values()]
    return sorted({found for cell in cells for found in re.findall(r"`crosswalk ([^`]+)`", cell)})


@pytest.mark.parametrize(("heading", "told"), [("Tutorials", "tutorials"), ("Questions", "faq")])
def test_every_title_has_a_row_in_the_pages_order(heading: str, told: str) -> None:
    assert list(rows(heading)) == PAGE[told]


@pytest.mark.parametrize("line", commands())
def test_the_command_exists_with_these_options_and_kinds(line: str) -> None:
    words = line.replace(" …", "").split()
    command: click.Command = cli.main
    while isinstance(command, click.Group):
        command = command.commands[words.pop(0)]
    known = {name for one in command.params for name in (*one.opts, *one.secondary_opts)}
    assert {word for word in words if word.startswith("--")} <= known
    arguments = [one for one in command.params if isinstance(one, click.Argument)]
    if len(arguments) > 1 and arguments[1].name == "mapping" and len(words) > 1:
        assert words[1] in KINDS
