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
    mounts = [
        Mount(f"/{system}", app=Gateway(_system(system, world), system, log, limits, faults))
        for system in SYSTEMS
        if importlib.util.find_spec(f"sandbox.{system}.routes") is not None
    ]
    return Starlette(routes=[*mounts, Mount("/_sandbox", routes=control.routes())])


def _system(system: str, world: World) -> Starlette:
    routes: list[Route] = importlib.import_module(f"sandbox.{system}.routes").routes(world)
    return Starlette(routes=routes)
