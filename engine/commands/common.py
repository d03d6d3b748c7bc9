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
    finally:
        connection.close()


@contextmanager
def progress() -> Iterator[Callable[[str, int], None]]:
    """Says what is going on: a moving bar for a person, a line for each thing in a log."""
    console = terminal().console(err=True)
    if not console.is_terminal:
        lines = _Lines()
        yield lines
        lines.last()
        return
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description:<36}"),
        BarColumn(24),
        TextColumn("{task.fields[count]:,}"),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("connecting", total=None, count=0)
        yield lambda what, count: bar.update(task, description=what, count=count)


class _Lines:
    """One line for each thing that was done, with the count it ended with."""

    def __init__(self) -> None:
        self.what, self.count = "", 0

    def __call__(self, what: str, count: int) -> None:
        if what != self.what:
            self.last()
        self.what, self.count = what, count

    def last(self) -> None:
        """Says the last thing."""
        if self.what:
            click.echo(f"{self.what}: {self.count:,}", err=True)
        self.what = ""
