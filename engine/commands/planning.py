"""The commands plan, apply and rehearse: looked at first, done then."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from engine.commands.common import connected, json_option, ledger_option, progress
from engine.console import FilePath, fail_if, terminal, written

if TYPE_CHECKING:
    from pathlib import Path

OFFLINE = click.option("--offline", is_flag=True, help="Plan from what was read last; ask nobody.")
EVERY = click.option("--all", "every", is_flag=True, help="Tell of every record, quiet ones too.")


@click.command()
@click.argument("customer")
@click.argument("mappings", nargs=-1)
@click.option("--out", type=FilePath(dir_okay=False), help="Keep the plan in a file, for apply.")
@OFFLINE
@EVERY
@ledger_option
@json_option
def plan(
    customer: str,
    mappings: tuple[str, ...],
    out: Path | None,
    offline: bool,
    every: bool,
    ledger_url: str,
    as_json: bool,
) -> None:
    """Say what a sync would do, field by field, and why. Nothing is written to either system."""
    from engine.live.planning import planned
    from engine.plan.saved import saved
    from engine.report import plan as report

    with connected(customer, ledger_url) as connection:
        for mapping in mappings:
            connection.desk.flow(mapping)
        with progress() as tell:
            found = planned(connection, mappings, offline, tell)
        titles = {name: shape.title for name, shape in connection.book.shapes.items()}
    if out is not None:
        written(saved(found), out)
    click.echo(report.plan_json(found)) if as_json else report.show(found, terminal(), titles, every)
    fail_if(bool(found.of_kind("bad")))


@click.command()
@click.argument("file", type=FilePath(exists=True, dir_okay=False))
@click.option("--retry", is_flag=True, help="Send again what failed before in just this form.")
@EVERY
@ledger_option
@json_option
def apply(file: Path, retry: bool, every: bool, ledger_url: str, as_json: bool) -> None:
    """Do what a plan in a file says, and nothing else; refused if anything has moved since."""
    from engine.commands.syncing import told
    from engine.live.planning import applied, read_plan

    found = read_plan(file)
    with connected(found.customer, ledger_url) as connection:
        with progress() as tell:
            report = applied(connection, found, tell, retry)
        told(connection, report, every, as_json)
    fail_if(bool(report.failures or report.plan.of_kind("bad")))


@click.command()
@click.argument("customer")
@click.argument("mappings", nargs=-1)
@OFFLINE
@ledger_option
@json_option
def rehearse(customer: str, mappings: tuple[str, ...], offline: bool, ledger_url: str, as_json: bool) -> None:
    """List everything that would fail, by cause, with what helps. Nothing is sent."""
    from engine.live.planning import rehearsed
    from engine.plan.rehearse import FAILURE
    from engine.report import plan as report

    with connected(customer, ledger_url) as connection:
        for mapping in mappings:
            connection.desk.flow(mapping)
        with progress() as tell:
            found = rehearsed(connection, mappings, offline, tell)
    click.echo(report.findings_json(found)) if as_json else report.show_findings(found, terminal())
    fail_if(any(one.severity == FAILURE for one in found))
