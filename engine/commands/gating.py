"""The commands erp …: the accounting gate, verb by verb, as the tutorials of Procore's ERP Integrations tool.

Who acts is CROSSWALK_WHO, or whoever is logged in. Before: `console`. After: `cli`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from engine.commands.common import connected, json_option, ledger_option, progress
from engine.console import fail_if, print_json, terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from engine.live.connect import Connection
    from engine.live.gate import Gate

MANY = click.argument("records", nargs=-1, required=True)


@click.group()
def erp() -> None:
    """The accounting gate: send, accept or reject, and everything around it."""


def the_gate(connection: Connection) -> Gate:
    """The gate for whoever works at this command line."""
    from engine.live.gate import Gate
    from engine.live.person import person

    return Gate(connection, person(connection.environ))


def told(done: Sequence[Any], as_json: bool) -> None:
    """Says what became of wishes; a refusal is exit 1."""
    from dataclasses import asdict

    from engine.report import gate as report

    if as_json:
        print_json([asdict(one) for one in done])
    else:
        report.show_done(done, terminal())
    fail_if(any(one.refused for one in done))


def _verb(name: str, text: str) -> None:
    """One verb on records of a kind, with a reason if somebody has one."""

    @erp.command(name, help=text)
    @click.argument("customer")
    @click.argument("mapping")
    @MANY
    @click.option("--why", default="", help="The reason, for the log and for whoever reads of it.")
    @ledger_option
    @json_option
    def run(
        customer: str, mapping: str, records: tuple[str, ...], why: str, ledger_url: str, as_json: bool
    ) -> None:
        with connected(customer, ledger_url) as connection, progress() as tell:
            told(the_gate(connection).act(name, mapping, records, why, None, tell), as_json)


for _name, _text in {
    "send": "Send records to the accounting approver.",
    "retrieve": "Take records back before somebody accepts or rejects them.",
    "reject": "Reject records; --why says the reason to whoever sent them.",
    "resend": "Send records again that were rejected, failed, or were unlinked.",
    "edit": "Open a synced record for editing; it goes again once it is accepted.",
    "unlink": "Unlink records whose document is deleted in the accounting system.",
    "delete": "Take unlinked records out for good; then they can be deleted in Procore.",
    "reset": "Put records back to unsent, whatever they were (Company Administrator).",
    "archive": "Put away what the accounting system offers; nothing is deleted.",
    "restore": "Bring an archived record back to Ready to Import.",
}.items():
    _verb(_name, _text)


@erp.command()
@click.argument("customer")
@click.argument("mapping")
@MANY
@click.option("--type", "typed", multiple=True, metavar="NAME=VALUE", help="What the acceptance asks for.")
@click.option("--why", default="", help="A word for the log.")
@click.option("--now", is_flag=True, help="Export at once, and not with the next sync.")
@ledger_option
@json_option
def accept(
    customer: str,
    mapping: str,
    records: tuple[str, ...],
    typed: tuple[str, ...],
    why: str,
    now: bool,
    ledger_url: str,
    as_json: bool,
) -> None:
    """Accept records for export; what is typed here (number, date, description) reaches the mapping."""
    from engine.live import typing_in

    with connected(customer, ledger_url) as connection, progress() as tell:
        gate = the_gate(connection)
        gate.decided_here()
        gate.kind("accept", mapping)
        values = typing_in.read(connection.book.mappings[mapping], _pairs(typed))
        done = gate.act("accept", mapping, records, why, values, tell)
        if now and any(not one.refused for one in done):
            gate.allow("export", mapping)
            _export(connection, mapping, tell, as_json)
        told(done, as_json)


def _pairs(given: Sequence[str]) -> dict[str, str]:
    odd = [one for one in given if "=" not in one]
    if odd:
        raise click.UsageError(f"--type takes NAME=VALUE, and {odd[0]} has no =")
    return {name: value for name, _, value in (one.partition("=") for one in given)}


def _export(connection: Connection, mapping: str, tell: Callable[[str, int], None], as_json: bool) -> None:
    from engine.commands.syncing import told as told_run
    from engine.live.sync import Sync

    report = Sync(connection, (mapping,), progress=tell).sync()
    if not as_json:
        told_run(connection, report, False, False)
    fail_if(bool(report.failures))


@erp.command("list")
@click.argument("customer")
@click.argument("mappings", nargs=-1)
@click.option("--filter", "only", help="One of the tab's filters, such as ready-to-export.")
@click.option("--offline", is_flag=True, help="Of what was read last.")
@ledger_option
@json_option
def list_(
    customer: str, mappings: tuple[str, ...], only: str | None, offline: bool, ledger_url: str, as_json: bool
) -> None:
    """Show what stands where: state, who, when, why."""
    from engine.report import gate as report

    if only is not None and only not in report.FILTERS:
        raise click.UsageError(f"--filter is one of: {', '.join(report.FILTERS)}")
    with connected(customer, ledger_url) as connection, progress() as tell:
        items = _items(connection, mappings, offline, tell)
        wanted = report.FILTERS[only] if only else None
        items = [one for one in items if wanted is None or one.standing.state in wanted]
        if as_json:
            print_json([report.item_data(one) for one in items])
            return
        titles = {name: mapping.title for name, mapping in connection.book.mappings.items()}
        report.show_items(items, titles, terminal())


def _items(
    connection: Connection, mappings: tuple[str, ...], offline: bool, tell: Callable[[str, int], None]
) -> Sequence[Any]:
    from engine.live.tabs import looked

    for name in mappings:
        the_gate(connection).kind("list", name)
    if offline:
        return looked(connection, mappings, False, tell).items
    with connection.ledger.leased():
        return looked(connection, mappings, True, tell).items


@erp.command()
@click.argument("customer")
@click.argument("mapping", required=False, default="")
@click.argument("record", required=False, default="")
@ledger_option
@json_option
def history(customer: str, mapping: str, record: str, ledger_url: str, as_json: bool) -> None:
    """Show everything that ever happened to a record, to a kind or to all; refusals too."""
    from dataclasses import asdict

    from engine.live import log
    from engine.report import gate as report

    with connected(customer, ledger_url) as connection:
        entries = log.history(connection.ledger, *_logged(connection, mapping, record))
    if as_json:
        print_json([asdict(one) for one in entries])
    else:
        report.show_history(entries, terminal())


def _logged(connection: Connection, mapping: str, record: str) -> tuple[str, str]:
    """Mapping and id under which the log has a record; looked for only where the log does not know it."""
    from engine.live import log
    from engine.live.tabs import looked, named

    for name in (mapping, f"{mapping}{log.IMPORT}"):
        if not record or log.history(connection.ledger, name, record):
            return name, record
    found = named(looked(connection, (mapping,), False).of(mapping), record)
    return found[0].logged if len(found) == 1 else (mapping, record)


def _own(connection: Connection, mapping: str, record: str) -> str:
    from engine.live.tabs import looked, named

    found = named(looked(connection, (mapping,), False).of(mapping), record)
    return found[0].own if len(found) == 1 else record


# ---------------------------------------------------------------- linking and importing


@erp.command()
@click.argument("customer")
@click.argument("mapping")
@click.argument("record", required=False, default="")
@click.argument("target", metavar="[TARGET_ID]", required=False, default="")
@click.option("--all", "every", is_flag=True, help="Apply every suggestion that agrees in everything.")
@ledger_option
@json_option
def link(
    customer: str, mapping: str, record: str, target: str, every: bool, ledger_url: str, as_json: bool
) -> None:
    """Link a record to what is in the accounting system already; --all applies every suggestion."""
    from dataclasses import asdict

    from engine.live.linking import Choice
    from engine.live.linking import link as make
    from engine.report import linking as report

    if every == bool(target):
        raise click.UsageError("name a record and the id there, or --all")
    with connected(customer, ledger_url) as connection, progress() as tell:
        gate = the_gate(connection)
        own = "" if every else _own(connection, mapping, record)
        gate.allow("link", mapping, own)
        choices = [] if every else [Choice(mapping, own, target)]
        seen = make(connection, choices, gate.who, (mapping,) if every else None, tell)
        if as_json:
            print_json([asdict(one) for one in seen.linked])
            return
        titles = {name: one.title for name, one in connection.book.mappings.items()}
        report.show_linked(seen.linked, titles, terminal())


@erp.command()
@click.argument("customer")
@click.argument("mapping")
@click.argument("record")
@ledger_option
@json_option
def add(customer: str, mapping: str, record: str, ledger_url: str, as_json: bool) -> None:
    """Add to Procore what the accounting system offers: a contact as company, an option as project."""
    from engine.commands.syncing import told as told_run
    from engine.live.importing import imported

    with connected(customer, ledger_url) as connection, progress() as tell:
        report = imported(the_gate(connection), mapping, record, tell)
        told_run(connection, report, False, as_json)
    fail_if(bool(report.failures or report.tally.left))


# ---------------------------------------------------------------- refreshing


def _now(name: str, of: tuple[str, ...], text: str) -> None:
    """A button that brings what it is about up to date at once."""

    @erp.command(name, help=text)
    @click.argument("customer")
    @ledger_option
    @json_option
    def run(customer: str, ledger_url: str, as_json: bool) -> None:
        from engine.commands.syncing import told as told_run
        from engine.live.sync import Sync

        with connected(customer, ledger_url) as connection, progress() as tell:
            the_gate(connection).allow(name, of[0])
            report = Sync(connection, of, progress=tell).sync()
            told_run(connection, report, False, as_json)
        fail_if(bool(report.failures))


_now("sync-costs", ("job_costs", "job_cost_transactions"), "Bring job costs to Procore now.")
_now("sync-payments", ("payments",), "Bring payments of synced invoices to Procore now.")


@erp.command()
@click.argument("customer")
@click.argument("mapping", type=click.Choice(["companies", "cost_codes", "projects"]))
@ledger_option
@json_option
def refresh(customer: str, mapping: str, ledger_url: str, as_json: bool) -> None:
    """Read a kind anew from both systems, and bring what is linked into step."""
    from engine.commands.syncing import told as told_run
    from engine.live.sync import Sync

    with connected(customer, ledger_url) as connection, progress() as tell:
        the_gate(connection).allow("refresh", mapping)
        report = Sync(connection, (mapping,), full=True, progress=tell).sync()
        told_run(connection, report, False, as_json)
    fail_if(bool(report.failures))


# ---------------------------------------------------------------- why


@click.command()
@click.argument("customer")
@click.argument("mapping")
@click.argument("record")
@click.option("--offline", is_flag=True, help="Of what was read last.")
@ledger_option
@json_option
def why(customer: str, mapping: str, record: str, offline: bool, ledger_url: str, as_json: bool) -> None:
    """List everything that keeps a record back, and what can be done with it now."""
    from engine.approve.decide import possible
    from engine.live.declined import Declined
    from engine.live.tabs import named
    from engine.report import gate as report

    with connected(customer, ledger_url) as connection, progress() as tell:
        items = _items(connection, (mapping,), offline, tell)
        found = named(items, record)
        if len(found) != 1:
            raise Declined(
                f"no single record of {mapping} is known as {record}", "crosswalk erp list shows them"
            )
        (item,) = found
    verbs = possible(item.standing.state, item.kind)
    if as_json:
        print_json({**report.item_data(item), "possible": verbs})
        return
    report.show_why(item, verbs, terminal())
