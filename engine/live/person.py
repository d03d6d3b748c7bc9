"""Who works at this command line: what the events of the ledger name.

CROSSWALK_WHO goes before the name this machine knows, for schedules and shared accounts.
"""

from __future__ import annotations

import getpass
from collections.abc import Mapping

from engine.approve.people import plain

VARIABLE, UNKNOWN = "CROSSWALK_WHO", "somebody"


def person(environ: Mapping[str, str]) -> str:
    """The name to write down."""
    if name := plain(environ.get(VARIABLE, "")):
        return name
    try:
        return plain(getpass.getuser()) or UNKNOWN
    except (OSError, KeyError, ImportError):
        return UNKNOWN
