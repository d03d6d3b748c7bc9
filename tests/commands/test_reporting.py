"""The command report: one group, four ways of writing, an exit code that says whether to look."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from engine.commands.reporting import REPORTS
from engine.console import PROBLEMS, WRONG_USE
from tests.commands.conftest import Crosswalk, data


def test_every_report_has_a_file_of_its_name() -> None:
    for name in REPORTS:
        assert callable(import_module(f"engine.live.reports.{name.replace('-', '_')}").sheet)


def test_before_the_first_sync_it_says_what_to_do(crosswalk: Crosswalk) -> None:
    told = crosswalk("report", "retainage", "demo", code=PROBLEMS)
    assert "nothing of demo was read yet" in told.stderr
    assert "crosswalk sync demo" in told.stderr


def test_each_report_is_written_in_each_way(crosswalk: Crosswalk, tmp_path: Path) -> None:
    crosswalk("sync", "demo", code=None)
    for name in REPORTS:
        table = crosswalk("report", name, "demo").stdout
        read = data(crosswalk("report", name, "demo", "--json"))
        assert read["report"] == name
        assert table.startswith(read["title"])
        assert data(crosswalk("report", name, "demo", "--format", "json")) == read
        names = crosswalk("report", name, "demo", "--format", "csv").stdout.splitlines()[0].split(",")
        assert names[-len(read["columns"]) :] == [column["name"] for column in read["columns"]]
        page = tmp_path / f"{name}.html"
        told = crosswalk("report", name, "demo", "--format", "html", "--out", page)
        assert (told.stdout, page.read_text("utf-8")[:15]) == ("", "<!doctype html>")
        text = tmp_path / f"{name}.txt"
        crosswalk("report", name, "demo", "--out", text)
        assert text.read_text("utf-8") == table
    assert (
        "no project is called"
        in crosswalk("report", "retainage", "demo", "--project", "Nowhere", code=PROBLEMS).stderr
    )


@pytest.mark.parametrize("wrong", [("nothing", "demo"), ("retainage", "demo", "--format", "pdf")])
def test_wrong_use_is_told(crosswalk: Crosswalk, wrong: tuple[str, ...]) -> None:
    crosswalk("report", *wrong, code=WRONG_USE)


def test_a_closing_pack_is_kept_and_proved(crosswalk: Crosswalk, tmp_path: Path) -> None:
    crosswalk("sync", "demo", code=None)
    kept = tmp_path / "pack.json"
    crosswalk("report", "closing", "demo", "--format", "json", "--out", kept)
    assert (
        "every row of the file is what the ledger says"
        in crosswalk("report", "closing", "demo", "--verify", kept).stdout
    )
    kept.write_text(kept.read_text("utf-8").replace('"made"', '"changed"'), "utf-8")
    told = crosswalk("report", "closing", "demo", "--verify", kept, code=PROBLEMS).stdout
    assert "The file was changed" in told
    for wrong in (("--from", "2026-04-01", "--to", "2026-03-01"), ("--verify", kept, "--to", "2026-03-01")):
        crosswalk("report", "closing", "demo", *wrong, code=WRONG_USE)
