"""The commands audit and ledger: what is remembered, against what is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from engine.commands.common import connected, json_option, ledger_option, progress
from engine.console import FilePath, fail_if, print_json, terminal, written

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@click.argument("customer")
@ledger_option
@json_option
def audit(customer: str, ledger_url: str, as_json: bool) -> None:
    """List what is ours on both sides and not linked, there twice, or linked and gone."""
    from engine.live.auditing import audited
    from engine.report import audit as report

    with connected(customer, ledger_url) as connection, progress() as tell:
        found = audited(connection, tell)
    print_json(report.as_data(found)) if as_json else report.show(found, terminal())
    fail_if(bool(found))


class Group(click.Group):
    """A group whose option may stand anywhere: ledger demo status --ledger FILE."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Puts the option in front, where click looks for a group's own."""
        mine: list[str] = []
        rest = list(args)
        for index, word in enumerate(args):
            if word == "--ledger" and index + 1 < len(args):
                mine, rest = args[index : index + 2], args[:index] + args[index + 2 :]
            elif word.startswith("--ledger="):
                mine, rest = [word], args[:index] + args[index + 1 :]
        return super().parse_args(ctx, [*mine, *rest])


@click.group(cls=Group)
@click.argument("customer")
@ledger_option
@click.pass_context
def ledger(ctx: click.Context, customer: str, ledger_url: str) -> None:
    """Look after what is remembered of a customer."""
    ctx.meta["crosswalk"] = (customer, ledger_url)


def _whose() -> tuple[str, str]:
    customer, url = click.get_current_context().meta["crosswalk"]
    return str(customer), str(url)


@ledger.command()
@json_option
def status(as_json: bool) -> None:
    """Links, effects, the last runs, tokens and calls."""
    from engine.live.keeping import status as standing
    from engine.report import ledger as report

    with connected(*_whose()) as connection:
        found = standing(connection)
    print_json(found) if as_json else report.show_status(found, terminal())


@ledger.command()
@click.option("--failed", is_flag=True, help="What was refused, too.")
@click.option("--retry", "again", metavar="ID", help="Send this again with the next sync, as it is.")
@click.option("--give-up", "left", metavar="ID", help="Go after this no more.")
@click.option("--why", default="", help="The reason, for the events.")
@json_option
def ops(failed: bool, again: str | None, left: str | None, why: str, as_json: bool) -> None:
    """What is under way or waits for a person."""
    from engine.live.keeping import effects, give_up, retry
    from engine.live.person import person
    from engine.report import ledger as report

    if again and left:
        raise click.UsageError("--retry and --give-up are two answers: give one")
    with connected(*_whose()) as connection:
        if again or left:
            act, wanted = (retry, again) if again else (give_up, left)
            one = act(connection, str(wanted), person(connection.environ), why)
            said = "goes out again with the next sync" if again else "is given up"
            terminal().remark(f"{one.call} {one.id[:8]} {said}")
        found = effects(connection, failed)
    print_json(report.effects_data(found)) if as_json else report.show_effects(found, terminal())


@ledger.command("export")
@click.option("--out", type=FilePath(dir_okay=False), help="A file; without it, stdout.")
@click.option("--mirror", is_flag=True, help="What was read, too; without it the next read is a full one.")
def export_(out: Path | None, mirror: bool) -> None:
    """Everything remembered, as JSON. Tokens stay."""
    from engine.ledger.moves import export

    with connected(*_whose()) as connection:
        written(export(connection.ledger, mirror) + "\n", out)


@ledger.command("import")
@click.argument("file", type=FilePath(exists=True, dir_okay=False))
@json_option
def import_(file: Path, as_json: bool) -> None:
    """Fill an empty ledger with what export wrote, all or nothing."""
    from engine.ledger.moves import take_in

    with connected(*_whose()) as connection:
        found = take_in(connection.ledger, file.read_bytes())
    if as_json:
        print_json(found)
        return
    terminal().say(", ".join(f"{count:,} {name}" for name, count in found.items() if count) or "nothing")


@ledger.command()
@json_option
def upgrade(as_json: bool) -> None:
    """Bring the ledger's tables to this version, keeping what they hold."""
    from engine.live.keeping import upgraded

    customer, url = _whose()
    before, after = upgraded(url)
    if as_json:
        print_json({"customer": customer, "before": before, "after": after})
        return
    terminal().say(f"{before} → {after}" if before != after else f"{after}: nothing to do")
