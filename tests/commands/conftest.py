"""The commands that reach the two systems, as a person runs them: against the sandbox over a socket."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Protocol

import pytest
from click.testing import CliRunner, Result

import cli
from tests.worlds.sandboxed import Sandbox


class Crosswalk(Protocol):
    """Runs a command on the test's own ledger."""

    def __call__(self, *args: str | Path, code: int | None = 0) -> Result: ...


@pytest.fixture
def crosswalk(sandbox: Sandbox, tmp_path: Path) -> Crosswalk:
    def run(*args: str | Path, code: int | None = 0) -> Result:
        env = {
            **sandbox.environ(),
            "CROSSWALK_LEDGER": str(tmp_path / "ledger.db"),
            "CROSSWALK_WHO": "ann",
            "NO_COLOR": "1",
            "COLUMNS": "",
        }
        result = CliRunner().invoke(cli.main, [str(arg) for arg in args], env=env)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert code is None or result.exit_code == code, result.output
        return result

    return run


def data(result: Result) -> Any:
    """What a command printed with --json."""
    return json.loads(result.stdout)
