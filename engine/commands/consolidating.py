"""The commands erp merge and types: companies made one in the Directory, default cost types of cost codes.

Before: `gating`, whose group they join. After: `cli`.
"""

from __future__ import annotations

import click

from engine.commands.common import connected, json_option, ledger_option, progress
from engine.commands.gating import erp, the_gate
from engine.console import fail_if, print_json, terminal


@erp.command()
@click.argument("customer")
@click.argument("mapping", type=click.Choice(["companies"]))
@click.argument("master")
@click.argument("sources", nargs=-1, required=True)
@click.option("--why", default="", help="A word for the log.")
@ledger_option
@json_option
def merge(
    customer: str,
    mapping: str,
    master: str,
    sources: tuple[str, ...],
    why: str,
    ledger_url: str,
    as_json: bool,
) -> None:
    """Follow a merge in Procore's Directory: MASTER is left, with the link that one of them had."""
    from dataclasses import asdict

    from engine.live.merging import merged

    with connected(customer, ledger_url) as connection, progress() as tell:
        done = merged(the_gate(connection), master, sources, why, tell)
    if as_json:
        print_json(asdict(done))
        return
    contact = f"is {done.contact}" if done.contact else "is linked to no contact"
    terminal().say(f"{', '.join(done.sources)} merged into {done.master}, which {contact}")


@erp.command()
@click.argument("customer")
@click.argument("codes", nargs=-1)
@click.option("--types", "wanted", default="", metavar="S,L", help="Cost types to give these codes.")
@click.option("--all", "every", is_flag=True, help="Every cost code.")
@ledger_option
@json_option
def types(
    customer: str, codes: tuple[str, ...], wanted: str, every: bool, ledger_url: str, as_json: bool
) -> None:
    """Show the default cost types of standard cost codes; --types gives some, or --all of them, more."""
    from engine.live import cost_types
    from engine.report import cost_types as report

    named = [one.strip() for one in wanted.split(",") if one.strip()]
    if named and every == bool(codes):
        raise click.UsageError("name the cost codes that get these types, or --all")
    with connected(customer, ledger_url) as connection, progress() as tell:
        gate = the_gate(connection)
        if named:
            found, failed = cost_types.ticked(gate, codes, named, tell)
        else:
            found, failed = cost_types.matrix(gate, tell), []
    rows = [row for row in found.rows if not codes or row.code in codes]
    if as_json:
        print_json(report.data(rows, found.types))
    else:
        report.show(rows, found.types, terminal())
    for label, reason in failed:
        terminal().remark(f"{label}: {reason}", "red")
    over = [
        f"{row.code} keeps {', '.join(more)}" for row in rows if named and (more := found.over(row, named))
    ]
    for text in over[:10]:
        terminal().remark(f"{text}: Procore lets nobody but a person on its tab take a type away")
    fail_if(bool(failed))
