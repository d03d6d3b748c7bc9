"""The command report: what accountants look at, as a table, for a spreadsheet, for a machine, or on paper.

One file a report, of the same name, in `engine/live/reports`. Before: `engine/live/reports`. After: `cli`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from engine.commands.common import connected, json_option, ledger_option
from engine.console import FilePath, fail_if, terminal, written

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from engine.live.connect import Connection
    from engine.report.sheet import Sheet

REPORTS = {
    "accountants": "Accountants in Procore: every accounting approver, and what each may push.",
    "job-costs": "Job to date, commitment invoiced and direct costs, beside Procore's budget.",
    "unsyncable": "Costs in Xero that cannot come to Procore, each with the reason and what helps.",
    "archived": "Companies and tracking options that somebody archived for import.",
    "reconcile": "Procore against Xero to the cent, with the documents behind every difference.",
    "drift": "What happened in Xero to what is ours: voided, edited, merged, billed, archived.",
    "retainage": "What is held and released by each invoice, against the balance in Xero.",
}
BY_PROJECT = ("job-costs",)  # what a project's Reports tool shows as well
TABLE, CSV, JSON, HTML = "table", "csv", "json", "html"


@click.group()
def report() -> None:
    """The accountants' reports, from what was read last."""


def allowed(connection: Connection, name: str, project: str) -> None:
    """Declined, and noted, unless this person may see the report: the rows `view` of page.yaml and gate.yaml.

    Where it is decided in Procore, or nobody is asked, the roles are Procore's: whoever has this command line
    reads. Who may see a report of the whole company sees it of one project as well.
    """
    from engine.commands.gating import the_gate
    from engine.live.admission import LOCAL

    gate = the_gate(connection)
    if gate.home != LOCAL:
        return
    with gate.ledger.look() as tx:
        company = not gate.forbidden(tx, "view", name)
    if not company:
        gate.allow("view-project" if project and name in BY_PROJECT else "view", name)


def shared_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """What every report can be asked: one project, how it is written, and where to."""
    forms = click.Choice([TABLE, CSV, JSON, HTML])
    for option in (
        json_option,
        ledger_option,
        click.option("--out", type=FilePath(dir_okay=False), help="A file; without it, stdout."),
        click.option("--format", "form", type=forms, default=TABLE, show_default=True),
        click.option("--project", default="", metavar="P", help="One project, by its id, number or name."),
    ):
        command = option(command)
    return command


def _command(name: str, text: str) -> click.Command:
    @click.command(name, help=text)
    @click.argument("customer")
    @shared_options
    def command(
        customer: str, project: str, form: str, out: Path | None, ledger_url: str, as_json: bool
    ) -> None:
        with connected(customer, ledger_url) as connection:
            allowed(connection, name, project)
            sheet = _maker(name)(connection, project)
        _write(sheet, JSON if as_json else form, out)
        fail_if(sheet.wrong)

    return command


def _maker(name: str) -> Callable[[Connection, str], Sheet]:
    """The report's own file."""
    from importlib import import_module

    made: Callable[[Connection, str], Sheet] = import_module(
        f"engine.live.reports.{name.replace('-', '_')}"
    ).sheet
    return made


def _write(sheet: Sheet, form: str, out: Path | None) -> None:
    if form == TABLE and out is None:
        from engine.report.sheet_terminal import show

        show(sheet, terminal())
        return
    written(_text(sheet, form), out)


def _text(sheet: Sheet, form: str) -> str:
    if form == CSV:
        from engine.report.sheet_csv import to_csv

        return to_csv(sheet)
    if form == HTML:
        from engine.report.sheet_html import to_html

        return to_html(sheet)
    if form == JSON:
        from engine.report.sheet_json import as_data
        from engine.report.wire_json import dumps

        return dumps(as_data(sheet)) + "\n"
    from engine.report.sheet_terminal import as_text

    return as_text(sheet)


for _name, _help in REPORTS.items():
    report.add_command(_command(_name, _help))


@report.command()
@click.argument("customer")
@click.option(
    "--from", "since", type=click.DateTime(["%Y-%m-%d"]), help="The first day, where the office is."
)
@click.option("--to", "until", type=click.DateTime(["%Y-%m-%d"]), help="The last day. [default: today]")
@click.option("--verify", type=FilePath(exists=True, dir_okay=False), help="Check a pack kept as JSON.")
@shared_options
def closing(
    customer: str,
    since: datetime | None,
    until: datetime | None,
    verify: Path | None,
    project: str,
    form: str,
    out: Path | None,
    ledger_url: str,
    as_json: bool,
) -> None:
    """Everything exported in a period, document by document, under a hash that proves a copy unchanged."""
    from engine.live.reports import closing as pack

    first, last = (each.date() if each is not None else None for each in (since, until))
    if first and last and last < first:
        raise click.UsageError(f"--from {first} is after --to {last}")
    if verify and (first or last or project):
        raise click.UsageError("--verify takes period and project from the file")
    with connected(customer, ledger_url) as connection:
        allowed(connection, "closing", project)
        if verify:
            sheet = pack.verified(connection, verify.read_text("utf-8"), str(verify))
        else:
            sheet = pack.sheet(connection, project, first, last)
    _write(sheet, JSON if as_json else form, out)
    fail_if(sheet.wrong)
