"""What the command line is made of: the group, messages instead of tracebacks, the two streams.

Imports click and nothing else until something has to be said, so that help is instant. Before: the
whole engine. After: `cli`, where the commands are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from engine.report.terminal import Terminal
    from engine.spec.problem import Problem

DONE, PROBLEMS, WRONG_USE = 0, 1, 2
DOCTOR = "crosswalk doctor looks at the whole connection, step by step"
NOT_THERE = {"E305", "E401"}  # a customer or a file somebody named, and which is not there


class FilePath(click.Path):
    """A path on disk; `pathlib` is imported when there is one, for help must be instant."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path, checked as click checks it."""
        from pathlib import Path

        return Path(str(super().convert(value, param, ctx)))


class Crosswalk(click.Group):
    """The group: lists commands in the order of the work, and never shows a traceback for bad input."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order they are written."""
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command; what its input is to blame for becomes a message."""
        try:
            return super().invoke(ctx)
        except (click.exceptions.Exit, click.ClickException, click.Abort, BrokenPipeError):
            raise
        except Exception as error:
            code = explained(error)
            if code is None:
                raise
            raise click.exceptions.Exit(code) from None


def explained(error: Exception) -> int | None:
    """Says what is wrong in words; None for a mistake of our own."""
    from engine.spec.problem import SpecError, ordered

    if isinstance(error, SpecError):
        found = ordered(error.problems)
        show(found, err=True)
        return WRONG_USE if {problem.code for problem in found} <= NOT_THERE else PROBLEMS
    if isinstance(error, KeyError) and " " in str(error.args[0]):  # a sentence; a bare key is our mistake
        click.echo(f"Error: {error.args[0]}", err=True)
        return WRONG_USE
    if type(error).__name__ in ("Unreachable", "LedgerError", "LeaseLost", "LeaseHeld", "Declined"):
        click.echo(f"Error: {error.args[0]}", err=True)
        unread = DOCTOR if type(error).__name__ == "Unreachable" else ""
        if fix := getattr(error, "fix", "") or unread:
            click.echo(f"  fix: {fix}", err=True)
        return PROBLEMS
    if isinstance(error, OSError):
        name = f"{error.filename}: " if error.filename else ""
        click.echo(f"Error: {name}{error.strerror or error}", err=True)
        return WRONG_USE
    return None


def terminal() -> Terminal:
    """Both streams as they are now."""
    from engine.report.terminal import Terminal

    return Terminal()


def print_json(data: object) -> None:
    """Data for machines, with exact decimals."""
    from engine.report.terminal import cleared
    from engine.report.wire_json import dumps

    cleared()
    click.echo(dumps(data))


def show(problems: Sequence[Problem], err: bool = False) -> None:
    """Problems with their source lines, and how many there are."""
    from engine.report import problems as report
    from engine.spec.home import home

    said, sources = terminal(), report.Sources(click.get_current_context().obj or home())
    for problem in problems:
        said.lines([*report.pieces(problem, sources), []], err=err)
    said.remark(report.count_line(problems), style="")


def remarks(problems: list[Problem]) -> None:
    """What is worth saying of files that could be used all the same, a line each."""
    for problem in problems:
        if not problem.is_error:
            terminal().remark(f"{problem.span.file}: {problem.text}")


def written(text: str, out: Path | None) -> None:
    """Text to a file, or to stdout as it is."""
    if out is None:
        click.echo(text, nl=False)
        return
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text, encoding="utf-8")
    terminal().remark(f"wrote {out}")


def fail_if(failed: bool) -> None:
    """Ends with 1 if something in the data is wrong."""
    if failed:
        raise click.exceptions.Exit(PROBLEMS)
