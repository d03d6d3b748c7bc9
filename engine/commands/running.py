"""The command run: the schedule in the foreground."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import click

from engine.commands.common import connected, ledger_option
from engine.console import explained, fail_if, terminal

if TYPE_CHECKING:
    from engine.live.connect import Connection


@click.command()
@click.argument("customers", nargs=-1, metavar="[CUSTOMER…]")
@ledger_option
def run(customers: tuple[str, ...], ledger_url: str) -> None:
    """Work by the schedule of each customer, or of all, until it is stopped; a JSON line for what is done.

    What is accepted is exported at once, job costs and payments come by their settings, the audit and the
    mail to approvers daily.
    """
    import signal

    from engine.live.running import Runner
    from engine.workspace import Workspace

    names = customers or tuple(Workspace(click.get_current_context().obj).book.customers)
    with ExitStack() as held:
        connections = [
            one for name in dict.fromkeys(names) if (one := _opened(held, name, ledger_url, customers))
        ]
        fail_if(not connections)
        runner = Runner(connections)
        for sign in (signal.SIGTERM, signal.SIGINT):
            before = signal.signal(sign, runner.stop)
            held.callback(signal.signal, sign, before)
        runner.run()
        terminal().remark("ended; what is owed goes on with the next run")


def _opened(held: ExitStack, name: str, ledger_url: str, named: tuple[str, ...]) -> Connection | None:
    """A customer; one whose files are wrong is told and left out, unless it was asked for by name."""
    from engine.spec.problem import SpecError

    try:
        return held.enter_context(connected(name, ledger_url))
    except SpecError as error:
        if named:
            raise
        explained(error)
        terminal().remark(f"{name} is left out; the others run")
        return None
