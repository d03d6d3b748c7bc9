"""The sandbox as one application: `/xero`, `/procore`, and `/_sandbox` to steer both."""

from __future__ import annotations

import importlib
import importlib.util
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.routing import Mount, Route

from sandbox.control import Control
from sandbox.faults import Faults
from sandbox.gateway import Gateway, Log
from sandbox.limits import Limits
from sandbox.post import Postman
from sandbox.world import World

SYSTEMS = ("xero", "procore")


@dataclass
class Settings:
    """How the sandbox behaves, beside what is in its world."""

    real_limits: bool = False
    origin: dict[str, Any] = field(default_factory=dict)  # the world that `POST load` without a body restores


def build(world: World, settings: Settings | None = None) -> Starlette:
    """The application over a world."""
    settings = settings or Settings()
    log, faults = Log(), Faults()
    limits = Limits(world.clock, settings.real_limits)
    control = Control(world, log, faults, limits, settings.origin)
    systems = [
        Mount(f"/{system}", app=Gateway(Starlette(routes=there), system, log, limits, faults))
        for system in SYSTEMS
        if (there := _routes(system, "routes", world))
    ]
    screens = [Mount(f"/{system}", routes=_routes(system, "control", world)) for system in SYSTEMS]
    postman = Postman(world, faults)
    own = [*control.routes(), *postman.routes(), *screens]
    app = Starlette(routes=[*systems, Mount("/_sandbox", routes=own)])
    app.state.postman = postman  # who serves the application starts it
    return app


def _routes(system: str, module: str, world: World) -> list[Route]:
    """A system's routes (`routes`: what it answers; `control`: what people do in its own screens)."""
    name = f"sandbox.{system}.{module}"
    if importlib.util.find_spec(name) is None:
        return []
    found: list[Route] = importlib.import_module(name).routes(world)
    return found
