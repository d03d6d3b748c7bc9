"""Places in a record by path, `items[0].amount`: read, set, taken out.

For examples that change a recorded record, and for whoever points into a mapped one.
"""

from __future__ import annotations

import re
from copy import deepcopy
from typing import Any

_STEP = re.compile(r"([^.\[\]]+)|\[(-?\d+)\]")


def steps_of(path: str) -> list[str | int]:
    """`items[0].amount` as the names and positions on the way."""
    return [name or int(index) for name, index in _STEP.findall(path)]


def _owner(record: Any, steps: list[str | int], make: bool) -> Any:
    place = record
    for step in steps[:-1]:
        if isinstance(step, int):
            if not isinstance(place, list) or not -len(place) <= step < len(place):
                return None
            place = place[step]
        elif isinstance(place, dict):
            if place.get(step) is None and make:
                place[step] = {}
            place = place.get(step)
        else:
            return None
    return place


def put_at(record: Any, path: str, value: Any) -> bool:
    """Sets a path, making the objects on the way; false if a list has no such place."""
    steps = steps_of(path)
    place = _owner(record, steps, make=True)
    last = steps[-1]
    if isinstance(last, int):
        if not isinstance(place, list) or not 0 <= last <= len(place):
            return False
        place[last : last + 1] = [deepcopy(value)]
        return True
    if not isinstance(place, dict):
        return False
    place[last] = deepcopy(value)
    return True


def take_out(record: Any, path: str) -> bool:
    """Takes a path out; false if it is not there."""
    steps = steps_of(path)
    place, last = _owner(record, steps, make=False), steps[-1]
    if isinstance(place, dict) and last in place:
        del place[last]
        return True
    if isinstance(place, list) and isinstance(last, int) and -len(place) <= last < len(place):
        del place[last]
        return True
    return False
