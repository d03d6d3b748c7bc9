"""Results of examples: a count per mapping, and every failure down to the line that wrote it.

Before: `map.examples`. After: the command `test`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from engine.map.examples import Difference, Result, Trial
from engine.map.readings import Reading
from engine.report.problems import ERROR, FRAME, HINT, PLACE, Piece, counted
from engine.report.terminal import Terminal
from engine.report.values import shown
from engine.spec.problem import Problem

SHOWN_READINGS = 12


def show(trial: Trial, terminal: Terminal, show_problems: Callable[[list[Problem]], None]) -> None:
    """Failures first, what is not covered next, the counts last, where the eye ends."""
    for result in trial.results:
        if not result.passed:
            terminal.lines([*failure(result), []])
    problems = [*trial.problems, *trial.gaps]
    if problems:
        show_problems(problems)
    names = dict.fromkeys(result.example.mapping for result in trial.results)
    rows = [(name, *_counts([r for r in trial.results if r.example.mapping == name])) for name in names]
    terminal.table(("mapping", "examples", "pass", "fail"), rows, right=(1, 2, 3))
    failed = sum(not result.passed for result in trial.results)
    total = counted(len(trial.results), "example")
    if not trial.failed:
        terminal.remark(f"{total}: all pass, and every rule and note is shown acting and resting", HINT)
    else:
        gaps = f", {counted(len(problems), 'problem')}" if problems else ""
        terminal.remark(f"{total}: {failed} fail{'s' if failed == 1 else ''}{gaps}", ERROR)


def _counts(results: Sequence[Result]) -> tuple[str, str, str]:
    passed = sum(result.passed for result in results)
    return str(len(results)), str(passed), str(len(results) - passed or "")


def failure(result: Result) -> list[list[Piece]]:
    """One failing example as lines."""
    example = result.example
    lines: list[list[Piece]] = [
        [(f"{example.span.file}:{example.span.line}: ", PLACE), ("fails", ERROR), (f" {example.name}", PLACE)]
    ]
    for difference in result.differences:
        lines += _difference(difference)
    return lines


def _difference(found: Difference) -> list[list[Piece]]:
    lines: list[list[Piece]] = [
        [(f"  {found.path}", PLACE)],
        [("    wanted  ", FRAME), (shown(found.wanted), "")],
        [("    got     ", FRAME), (shown(found.got, 200), ERROR)],
    ]
    if found.line:
        lines.append([("    line    ", FRAME), (found.line, ""), (f"   {found.place}", "dim")])
    word = "    read    "
    for reading in found.readings[:SHOWN_READINGS]:
        lines.append([(word, FRAME), *reading_pieces(reading)])
        word = " " * len(word)
    return lines


def reading_pieces(reading: Reading) -> list[Piece]:
    """`title = "Formwork"`, and what kind of thing it is where that is not plain."""
    before = {"setting": "setting ", "link": "link ", "step": "as ", "row": ""}.get(reading.kind, "")
    style = HINT if reading.kind == "step" else ""
    return [(before, "dim"), (reading.text, style), (" = ", FRAME), (shown(reading.value), "")]


def as_data(trial: Trial) -> dict[str, Any]:
    """The same for machines."""
    return {
        "passed": sum(result.passed for result in trial.results),
        "failed": sum(not result.passed for result in trial.results),
        "problems": [problem.as_data() for problem in (*trial.problems, *trial.gaps)],
        "examples": [_example(result) for result in trial.results],
    }


def _example(result: Result) -> dict[str, Any]:
    example = result.example
    return {
        "mapping": example.mapping,
        "name": example.name,
        "file": example.span.file,
        "line": example.span.line,
        "passed": result.passed,
        "differences": [
            {"path": d.path, "wanted": d.wanted, "got": d.got, "line": d.line, "place": d.place}
            for d in result.differences
        ],
    }
