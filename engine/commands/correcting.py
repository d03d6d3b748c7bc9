"""The commands erp credit, adopt, revise and correct: the money first, and nothing without a yes.

Before: `gating`, whose group they join. After: `cli`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from engine.commands.common import connected, json_option, ledger_option, progress
from engine.commands.gating import erp, the_gate
from engine.console import print_json, terminal

if TYPE_CHECKING:
    from engine.live.gate import Gate
    from engine.report.proposal import Proposal

UNDONE = "nothing was done; --yes does it"


def asked(function: Callable[..., Any]) -> Callable[..., Any]:
    """What every act takes: a reason for the log, and the yes."""
    for option in (
        json_option,
        ledger_option,
        click.option("--yes", is_flag=True, help="Do it; without this it is only shown."),
        click.option("--why", default="", help="The reason, for the log."),
    ):
        function = option(function)
    return function


def _decided(gate: Gate, shown: Proposal, yes: bool, as_json: bool, act: Callable[[], None]) -> None:
    """Shows what would be done; does it after a yes, by option or at a terminal."""
    from engine.report import proposal

    if not as_json:
        names = {row.id: row.name for row in _projects(gate)}
        proposal.show(shown, names, terminal())
    done = yes or (not as_json and _confirmed())
    if done:
        act()
    if as_json:
        print_json(proposal.data(shown, done))
    else:
        terminal().remark("done" if done else UNDONE)


def _projects(gate: Gate) -> list[Any]:
    from engine.live.reports.books import Books

    return Books(gate.connection).projects


def _confirmed() -> bool:
    return sys.stdin.isatty() and click.confirm("Do this?", err=True)


@erp.command()
@click.argument("customer")
@click.argument("invoice")
@click.argument("credit_note", metavar="CREDIT_NOTE_ID")
@click.option("--undo", is_flag=True, help="Take such a link back.")
@asked
def credit(
    customer: str,
    invoice: str,
    credit_note: str,
    undo: bool,
    why: str,
    yes: bool,
    ledger_url: str,
    as_json: bool,
) -> None:
    """Link a credit note typed in Xero to the Procore invoice it corrects."""
    from engine.live.crediting import credit_proposed, credited

    with connected(customer, ledger_url) as connection:
        gate = the_gate(connection)
        with progress() as tell:
            shown = credit_proposed(gate, invoice, credit_note, undo, tell)
        _decided(gate, shown, yes, as_json, lambda: credited(gate, shown, why))


@erp.command()
@click.argument("customer")
@click.argument("mapping", type=click.Choice(["commitments", "change_orders", "invoices"]))
@click.argument("record")
@click.argument("target", metavar="TARGET_ID")
@asked
def adopt(
    customer: str, mapping: str, record: str, target: str, why: str, yes: bool, ledger_url: str, as_json: bool
) -> None:
    """Take on a bill, an order or a credit note typed in Xero as a record's document."""
    from engine.live.adopting import adopted, adoption_proposed

    with connected(customer, ledger_url) as connection:
        gate = the_gate(connection)
        with progress() as tell:
            shown = adoption_proposed(gate, mapping, record, target, tell)
        _decided(gate, shown, yes, as_json, lambda: adopted(gate, shown, why))


@erp.command()
@click.argument("customer")
@click.argument("mapping", type=click.Choice(["commitments"]))
@click.argument("record")
@asked
def revise(
    customer: str, mapping: str, record: str, why: str, yes: bool, ledger_url: str, as_json: bool
) -> None:
    """Open a synced commitment whose order is to be changed: the lines before and after."""
    from engine.live.revising import revised, revision_proposed

    with connected(customer, ledger_url) as connection:
        gate = the_gate(connection)
        with progress() as tell:
            shown = revision_proposed(gate, record, tell)
        _decided(gate, shown, yes, as_json, lambda: revised(gate, shown, why))


@erp.command()
@click.argument("customer")
@click.argument("mapping", type=click.Choice(["commitments", "change_orders", "invoices"]))
@click.argument("record")
@ledger_option
@json_option
def correct(customer: str, mapping: str, record: str, ledger_url: str, as_json: bool) -> None:
    """Show every way to put a record right, each with its commands and its money. Chooses none."""
    from engine.live.ways import guide
    from engine.report import proposal

    with connected(customer, ledger_url) as connection, progress() as tell:
        found = guide(the_gate(connection), mapping, record, tell)
    if as_json:
        print_json(proposal.ways_data(found.situation, found.ways))
    else:
        proposal.show_ways(found.situation, found.ways, found.projects, terminal())
