"""The commands erp grant, revoke, people and direct-export: who may do what.

Before: `gating`, whose group they join. After: `cli`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from engine.commands.common import connected, json_option, ledger_option
from engine.commands.gating import erp, the_gate
from engine.console import print_json, terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def rights(function: Callable[..., Any]) -> Callable[..., Any]:
    """The rights a person can have, as options."""
    level = click.Choice(["none", "read_only", "standard", "admin"])
    for option in (
        click.option("--level", type=level, help="On ERP Integrations."),
        click.option("--approver", is_flag=True, help="Can Push to Accounting."),
        click.option("--import", "imports", multiple=True, metavar="KIND", help="Only these imports."),
        click.option("--export", "exports", multiple=True, metavar="KIND", help="Only these exports."),
        click.option("--company-administrator", is_flag=True, help="May connect, grant and reset."),
        click.option("--create-project", is_flag=True, help="The permission to create projects."),
        click.option("--tool", "tools", multiple=True, metavar="TOOL=LEVEL", help="Level on another tool."),
    ):
        function = option(function)
    return function


def _granted(given: dict[str, Any]) -> dict[str, Any]:
    found = {name: value for name, value in given.items() if value not in (None, False, (), "")}
    found |= {name: list(found[name]) for name in ("imports", "exports") if name in found}
    if "tools" in found:
        found["tools"] = _levels(found["tools"])
    return found


def _levels(given: Sequence[str]) -> dict[str, str]:
    from engine.approve.people import LEVELS

    found = {name: level for name, _, level in (one.partition("=") for one in given)}
    odd = [one for one, level in found.items() if level not in LEVELS]
    if odd:
        raise click.UsageError(f"--tool takes TOOL=LEVEL, with a level of {', '.join(LEVELS)}")
    return found


@erp.command()
@click.argument("customer")
@click.argument("name")
@rights
@click.option("--mail", default="", help="Where rejections and the daily digest go.")
@click.option("--digest/--no-digest", default=None, help="Subscribe to ERP digest emails.")
@click.option("--full-name", default="", help="First and last name, for the accountant report.")
@click.option("--procore-id", default="", help="User id in Procore; a commitment names its creator by it.")
@ledger_option
@json_option
def grant(
    customer: str, name: str, ledger_url: str, as_json: bool, digest: bool | None, **given: Any
) -> None:
    """Grant a person rights: a level, the accounting approver's privilege, levels on other tools."""
    from engine.live.granting import grant as give

    data = _granted(given) | ({"digest": digest} if digest is not None else {})
    if not data:
        raise click.UsageError("name at least one right to grant")
    with connected(customer, ledger_url) as connection:
        _show([give(the_gate(connection), name, data)], as_json)


@erp.command()
@click.argument("customer")
@click.argument("name")
@click.option("--approver", is_flag=True, help="Only the accounting approver's privilege.")
@click.option("--tool", "tools", multiple=True, metavar="TOOL", help="Only the level on this tool.")
@ledger_option
@json_option
def revoke(
    customer: str, name: str, approver: bool, tools: tuple[str, ...], ledger_url: str, as_json: bool
) -> None:
    """Take rights back: those named, or all of them."""
    from engine.live.granting import revoke as take

    data = ({"approver": True} if approver else {}) | ({"tools": list(tools)} if tools else {})
    with connected(customer, ledger_url) as connection:
        _show([take(the_gate(connection), name, data)], as_json)


@erp.command()
@click.argument("customer")
@ledger_option
@json_option
def people(customer: str, ledger_url: str, as_json: bool) -> None:
    """List everybody with their rights."""
    from engine.live.log import everybody

    with connected(customer, ledger_url) as connection, connection.ledger.look() as tx:
        _show(list(everybody(connection.ledger, tx).values()), as_json)


def _show(found: Sequence[Any], as_json: bool) -> None:
    from engine.report import gate as report

    if as_json:
        print_json([report.person_data(one) for one in found])
    else:
        report.show_people(found, terminal())


@erp.command("direct-export")
@click.argument("customer")
@click.argument("mapping", required=False, default="")
@click.argument("mode", required=False, default="", type=click.Choice(["", "off", "on", "after-workflow"]))
@ledger_option
@json_option
def direct_export(customer: str, mapping: str, mode: str, ledger_url: str, as_json: bool) -> None:
    """Show or switch direct export: a kind that needs no approver, at once or after its workflow."""
    from engine.live.granting import switch_direct
    from engine.live.log import direct_exports

    if bool(mapping) != bool(mode):
        raise click.UsageError("name a kind and off, on or after-workflow; or neither, to see what is on")
    with connected(customer, ledger_url) as connection:
        gate = the_gate(connection)
        if mapping:
            switch_direct(gate, mapping, mode)
        with connection.ledger.look() as tx:
            found = direct_exports(connection.ledger, tx, connection.settings(), gate.rules.kinds)
    if as_json:
        print_json(found)
    else:
        terminal().say(", ".join(f"{name}: {how}" for name, how in found.items()) or "direct export is off")


__all__ = ["erp"]
