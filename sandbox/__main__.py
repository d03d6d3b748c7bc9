"""`python -m sandbox --port 0 --load FILE`: serve both systems on loopback.

Prints one line, `listening on http://127.0.0.1:PORT`, when calls may come.
"""

from __future__ import annotations

import argparse
import copy
import socket
from pathlib import Path
from typing import Any

import uvicorn

from sandbox.answers import parse
from sandbox.app import Settings, build
from sandbox.gateway import over_a_socket
from sandbox.sample import sample_world
from sandbox.world import World

HOST = "127.0.0.1"


def main() -> None:
    """Read the world, take a port, serve."""
    options = _options()
    data: dict[str, Any] = parse(options.load.read_bytes()) if options.load else sample_world()
    world = World()
    world.load(copy.deepcopy(data))
    app = build(world, Settings(real_limits=options.real_limits, origin=data))
    app.state.postman.start()
    # The protocol is named, or asyncio leaves Nagle's delay on: forty milliseconds a call.
    door = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    door.bind((HOST, options.port))
    config = uvicorn.Config(
        over_a_socket(app),
        log_level="warning",
        access_log=False,
        lifespan="off",
        http="h11",
        ws="none",
        proxy_headers=False,
    )
    _Announced(config, f"listening on http://{HOST}:{door.getsockname()[1]}").run(sockets=[door])


class _Announced(uvicorn.Server):
    """A server that says when it is ready."""

    def __init__(self, config: uvicorn.Config, line: str) -> None:
        super().__init__(config)
        self.line = line

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen, then say so."""
        await super().startup(sockets)
        print(self.line, flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="sandbox", description="Procore and Xero on loopback.")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--load", type=Path, help="a world as GET /_sandbox/world gives it; else the sample")
    parser.add_argument("--real-limits", action="store_true", help="the rate limits of the real systems")
    return parser.parse_args()


if __name__ == "__main__":
    main()
