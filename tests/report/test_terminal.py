"""What a person sees on a screen: nothing that moves is left standing, and long lines hang together."""

from __future__ import annotations

import io
import time

import pytest

from engine.commands import common
from engine.report.terminal import Terminal

UP_AND_WIPED, DIM = "\x1b[1A\x1b[2K", "\x1b[2m"


class Screen(io.StringIO):
    """A stream somebody watches."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")


def test_what_goes_on_in_a_second_line_stands_below_what_it_belongs_to(narrow: None) -> None:
    screen = Screen()
    Terminal(screen).lines(
        [
            [("held    ", ""), ("Companies: Amalgamated Pioneering Waterproofing", "")],
            [("        it has 300 characters; Contact Name holds 255", "")],
            [("      fix: ", ""), ("shorten it in the Company Directory", "")],
        ]
    )
    assert [line.rstrip() for line in screen.getvalue().splitlines()] == [
        "held    Companies: Amalgamated",
        "        Pioneering Waterproofing",
        "        it has 300 characters; Contact",
        "        Name holds 255",
        "      fix: shorten it in the Company",
        "           Directory",
    ]


def test_a_pipe_keeps_a_line_as_it_is(narrow: None) -> None:
    pipe = io.StringIO()
    Terminal(pipe).lines([[("held    ", ""), ("Companies: Amalgamated Pioneering Waterproofing", "")]])
    assert pipe.getvalue() == "held    Companies: Amalgamated Pioneering Waterproofing\n"


def test_the_bar_is_gone_before_anything_is_said_and_back_when_something_goes_on(
    narrow: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = Screen()
    monkeypatch.setattr("sys.stderr", screen)
    with common.progress() as tell:
        tell("read procore.project", 5)
        time.sleep(0.15)
        Terminal(err=screen).remark("nothing was done")
        said = screen.tell()
        tell("read procore.company", 7)
        time.sleep(0.15)
    text = screen.getvalue()
    before, _, _ = text.partition("nothing was done")
    assert before.removesuffix(DIM).endswith(UP_AND_WIPED)
    assert "read procore.company" in text[said:]


def test_a_log_has_its_last_line_before_what_is_said(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with common.progress() as tell:
        tell("read procore.project", 5)
        tell("plan payments", 2)
        Terminal().remark("17 calls to Xero")
    assert capsys.readouterr().err.splitlines() == [
        "read procore.project: 5",
        "plan payments: 2",
        "17 calls to Xero",
    ]
