"""The values a system's places are filled with: the customer's settings, with the environment before them.

Only what leads to an account (hosts, company, organisation) may come from the environment, as
CROSSWALK_<SETTING>; anything else there would change what a customer's mappings do without a trace.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from engine.system import places
from engine.system.model import System
from engine.system.port import Unreachable

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def account(
    system: System, settings: Mapping[str, Any], environ: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The values of every place that a setting fills."""
    environ = os.environ if environ is None else environ
    values: dict[str, Any] = {name: each for name, each in settings.items() if isinstance(each, (str, int))}
    for name in reached_by(system):
        said = environ.get(f"CROSSWALK_{name.upper()}")
        if said:
            values[name] = said
        if "://" in str(values.get(name, "")):
            values[name] = str(values[name]).rstrip("/")
    return values


def reached_by(system: System) -> list[str]:
    """The settings that say where an account is."""
    texts = [system.base, str(system.auth.get("token", "")), *system.headers.values()]
    return list(dict.fromkeys(name for text in texts for name, _ in places.names(text)))


def safe(url: str, what: str) -> str:
    """An address that a token may be sent to: TLS, or this machine. Raises `Unreachable`."""
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return url
    if parts.scheme == "http" and parts.hostname in LOOPBACK:
        return url
    raise Unreachable(f"{what} is at '{url}', which is no https address", "give the host as https://…")
