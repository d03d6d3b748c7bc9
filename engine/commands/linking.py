"""The command link: pairs made by a person, suggestions, offered records, the opening position."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from engine.commands.common import connected, json_option, ledger_option, progress
from engine.console import FilePath, fail_if, print_json, terminal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from engine.live.connect import Connection


@click.command()
@click.argument("customer")
@click.argument("mapping", required=False, default="")
@click.argument("record", metavar="[ID]", required=False, default="")
@click.argument("target", metavar="[TARGET_ID]", required=False, default="")
@click.option("--remove", is_flag=True, help="Forget the link of MAPPING ID; the document stays.")
@click.option("--suggest", is_flag=True, help="List what may be the same on the other side, and why.")
@click.option("--all", "every", is_flag=True, help="Link every pair that agrees in everything.")
@click.option("--file", type=FilePath(exists=True, dir_okay=False), help="Pairs as CSV or JSON; all or none.")
@click.option("--add", metavar="ID", help="Make a record here of one the other side offers.")
@click.option("--opening", is_flag=True, help="Report what existed before the connection.")
@click.option("--out", type=FilePath(dir_okay=False), help="A file for the report, as JSON.")
@click.option("--why", default="", help="The reason, for the events.")
@ledger_option
@json_option
def link(
    customer: str,
    mapping: str,
    record: str,
    target: str,
    remove: bool,
    suggest: bool,
    every: bool,
    file: Path | None,
    add: str | None,
    opening: bool,
    out: Path | None,
    why: str,
    ledger_url: str,
    as_json: bool,
) -> None:
    """Say which document a record is, where both were there before."""
    ways = {"--remove": remove, "--suggest": suggest, "--all": every, "--add": add, "--opening": opening}
    given = [name for name, value in ways.items() if value]
    if len(given) > 1 or (file and given not in ([], ["--opening"])):
        raise click.UsageError(f"{' and '.join([*given, *(['--file'] if file else [])])} do not go together")
    if (not given and not file and not target) or (remove and not record):
        raise click.UsageError(
            "name a mapping, an id and the id there, or one of: --suggest --all --file --opening"
        )
    with connected(customer, ledger_url) as connection, progress() as tell:
        if mapping:
            _known(connection, mapping)
        if remove:
            _remove(connection, mapping, record, why, as_json)
        elif add:
            _add(connection, add, mapping, as_json, tell)
        elif suggest:
            _suggest(connection, mapping, as_json, tell)
        elif opening:
            _opening(connection, file, out, as_json, tell)
        else:
            _link(connection, (mapping, record, target), file, every, as_json, tell)


def _known(connection: Connection, mapping: str) -> None:
    if mapping not in connection.book.mappings:
        connection.desk.flow(mapping)  # says what is near


def _titles(connection: Connection) -> dict[str, str]:
    return {name: mapping.title for name, mapping in connection.book.mappings.items()}


def _link(
    connection: Connection,
    named: tuple[str, str, str],
    file: Path | None,
    every: bool,
    as_json: bool,
    tell: Callable[[str, int], None],
) -> None:
    from dataclasses import asdict

    from engine.live.allowed import allowed
    from engine.live.linking import Choice
    from engine.live.linking import link as make
    from engine.live.pairs import pairs
    from engine.live.person import person
    from engine.report import linking as report

    choices = pairs(file) if file is not None else [] if every else [Choice(*named)]
    twins = ((named[0],) if named[0] else ()) if every else None
    who = person(connection.environ)
    if choices or every:
        allowed(connection, who, "link", twins or {one.mapping for one in choices}, named[1])
    seen = make(connection, choices, who, twins, tell)
    if as_json:
        print_json([asdict(one) for one in seen.linked])
    else:
        report.show_linked(seen.linked, _titles(connection), terminal())


def _remove(connection: Connection, mapping: str, record: str, why: str, as_json: bool) -> None:
    from engine.live.allowed import allowed
    from engine.live.linking import unlink
    from engine.live.person import person

    who = person(connection.environ)
    allowed(connection, who, "unlink", (mapping,), record)
    target = unlink(connection, mapping, record, who, why)
    if as_json:
        print_json({"mapping": mapping, "source_id": record, "target_id": target})
    else:
        terminal().say(f"{mapping} {record} is linked to {target} no more; the document stays as it is")


def _suggest(connection: Connection, mapping: str, as_json: bool, tell: Callable[[str, int], None]) -> None:
    from engine.live.linking import looked
    from engine.report import linking as report

    with connection.ledger.leased():
        seen = looked(connection, progress=tell, assume=True)
    found = [one for one in seen.suggestions if mapping in ("", one.mapping)]
    if as_json:
        print_json(report.suggestions_data(found))
    else:
        report.show_suggestions(found, _titles(connection), terminal())


def _add(
    connection: Connection, wanted: str, mapping: str, as_json: bool, tell: Callable[[str, int], None]
) -> None:
    from engine.commands.syncing import told
    from engine.live.allowed import allowed
    from engine.live.linking import add
    from engine.live.person import person

    who = person(connection.environ)
    allowed(connection, who, "add", (mapping,) if mapping else (), wanted)
    report = add(connection, wanted, who, mapping, tell)
    told(connection, report, False, as_json)
    fail_if(bool(report.failures or report.tally.left))


def _opening(
    connection: Connection,
    file: Path | None,
    out: Path | None,
    as_json: bool,
    tell: Callable[[str, int], None],
) -> None:
    from engine.console import written
    from engine.live.cutover import opening
    from engine.report import linking as report
    from engine.report.wire_json import dumps

    if file is not None and not as_json:
        _link(connection, ("", "", ""), file, False, False, tell)
    elif file is not None:
        from engine.live.allowed import allowed
        from engine.live.linking import link as make
        from engine.live.pairs import pairs
        from engine.live.person import person

        choices, who = pairs(file), person(connection.environ)
        allowed(connection, who, "link", {one.mapping for one in choices})
        make(connection, choices, who, None, tell)
    found = opening(connection, tell)
    if out is not None:
        written(dumps(report.opening_data(found), 2) + "\n", out)
    if as_json:
        print_json(report.opening_data(found))
    else:
        report.show_opening(found, _titles(connection), terminal())
