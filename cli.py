"""The command line: one group, a command is a few lines that call the engine.

Data goes to stdout, remarks to stderr. Exit codes: 0 done, 1 problems or failures in the data,
2 wrong use. Everything heavy is imported inside the command that needs it, so help is instant.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, TypeVar

import click

from engine.commands import register
from engine.console import Crosswalk, FilePath, fail_if, print_json, remarks, show, terminal, written

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from engine.spec.model import Setting
    from engine.workspace import Workspace

_FILE = FilePath(exists=True, dir_okay=False)
Command = TypeVar("Command", bound="Callable[..., Any]")


@click.group(cls=Crosswalk, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--root", type=FilePath(file_okay=False, exists=True), help="The project's folder.")
@click.version_option(package_name="crosswalk", message="%(version)s")
@click.pass_context
def main(ctx: click.Context, root: Path | None) -> None:
    """Maps Procore to Xero and back, as the YAML in mappings/ says."""
    ctx.obj = root


def _json(function: Command) -> Command:
    return click.option("--json", "as_json", is_flag=True, help="Data for machines, on stdout.")(function)


def _workspace() -> Workspace:
    from engine.workspace import Workspace

    return Workspace(click.get_current_context().obj)


# ---------------------------------------------------------------------------- specs


@main.command()
@click.option("--customer", "-c", help="Only the base and this customer.")
@click.option(
    "--explain", "code", metavar="CODE", help="What a code means, with a wrong and a right example."
)
@_json
def check(customer: str | None, code: str | None, as_json: bool) -> None:
    """Say what is wrong in all specs and examples: file, line, column, and what to write instead."""
    from engine.report import problems as report
    from engine.spec.problem import ordered
    from engine.trial import example_problems

    if code:
        from engine.report import codes

        entry = codes.entry_of(code)
        print_json(entry) if as_json else codes.show(entry, terminal())
        return
    workspace = _workspace()
    if customer is not None:
        workspace.known(customer)
    found = ordered([*workspace.problems(customer), *example_problems(workspace, customer)])
    if as_json:
        print_json(report.as_data(found))
    elif found:
        show(found)
    else:
        terminal().say(report.all_well(workspace.book, customer))
    fail_if(any(problem.is_error for problem in found))


@main.command()
@click.argument("path", required=False, type=FilePath(exists=True))
@_json
def test(path: Path | None, as_json: bool) -> None:
    """Run the examples beside the mappings (or those of one file or folder)."""
    from engine.report import trial as report
    from engine.trial import try_examples

    trial = try_examples(_workspace(), path)
    if as_json:
        print_json(report.as_data(trial))
    else:
        report.show(trial, terminal(), show)
    fail_if(trial.failed)


# ---------------------------------------------------------------------------- records


_FILES = click.option(
    "--in", "files", multiple=True, metavar="FILE", help="Records: a path, NAME=PATH, or - for stdin."
)
_LINKS = click.option("--links", type=_FILE, help="What is linked, by mapping and source id.")
_BACK = click.option("--back", is_flag=True, help="The other way.")


@main.command("map")
@click.argument("customer")
@click.argument("mapping")
@_FILES
@_LINKS
@click.option("--wrote", type=_FILE, help="What was written before, by source id.")
@_BACK
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="The day of the run.")
def map_(
    customer: str,
    mapping: str,
    files: tuple[str, ...],
    links: Path | None,
    wrote: Path | None,
    back: bool,
    today: datetime | None,
) -> None:
    """Map records from files and print what becomes of each, as JSON."""
    from engine.report import outcomes as report
    from engine.run import open_run

    desk = _workspace().customer(customer)
    day = today.date() if today else None
    run = open_run(desk, mapping, files or ("-",), back, links, wrote, day, sys.stdin.buffer)
    counts = report.write(
        run.outcomes(), run.inputs.form, report.Form.of(desk.book, run.mapper.flow, run.target), sys.stdout
    )
    remarks(run.inputs.problems)
    terminal().remark(counts.line(mapping), style="")
    fail_if(counts.bad > 0)


@main.command()
@click.argument("customer")
@click.argument("mapping")
@click.argument("record")
@click.argument("field")
@_FILES
@_LINKS
@_BACK
@click.option("--ledger", "ledger_url", default="", help="The ledger of the living run.")
@_json
def explain(
    customer: str,
    mapping: str,
    record: str,
    field: str,
    files: tuple[str, ...],
    links: Path | None,
    back: bool,
    ledger_url: str,
    as_json: bool,
) -> None:
    """Say where one value comes from: line, overlay, what was read, what was written and is there now.

    RECORD is an id, number or name. Without --in it is one of the living run, or of the sample company.
    """
    import os

    from engine.explain import explain as explained
    from engine.explain_live import has_run, lived
    from engine.report import explanation as report
    from engine.report import live_value

    desk = _workspace().customer(customer)
    if not files and links is None and has_run(ledger_url, os.environ):
        live = lived(desk, mapping, record, field, back, ledger_url)
        if live is not None:
            if as_json:
                print_json({**report.as_data(live[0]), "live": live_value.as_data(live[1])})
            else:
                report.show(live[0], terminal())
                live_value.show(live[1], terminal())
            return
    found = explained(desk, mapping, record, field, list(files), links, back)
    print_json(report.as_data(found)) if as_json else report.show(found, terminal())


@main.command()
@click.argument("customer", required=False, default="")
@click.option("--format", "form", type=click.Choice(["md", "html"]), default="md", show_default=True)
@click.option("--out", type=FilePath(dir_okay=False), help="A file; without it, stdout.")
@_json
def page(customer: str, form: str, out: Path | None, as_json: bool) -> None:
    """Print the page of the mappings: every row with the line that writes it."""
    from dataclasses import asdict

    from engine.report.page import build_page
    from engine.report.page_html import to_html
    from engine.report.page_markdown import to_markdown

    desk = _workspace().customer(customer)
    built = build_page(desk.book, desk.flows, customer)
    if as_json:
        print_json(asdict(built))
    else:
        written(to_html(built) if form == "html" else to_markdown(built), out)


@main.command()
@click.option("--customer", "-c", default="demo", show_default=True, help="Whose settings and overlays.")
@click.option("--out", type=FilePath(file_okay=False), help="A folder for all records, as JSON.")
@_json
def sample(customer: str, out: Path | None, as_json: bool) -> None:
    """Show what becomes of a whole sample company, both ways, and why."""
    from engine.demo import pairs
    from engine.report import demo as report

    desk, said, found = _workspace().customer(customer), terminal(), []
    if not as_json:
        report.opening(report.title_of(desk.book, customer), customer, said)
    for pair in pairs(desk):
        found.append(pair)
        if not as_json:
            report.show(pair, said)
    if as_json:
        print_json(report.all_data(customer, found))
    else:
        report.closing(found, customer, said)
    if out is not None:
        for pair in found:
            written(report.file_of(pair), out / report.file_name(pair))


# ---------------------------------------------------------------------------- setting up


@main.command()
@click.argument("customer")
@click.option("--set", "given", multiple=True, metavar="NAME=VALUE", help="A setting; may be repeated.")
@_json
def init(customer: str, given: tuple[str, ...], as_json: bool) -> None:
    """Make a folder for a new customer, with the settings only it can answer."""
    from engine.scaffold import Refused, answers_of, scaffold

    workspace = _workspace()
    ask = _asked if sys.stdin.isatty() and not as_json else None
    try:
        if lacking := [each for each in given if "=" not in each]:
            raise Refused(f"write --set name=value, not '{lacking[0]}'")
        answers = answers_of(workspace.book, dict(each.split("=", 1) for each in given))
        path = scaffold(workspace.root, workspace.book, customer, answers, ask)
    except Refused as error:
        raise click.UsageError(str(error)) from None
    name = path.relative_to(workspace.root).as_posix()
    print_json({"file": name, "set": answers}) if as_json else click.echo(name)
    terminal().remark(f"next: answer what is open in it, then crosswalk check --customer {customer}")


def _asked(setting: Setting) -> str:
    choice = f" ({', '.join(setting.choices)})" if setting.choices else ""
    click.echo(f"\n{' '.join(setting.help.split())}{choice}", err=True)
    return str(click.prompt(setting.name, default="", show_default=False, err=True))


@main.command()
@click.option("--out", type=FilePath(file_okay=False), default=None, help="[default: .schemas]")
@_json
def schema(out: Path | None, as_json: bool) -> None:
    """Write JSON Schemas by which an editor completes fields and paths, per mapping."""
    from engine.report.completion import schemas
    from engine.report.wire_json import dumps
    from engine.spec.schema import language

    workspace = _workspace()
    found = {f"{kind}.schema.json": each for kind, each in language().items()} | schemas(workspace.book)
    if as_json:
        print_json(found)
        return
    folder = out or workspace.root / ".schemas"
    for name, each in found.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dumps(each, 2) + "\n", encoding="utf-8")
        click.echo(path)
    line = "# yaml-language-server: $schema=../../.schemas/procore_xero/commitments.json"
    terminal().remark(f"the first line of a mapping points an editor at its schema: {line}")


register(main)

if __name__ == "__main__":
    sys.exit(main())
