"""Who works at this command line: what the events of the ledger name.

CROSSWALK_WHO goes before the name this machine knows, for schedules and shared accounts.
"""

from __future__ import annotations

import getpass
from collections.abc import Mapping

VARIABLE = "CROSSWALK_WHO"


def person(environ: Mapping[str, str]) -> str:
    """The name to write down."""
    if name := environ.get(VARIABLE, "").strip():
        return name
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "somebody"
