"""Records damaged at random: what a hostile or careless source might send instead.

Seeded, so that a failure can be run again. Used by the differential test of both engines.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

ODD_VALUES: tuple[Any, ...] = (
    None,
    "",
    " ",
    "0",
    "0.00",
    "-0.0",
    "00012",
    "1e3",
    "1_000",
    "+5",
    " 7.50 ",
    "NaN",
    "Infinity",
    "-Infinity",
    "٣",
    "12.345678",
    "99999999999999999999",
    "2026-02-30",
    "2026-01-31",
    "20260131",
    "2026-W05-1",
    "2026-01-31T00:00:00",
    "2026-01-31T14:05:00Z",
    "/Date(1767225600000+0000)/",
    "/Date(99999999999999999)/",
    "x" * 300,
    "ä" * 60,
    "<b>bold</b>",
    "a\nb\nc\nd\ne\nf",
    "nul\x00and\x0b",
    "half \ud800",
    "null",
    "Approved",
    "DELETED",
    "ACCPAY",
    "1",
    0,
    1,
    -1,
    10**25,
    True,
    False,
    0.1,
    float("nan"),
    Decimal("1.005"),
    Decimal("-250.10"),
    Decimal("NaN"),
    Decimal("1E+30"),
    [],
    {},
    [None],
    ["x"],
    {"id": None},
)


def damaged(records: list[Any], rng: random.Random, times: int) -> list[Any]:
    """A copy of records with a few odd things done to them."""
    found = copy.deepcopy(records)
    for _ in range(times):
        places = list(_places(found))
        if not places:
            break
        owner, key = rng.choice(places)
        _harm(owner, key, rng, places)
    return found


def _harm(owner: Any, key: Any, rng: random.Random, places: list[tuple[Any, Any]]) -> None:
    choice = rng.random()
    if choice < 0.55:
        owner[key] = copy.deepcopy(rng.choice(ODD_VALUES))
    elif choice < 0.7:
        del owner[key]
    elif choice < 0.85:
        other, other_key = rng.choice(places)
        owner[key] = copy.deepcopy(other[other_key])
    elif isinstance(owner, list):
        owner.insert(key, copy.deepcopy(owner[key]))
    elif isinstance(owner[key], str):
        owner[key] = owner[key][: rng.randrange(len(owner[key]) + 1)] + rng.choice(("", "0", "-", ".5", "é"))


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every (owner, key) in a tree, small trees only."""
    if isinstance(value, dict):
        for key in list(value):
            yield value, key
            yield from _places(value[key])
    elif isinstance(value, list):
        for index in range(len(value)):
            yield value, index
            yield from _places(value[index])
