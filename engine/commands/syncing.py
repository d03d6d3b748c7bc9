"""The commands sync, sandbox and demo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from engine.commands.common import connected, json_option, ledger_option, progress
from engine.console import FilePath, fail_if, print_json, terminal

if TYPE_CHECKING:
    from pathlib import Path

    from engine.live.connect import Connection
    from engine.live.sync import Report


@click.command()
@click.argument("customer")
@click.argument("mappings", nargs=-1)
@click.option("--full", is_flag=True, help="Read everything again, not only what changed.")
@click.option("--retry", is_flag=True, help="Send again what failed before in just this form.")
@click.option(
    "--requests",
    "files",
    multiple=True,
    type=FilePath(exists=True),
    help="ERP requests of Procore as JSON, or a folder of them; may be given more than once.",
)
@click.option("--all", "every", is_flag=True, help="Tell of every record, quiet ones too.")
@ledger_option
@json_option
def sync(
    customer: str,
    mappings: tuple[str, ...],
    full: bool,
    retry: bool,
    files: tuple[Path, ...],
    every: bool,
    ledger_url: str,
    as_json: bool,
) -> None:
    """Bring both systems into step: read what changed, plan, write, and say what became of it."""
    from engine.live.sync import Sync

    with connected(customer, ledger_url) as connection, progress() as tell:
        for mapping in mappings:
            connection.desk.flow(mapping)
        run = Sync(connection, mappings, full, retry, tell)
        run.files += files
        report = run.sync()
        told(connection, report, every, as_json)
    fail_if(bool(report.failures or report.plan.of_kind("bad")))


def told(connection: Connection, report: Report, every: bool, as_json: bool) -> None:
    """Says what a run came to."""
    from engine.live.sync import summary
    from engine.report import run

    if as_json:
        print_json(run.data(report.plan, report.failures, summary(report), every))
        return
    titles = {name: mapping.title for name, mapping in connection.book.mappings.items()}
    run.show(report.plan, titles, report.failures, report.tally.told, terminal(), every)
    sent = {port.system.title: getattr(port, "sent", 0) for port in connection.ports.values()}
    calls = ", ".join(f"{count} calls to {title}" for title, count in sent.items())
    tally, before = report.tally, report.finished_before.done
    earlier = f", {before} of an earlier run" if before else ""
    terminal().remark(
        f"{calls}; {tally.done} effects done{earlier}, {tally.failed} failed, {tally.left} left for later"
    )


@click.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=8790,
    show_default=True,
    help="On this machine only; 0 takes a free one.",
)
@click.option("--load", type=FilePath(exists=True, dir_okay=False), help="A world to begin with.")
@click.option("--real-limits", is_flag=True, help="Refuse as often as the real systems do.")
def sandbox(port: int, load: Path | None, real_limits: bool) -> None:
    """Run both systems on this machine, with their real refusals: for training and for proof."""
    import subprocess
    import sys

    command = [sys.executable, "-m", "sandbox", "--port", str(port)]
    command += ["--load", str(load)] if load is not None else []
    command += ["--real-limits"] if real_limits else []
    terminal().remark("docs/sandbox.md says how a customer is connected to it; Ctrl-C ends it")
    try:
        fail_if(subprocess.run(command, check=False).returncode != 0)
    except KeyboardInterrupt:
        terminal().remark("the sandbox is closed; nothing of it is kept")


@click.command()
@click.option("--customer", "-c", default="demo", show_default=True, help="Whose settings and overlays.")
@click.option("--all", "every", is_flag=True, help="Tell of every record, quiet ones too.")
@json_option
def demo(customer: str, every: bool, as_json: bool) -> None:
    """Connect a sample company to both systems in the sandbox, from the first sync to a paid bill."""
    from engine.live.story import story
    from engine.live.sync import summary
    from engine.report import run
    from engine.workspace import Workspace

    desk, said = Workspace(click.get_current_context().obj).customer(customer), terminal()
    titles = {name: mapping.title for name, mapping in desk.book.mappings.items()}
    found: list[Any] = []
    known: set[str] = set()
    with progress() as tell:
        for chapter in story(desk, tell):
            report = chapter.report
            if as_json:
                done = run.data(report.plan, report.failures, summary(report), every) if report else None
                found.append({"title": chapter.title, "lines": list(chapter.lines), "run": done})
                continue
            run.chapter(chapter.title, chapter.text, chapter.lines, said)
            if report is not None:
                run.show(report.plan, titles, report.failures, report.tally.told, said, every, known)
    if as_json:
        print_json(found)
