"""`crosswalk sandbox`: a customer's own world for training, from a file and into one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

from engine.spec.home import home
from tests.commands.conftest import Crosswalk
from tests.worlds.sandboxed import START, Sandbox


def test_a_world_is_kept_and_begun_with_again(sandbox: Sandbox, tmp_path: Path) -> None:
    """What `GET /_sandbox/world` gives is what `--load` takes; Ctrl-C ends it in a sentence."""
    sandbox.in_procore("PATCH", "/records/vendors/7301", {"name": "Bluegum Training", "force": True})
    file = tmp_path / "world.json"
    file.write_bytes(urllib.request.urlopen(f"{sandbox.base}/_sandbox/world").read())
    told = [sys.executable, "-c", "import cli; cli.main()", "sandbox", "--port", "0", "--load", str(file)]
    with subprocess.Popen(
        told, cwd=home(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            line = process.stdout.readline()
            assert line.startswith(START), process.stderr.read()
            found = json.load(urllib.request.urlopen(f"{line.removeprefix(START).strip()}/_sandbox/world"))
            assert found["procore"]["vendors"]["7301"]["name"] == "Bluegum Training"
        finally:
            signal_group(process)
        assert "the sandbox is closed; nothing of it is kept" in process.stderr.read()


def signal_group(process: subprocess.Popen[str]) -> None:
    """Ctrl-C, as a terminal sends it: to the command and to the sandbox it started."""

    os.killpg(process.pid, signal.SIGINT)


def test_a_file_that_holds_no_world(crosswalk: Crosswalk, tmp_path: Path) -> None:
    file = tmp_path / "world.json"
    file.write_text('{"vendors": []}')
    crosswalk("sandbox", "--port", "0", "--load", file, code=1)
