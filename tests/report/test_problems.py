"""Problems on paper: the caret under its word whatever the line holds, and nothing that moves a terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.report.problems import WIDEST, Sources, as_data, count_line, pieces, plain
from engine.spec.problem import Problem, Span


def shown(tmp_path: Path, line: str, word: str, label: str = "here") -> list[str]:
    (tmp_path / "a.yaml").write_text(f"first: 1\n{line}\n", "utf-8")
    span = Span("a.yaml", 2, line.index(word) + 1, len(word))
    return plain(Problem("E201", span, "no field", label), Sources(tmp_path)).splitlines()


def under(lines: list[str]) -> str:
    """What stands above the carets."""
    start, end = lines[3].index("^"), lines[3].rindex("^") + 1
    return lines[2][start:end]


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("  Name: numbr", "numbr"),
        ("\tName:\tnumbr", "numbr"),
        ("  # Kererū, Māori: numbr", "numbr"),
        (f"  Name: {'x' * 300} numbr {'y' * 300}", "numbr"),
        ("numbr: 1", "numbr"),
    ],
)
def test_the_caret_stands_under_its_word(tmp_path: Path, line: str, word: str) -> None:
    lines = shown(tmp_path, line, word)
    assert under(lines) == word
    assert all(len(each) <= WIDEST + 12 for each in lines)


def test_wide_letters_take_two_columns(tmp_path: Path) -> None:
    lines = shown(tmp_path, "  工程: numbr", "numbr")
    assert lines[3].index("^") == lines[2].index("numbr") + 2


def test_what_would_move_a_terminal_is_not_printed(tmp_path: Path) -> None:
    assert "\x1b" not in "\n".join(shown(tmp_path, "  a: \x1b[2Jnumbr", "numbr"))


def test_a_file_that_is_not_there_has_no_excerpt(tmp_path: Path) -> None:
    found = Problem("E107", Span("gone.yaml", 1, 1), "cannot be read", "look", ("a note",), "make it")
    assert plain(found, Sources(tmp_path)).splitlines() == [
        "gone.yaml: error[E107] cannot be read",
        "  = look",
        "  = a note",
        "  = fix: make it",
    ]


def test_colour_is_only_added(tmp_path: Path) -> None:
    found = Problem("E1", Span("a.yaml", 1, 1, 5), "text", "label", ("note",), "fix")
    (tmp_path / "a.yaml").write_text("first: 1\n", "utf-8")
    coloured = pieces(found, Sources(tmp_path))
    assert "\n".join("".join(text for text, _ in line) for line in coloured) == plain(
        found, Sources(tmp_path)
    )


def test_counts() -> None:
    error, warning = (Problem("E1", Span("a", 1, 1), "x", severity=s) for s in ("error", "warning"))
    assert count_line([]) == "no problems"
    assert count_line([error]) == "1 error in 1 file"
    assert count_line([error, error, warning]) == "2 errors and 1 warning in 1 file"
    assert as_data([error, warning])["errors"] == 1
