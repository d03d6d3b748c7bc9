"""The command listen."""

from __future__ import annotations

from contextlib import ExitStack

import click

from engine.commands.common import connected, ledger_option
from engine.console import terminal


@click.command()
@click.argument("customers", nargs=-1, required=True, metavar="CUSTOMER…")
@click.option("--host", default="127.0.0.1", show_default=True, help="Plain HTTP: let TLS end before it.")
@click.option("--port", default=8791, show_default=True, help="0 takes a free one.")
@click.option("--register", "public", metavar="URL", help="Tell Procore this public address instead.")
@ledger_option
def listen(customers: tuple[str, ...], host: str, port: int, public: str | None, ledger_url: str) -> None:
    """Take webhooks of Procore and Xero as hints that there is something to sync."""
    from engine.live.listening import ears, serve
    from engine.live.registering import register

    with ExitStack() as held:
        connections = [held.enter_context(connected(name, ledger_url)) for name in dict.fromkeys(customers)]
        if public:
            for connection in connections:
                for line in register(connection, public):
                    click.echo(f"{connection.name}: {line}")
            return
        found = ears(connections)
        for name, ear in found.items():
            terminal().remark(f"{name}: " + ", ".join(f"POST /{system}/{name}" for system in ear.words))
        serve(found, connections[0].clock, host, port)
