"""`python -m sandbox --port 0 --load FILE`: serve both systems on loopback.

Prints one line, `listening on http://127.0.0.1:PORT`, when calls may come.
"""

from __future__ import annotations

import argparse
import copy
import socket
import sys
from pathlib import Path
from typing import Any

import uvicorn

from sandbox.answers import BadJson, parse
from sandbox.app import Settings, build
from sandbox.gateway import over_a_socket
from sandbox.sample import sample_world
from sandbox.world import BadWorld, World

HOST, LAST_PORT = "127.0.0.1", 65_535


def main() -> None:
    """Read the world, take a port, serve."""
    options = _options()
    data = sample_world() if options.load is None else _world(options.load)
    world = World()
    world.load(copy.deepcopy(data))
    app = build(world, Settings(real_limits=options.real_limits, origin=data))
    app.state.postman.start()
    # The protocol is named, or asyncio leaves Nagle's delay on: forty milliseconds a call.
    door = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind((HOST, options.port))
    except OSError as error:
        sys.exit(
            f"port {options.port} cannot be had: {error.strerror}\n  fix: another --port, or 0 for a free one"
        )
    config = uvicorn.Config(
        over_a_socket(app),
        log_level="warning",
        access_log=False,
        date_header=False,  # the gateway tells the sandbox's time
        lifespan="off",
        http="h11",
        ws="none",
        proxy_headers=False,
    )
    _Announced(config, f"listening on http://{HOST}:{door.getsockname()[1]}").run(sockets=[door])


def _world(path: Path) -> dict[str, Any]:
    """The world of a file; ends in words if it holds none."""
    fix = "name a file with what GET /_sandbox/world answered"
    try:
        data = parse(path.read_bytes())
        World().load(copy.deepcopy(data))
    except OSError as error:
        sys.exit(f"{path}: {error.strerror}\n  fix: {fix}")
    except BadJson as error:
        sys.exit(f"{path} is no JSON: {error}\n  fix: {fix}")
    except BadWorld as error:
        sys.exit(f"{path} holds no world of a sandbox: {error}\n  fix: {fix}")
    return dict(data)


def _port(text: str) -> int:
    if not text.isdigit() or int(text) > LAST_PORT:
        raise argparse.ArgumentTypeError(f"{text} is no port: 0 to {LAST_PORT:,}")
    return int(text)


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
    parser.add_argument("--port", type=_port, default=0, help="0 takes a free one")
    parser.add_argument("--load", type=Path, help="a world as GET /_sandbox/world gives it; else the sample")
    parser.add_argument("--real-limits", action="store_true", help="the rate limits of the real systems")
    return parser.parse_args()


if __name__ == "__main__":
    main()
