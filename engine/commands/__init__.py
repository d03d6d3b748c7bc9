"""The commands that reach the two systems: `cli` has the others.

Progress goes to stderr: a bar for a person, nothing for a pipe; data to stdout. Everything heavy is
imported inside the command that needs it. Before: `sync` and the other shells. After: `cli`.
"""

from __future__ import annotations

import click

from engine.commands import (
    consolidating,
    correcting,
    examining,
    gating,
    granting,
    hearing,
    keeping,
    linking,
    planning,
    reporting,
    running,
    stating,
    syncing,
)

JOINED = (granting, correcting, consolidating)  # they add their commands to the group erp


def register(group: click.Group) -> None:
    """Adds these commands to the group, in the order of the work."""
    commands = (
        stating.metadata,
        examining.doctor,
        planning.plan,
        planning.apply,
        syncing.sync,
        planning.rehearse,
        hearing.listen,
        running.run,
        gating.erp,
        gating.why,
        linking.link,
        reporting.report,
        keeping.audit,
        keeping.ledger,
        syncing.sandbox,
        syncing.demo,
    )
    for command in commands:
        group.add_command(command)
