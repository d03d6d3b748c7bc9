"""The command doctor: a live connection from the secrets to the ledger."""

from __future__ import annotations

import click

from engine.commands.common import json_option, ledger_option, progress
from engine.console import fail_if, print_json, terminal


@click.command()
@click.argument("customer")
@ledger_option
@json_option
def doctor(customer: str, ledger_url: str, as_json: bool) -> None:
    """Examine a live connection end to end. Nothing is written to either system."""
    from engine.live.doctor import FAIL, UNTRIED, examined
    from engine.report import doctor as report
    from engine.workspace import Workspace

    workspace = Workspace(click.get_current_context().obj)
    workspace.known(customer)
    with progress() as tell:
        checks = examined(workspace.customer(customer), ledger_url, None, tell)
    print_json(report.as_data(checks)) if as_json else report.show(checks, terminal())
    fail_if(any(one.state in (FAIL, UNTRIED) for one in checks))
