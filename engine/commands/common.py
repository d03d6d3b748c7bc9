"""What the commands that reach the two systems share: their options, the connection, the progress.

Before: `console`. After: the commands beside this file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from engine.console import terminal

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

    from engine.live.connect import Connection


def ledger_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Where the ledger is."""
    text = "The ledger: a path or a database URL. [default: CROSSWALK_LEDGER, else .crosswalk/ledger.db]"
    return click.option("--ledger", "ledger_url", default="", help=text)(function)


def json_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Data for machines."""
    return click.option("--json", "as_json", is_flag=True, help="Data for machines, on stdout.")(function)


@contextmanager
def connected(customer: str, ledger_url: str = "") -> Iterator[Connection]:
    """A customer with everything that reaches outside."""
    from engine.live.connect import Connection
    from engine.workspace import Workspace

    workspace = Workspace(click.get_current_context().obj)
    workspace.known(customer)
    connection = Connection(workspace.customer(customer), ledger_url)
    try:
        yield connection
    except KeyboardInterrupt:
        terminal().remark("stopped; what is under way goes on with the next run")
        raise
    finally:
        connection.close()


@contextmanager
def progress() -> Iterator[Callable[[str, int], None]]:
    """Says what is going on: a moving bar for a person, a line for each thing in a log."""
    from engine.report.terminal import under_way

    console = terminal().console(err=True)
    said = _Bar(console) if console.is_terminal else _Lines()
    with under_way(said.leave):
        yield said


class _Bar:
    """What is going on now, moving; there again as soon as something goes on."""

    def __init__(self, console: Console):
        self.console = console
        self.bar: Progress | None = None
        self("connecting", 0)

    def __call__(self, what: str, count: int) -> None:
        if self.bar is None:
            self.bar = self._begun(what, count)
        self.bar.update(self.bar.task_ids[0], description=what, count=count)

    def _begun(self, what: str, count: int) -> Progress:
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

        words = TextColumn("{task.description:<36}"), TextColumn("{task.fields[count]:,}")
        bar = Progress(
            SpinnerColumn(), words[0], BarColumn(24), words[1], console=self.console, transient=True
        )
        bar.add_task(what, total=None, count=count)
        bar.start()
        return bar

    def leave(self) -> None:
        """Takes it away."""
        if self.bar is not None:
            self.bar.stop()
        self.bar = None


class _Lines:
    """One line for each thing that was done, with the count it ended with."""

    def __init__(self) -> None:
        self.what, self.count = "", 0

    def __call__(self, what: str, count: int) -> None:
        if what != self.what:
            self.leave()
        self.what, self.count = what, count

    def leave(self) -> None:
        """Says the last thing."""
        if self.what:
            click.echo(f"{self.what}: {self.count:,}", err=True)
        self.what = ""
