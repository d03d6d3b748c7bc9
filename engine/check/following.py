"""What only follows from another mistake is not told: its cure cures both.

A base line whose field is mistyped is missing under its right name, so every overlay and every row
of the page that names it would have a message of its own. Before: everything that finds problems.
After: the report.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from engine.spec.problem import Problem

_NO_FIELD = re.compile(r"no field '([^']*)' in ")
_NO_LINE = re.compile(r"(?:cannot (?:replace|drop)|no line) '([^']*)'")
_MEANT = re.compile(r"did you mean '([^']*)'\?")


def without_following(problems: Iterable[Problem]) -> list[Problem]:
    """The problems, less those of lines that are there under a mistyped name."""
    found = list(problems)
    mistyped = {
        (_mapping(p), said.group(1), meant.group(1))
        for p in found
        if p.code == "E202" and (said := _NO_FIELD.match(p.text)) and (meant := _MEANT.match(p.label))
    }
    return [p for p in found if p.code not in ("E301", "E230") or not _follows(p, mistyped)]


def _mapping(problem: Problem) -> str:
    """The mapping a file speaks of; an overlay has its name."""
    return problem.span.file.rpartition("/")[2].removesuffix(".yaml")


def _follows(problem: Problem, mistyped: set[tuple[str, str, str]]) -> bool:
    said, meant = _NO_LINE.match(problem.text), _MEANT.match(problem.label)
    if said is None or meant is None:
        return False
    wanted, there = said.group(1).split("."), meant.group(1).split(".")
    return len(wanted) == len(there) and all(
        right == wrong or (_mapping(problem), wrong, right) in mistyped
        for right, wrong in zip(wanted, there, strict=True)
    )
