"""The command line as a person or CI runs it, and a copy of the project that may be broken."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pytest
from click.testing import CliRunner, Result

import cli

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "mappings" / "procore_xero" / "sample"


class Run(Protocol):
    """Runs the command line."""

    def __call__(self, *args: str | Path, stdin: str | None = None) -> Result: ...


@pytest.fixture
def run() -> Run:
    def crosswalk(*args: str | Path, stdin: str | None = None) -> Result:
        env = {"COLUMNS": "", "NO_COLOR": "1"}
        result = CliRunner().invoke(cli.main, [str(arg) for arg in args], input=stdin, env=env)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return crosswalk


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the specs."""
    for folder in ("schemas", "mappings"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    return tmp_path


@pytest.fixture
def edit(project: Path) -> Callable[[str, str, str], Path]:
    """Changes one piece of a file of the copy and gives the copy."""

    def change(name: str, old: str, new: str) -> Path:
        path = project / name
        text = path.read_text("utf-8")
        assert text.count(old) == 1, f"{text.count(old)} times in {name}: {old}"
        path.write_text(text.replace(old, new), "utf-8")
        return project

    return change
