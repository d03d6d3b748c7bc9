"""The commands that reach the two systems, as a person runs them: against the sandbox over a socket."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any, Protocol

import pytest
from click.testing import CliRunner, Result

import cli
from engine.live import connect
from engine.spec.home import home
from tests.worlds.sandboxed import Sandbox


class Crosswalk(Protocol):
    """Runs a command on the test's own ledger."""

    def __call__(self, *args: str | Path, code: int | None = 0) -> Result: ...


@pytest.fixture(scope="session")
def open_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with a demo customer of whom nobody is asked."""
    root = tmp_path_factory.mktemp("project")
    for folder in ("schemas", "mappings"):
        shutil.copytree(home() / folder, root / folder)
    settings = root / "mappings" / "customers" / "demo" / "settings.yaml"
    text = settings.read_text("utf-8")
    assert "approval_home: local" in text
    settings.write_text(text.replace("approval_home: local", "approval_home: none"), "utf-8")
    return root


@pytest.fixture
def crosswalk(
    sandbox: Sandbox, tmp_path: Path, open_root: Path, monkeypatch: pytest.MonkeyPatch
) -> Crosswalk:
    monkeypatch.setattr(connect, "SystemClock", lambda: sandbox.clock)  # no budget is really waited for

    def run(*args: str | Path, code: int | None = 0) -> Result:
        env = {
            **sandbox.environ(),
            "CROSSWALK_LEDGER": str(tmp_path / "ledger.db"),
            "CROSSWALK_WHO": "ann",
            "NO_COLOR": "1",
            "COLUMNS": "",
        }
        told = ["--root", str(open_root), *(str(arg) for arg in args)]
        result = CliRunner().invoke(cli.main, told, env=env)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert code is None or result.exit_code == code, result.output
        return result

    return run


def data(result: Result) -> Any:
    """What a command printed with --json."""
    return json.loads(result.stdout)
