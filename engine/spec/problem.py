"""One kind of message for every mistake in a spec, from the YAML reader to the compiler.

A `Problem` says where (a `Span`), what (code and text), what to do (label, fix) and what else
helps (notes). Before it: nothing. After it: everything that reads specs. Errors form this tree:

    Exception
    └── SpecError        carries the problems of a book that cannot be used
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Span(NamedTuple):
    """A place in a file: 1-based line and column, and how many characters it covers.

    A tuple, not a dataclass: every key and value of every file has one, at every start.
    """

    file: str
    line: int
    column: int
    length: int = 1

    def shifted(self, offset: int, length: int) -> Span:
        """The place `offset` characters further on the same line."""
        return Span(self.file, self.line, self.column + offset, max(1, length))

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Problem:
    """A mistake or a warning in a spec.

    `label` stands under the caret, `fix` says what to write instead, `notes` are further facts.
    """

    code: str
    span: Span
    text: str
    label: str = ""
    notes: tuple[str, ...] = ()
    fix: str = ""
    severity: str = "error"

    @property
    def is_error(self) -> bool:
        """Whether this keeps the spec from being used."""
        return self.severity == "error"

    def as_data(self) -> dict[str, object]:
        """The problem for machines (`--json`)."""
        return {
            "code": self.code,
            "severity": self.severity,
            "file": self.span.file,
            "line": self.span.line,
            "column": self.span.column,
            "length": self.span.length,
            "text": self.text,
            "label": self.label,
            "notes": list(self.notes),
            "fix": self.fix,
        }


class SpecError(Exception):
    """Raised where a book with errors is asked to run; carries all problems found."""

    def __init__(self, problems: Sequence[Problem]):
        self.problems = list(problems)
        super().__init__(f"{len(self.problems)} problem(s); the first: {self.problems[0].text}")


def near(word: str, known: Iterable[str]) -> str:
    """The one known word that `word` was probably meant to be, or "" when nothing is near."""
    known = list(known)
    folded = {k.lower(): k for k in known}
    if word.lower() in folded:
        return folded[word.lower()]
    found = difflib.get_close_matches(word, known, n=1, cutoff=0.72)
    return found[0] if found else ""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The suggestion as a label, or "" when nothing is near."""
    found = near(word, known)
    return f"did you mean '{found}'?" if found else ""


def known_here(known: Iterable[str], most: int = 12) -> str:
    """A short list of what would have been right."""
    names = list(known)
    shown = ", ".join(names[:most])
    return f"known here: {shown}{' …' if len(names) > most else ''}" if names else "nothing is known here"


def ordered(problems: Iterable[Problem]) -> list[Problem]:
    """Problems by file and place, one for each mistake.

    The same one seen by several customers is told once, and where YAML itself is odd (E102, E108)
    nothing else is said of that place.
    """
    once = {(p.code, p.span, p.text): p for p in reversed(list(problems))}
    odd = {(p.span.file, p.span.line, p.span.column) for p in once.values() if p.code in ("E102", "E108")}
    return sorted(
        (
            p
            for p in once.values()
            if p.code in ("E102", "E108") or (p.span.file, p.span.line, p.span.column) not in odd
        ),
        key=lambda p: (p.span.file, p.span.line, p.span.column, p.code),
    )
