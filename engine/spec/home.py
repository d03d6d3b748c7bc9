"""Where `mappings/` and `schemas/` are: beside the code while it is worked on, inside it once installed.

Nothing comes before this; `load` and `schema` ask it. A wheel carries a copy of both folders as
`engine/_data`, so that an installed Crosswalk shows the shipped mappings without a checkout.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

_MARK = Path("schemas", "language", "mapping.schema.json")


@lru_cache(maxsize=1)
def home() -> Path:
    """The folder that holds `mappings/` and `schemas/`."""
    engine = Path(__file__).resolve().parent.parent
    checkout = engine.parent
    if (checkout / _MARK).is_file():
        return checkout
    return _inside_the_package()


def _inside_the_package() -> Path:
    # Slow to import, and only an installed wheel needs it.
    from importlib.resources import files

    data = Path(str(files("engine"))) / "_data"
    if not (data / _MARK).is_file():
        raise FileNotFoundError(f"no mappings and schemas beside {data.parent} or inside it")
    return data
