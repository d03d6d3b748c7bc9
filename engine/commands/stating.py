"""The command metadata: what Procore's ERP tool is told of this connector."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from engine.console import FilePath, written

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@click.argument("customer")
@click.option("--out", type=FilePath(dir_okay=False), help="A file; without it, stdout.")
def metadata(customer: str, out: Path | None) -> None:
    """Print Procore's ERP metadata: what goes which way, what is asked, and the limits of fields."""
    from engine.report import metadata as report
    from engine.report.wire_json import dumps
    from engine.workspace import Workspace

    workspace = Workspace(click.get_current_context().obj)
    workspace.known(customer)
    desk = workspace.customer(customer)
    written(dumps(report.metadata(desk.book, desk.settings, desk.flows), 2) + "\n", out)
