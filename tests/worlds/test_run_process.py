"""The schedule as somebody starts it: a process for all customers, beside no other, ended or killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.worlds import subcontract
from tests.worlds.listener import folder_of, until
from tests.worlds.sandboxed import ROOT, Sandbox


@dataclass
class Running:
    """Two customers' project, and `crosswalk run` in it."""

    at: Path
    root: Path
    sandbox: Sandbox

    def command(self) -> list[str]:
        """As somebody types it."""
        words = [sys.executable, "cli.py", "--root", str(self.root), "run"]
        return [*words, "--ledger", str(self.at / "ledger.db")]

    @contextmanager
    def started(self) -> Iterator[subprocess.Popen[str]]:
        """The process; its log is `run.log`."""
        environ = {**os.environ, **self.sandbox.environ()}
        with self.log.open("w") as log:
            process = subprocess.Popen(self.command(), cwd=ROOT, env=environ, stderr=log, text=True)
            try:
                yield process
            finally:
                process.kill()
                process.wait()

    @property
    def log(self) -> Path:
        """What it writes on stderr."""
        return self.at / "run.log"

    def lines(self, what: str) -> list[dict[str, Any]]:
        """The lines of the log that say so."""
        whole = [line for line in self.log.read_text("utf-8").splitlines() if line[:1] + line[-1:] == "{}"]
        return [said for line in whole if (said := json.loads(line))["what"] == what]

    def beside(self) -> subprocess.CompletedProcess[str]:
        """Somebody starts another one."""
        environ = {**os.environ, **self.sandbox.environ()}
        return subprocess.run(
            self.command(), cwd=ROOT, env=environ, capture_output=True, text=True, check=False, timeout=60
        )


@pytest.fixture
def project(sandbox: Sandbox, tmp_path: Path) -> Running:
    """A project's folder with two customers of nobody's approval."""
    sandbox.load(subcontract.first_day())
    told = {"timezone": "Australia/Sydney", "region": "AU", "base_currency": "AUD", "approval_home": "none"}
    told |= {"tracking_category": subcontract.CATEGORY, "procore_company": str(subcontract.COMPANY)}
    told |= {"cost_code_list": "3199"}
    return Running(tmp_path, folder_of(tmp_path / "project", {"story": told, "other": told}), sandbox)


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_it_runs_for_all_customers_beside_no_other_and_ends_in_peace(
    project: Running, sign: signal.Signals
) -> None:
    with project.started() as process:
        until(lambda: process.poll() is not None or project.lines("ran"), 60)
        assert process.poll() is None, project.log.read_text("utf-8")
        assert [line["customer"] for line in project.lines("runs")] == ["other", "story"]
        second = project.beside()
        assert second.returncode == 1
        assert "another crosswalk run works for this ledger" in second.stderr
        process.send_signal(sign)
        assert process.wait(60) == 0
    assert "ended; what is owed goes on with the next run" in project.log.read_text("utf-8")
    assert [line["customer"] for line in project.lines("ends")] == ["other", "story"]


def test_one_that_was_killed_stands_in_nobodys_way(project: Running) -> None:
    for _ in range(2):
        with project.started():
            until(lambda: project.lines("runs"), 60)
