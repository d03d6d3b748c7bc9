"""Settings that nobody declares: one message for what is one mistake, however often it is used.

A setting used in forty places and declared in none is one mistake; a settings file that lost half
of its settings is one too. Before: everything that finds unknown settings, each at its place.
After: the report.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from engine.spec.problem import Problem, Span, ordered

A_FEW = 3  # more names than this are not mistyped: the file lacks them
_SAID = re.compile(r"no setting '([^']*)'\Z")


def gathered(name: str, problems: Iterable[Problem]) -> list[Problem]:
    """The problems of the book `name`, those of unknown settings told once each, or once for all."""
    kept: list[Problem] = []
    uses: dict[str, list[Problem]] = {}
    for problem in ordered(problems):
        said = _SAID.match(problem.text)
        if said is None or problem.label:  # what is near another name is mistyped, each time anew
            kept.append(problem)
        else:
            uses.setdefault(said.group(1), []).append(problem)
    told = [_lacks(name, uses)] if len(uses) > A_FEW else [_once(found) for found in uses.values()]
    return ordered([*kept, *told])


def _once(found: list[Problem]) -> Problem:
    """The first use, and how many more there are."""
    if len(found) == 1:
        return found[0]
    where = f"used in {len(found) - 1} more place{'s' if len(found) > 2 else ''}: {found[1].span}"
    return replace(found[0], notes=(*found[0].notes, f"{where}{' …' if len(found) > 2 else ''}"))


def _lacks(name: str, uses: dict[str, list[Problem]]) -> Problem:
    """One message for all settings the file lacks, with the first place of each."""
    file = f"mappings/{name}/settings.yaml"
    places = tuple(f"{each}: {uses[each][0].span}" for each in sorted(uses))
    text = f"{len(uses)} settings are used and not declared here"
    fix = "declare them under `settings:`, or take out what uses them"
    return Problem("E209", Span(file, 1, 1), text, "the first place each is used stands below", places, fix)
