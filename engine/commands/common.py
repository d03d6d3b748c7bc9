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
    """Says what is going on: one moving line for a person, silence for a pipe."""
    console = terminal().console(err=True)
    if not console.is_terminal:
        yield lambda what, count: None
        return
    with console.status("connecting") as status:
        yield lambda what, count: status.update(f"{what}: {count:,}")
