"""Problems as an implementer reads them: place, source line, caret, what to write instead.

One rendering for people (coloured pieces) and one for machines. The coloured pieces joined are the
plain text, so what a pipe and a snapshot see is what a person saw. Before: every station that
finds problems. After: `cli`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

from engine.spec.model import Book
from engine.spec.problem import Problem, Span
from engine.spec.source import source_line

Piece = tuple[str, str]  # text, style
PLACE, ERROR, WARNING, FRAME, HINT = "bold", "bold red", "bold yellow", "blue", "green"
WIDEST = 120


class Sources:
    """The lines of the files that problems point into; what cannot be read has none."""

    def __init__(self, root: Path):
        self.root = root
        self._text = lru_cache(maxsize=None)(self._read)

    def line(self, span: Span) -> str:
        """The line a span points at, or ""."""
        return source_line(self._text(span.file), span.line)

    def _read(self, name: str) -> str:
        try:
            return (self.root / name).read_text("utf-8", errors="replace")
        except OSError:
            return ""


def pieces(problem: Problem, sources: Sources) -> list[list[Piece]]:
    """The problem as lines of coloured pieces."""
    colour = ERROR if problem.is_error else WARNING
    place = problem.span.file if _no_place(problem.span) else str(problem.span)
    first = [
        (f"{place}: ", PLACE),
        (f"{problem.severity}[{problem.code}]", colour),
        (f" {problem.text}", PLACE),
    ]
    rest = _excerpt(problem, sources.line(problem.span), colour)
    width = len(str(problem.span.line)) if len(rest) > 1 else 1
    rest += [[(f"{'':{width}} = ", FRAME), (note, "")] for note in problem.notes]
    if problem.fix:
        rest.append([(f"{'':{width}} = ", FRAME), (f"fix: {problem.fix}", HINT)])
    return [first, *rest]


def plain(problem: Problem, sources: Sources) -> str:
    """The same without colour."""
    return "\n".join("".join(text for text, _ in line) for line in pieces(problem, sources))


def as_data(problems: Sequence[Problem]) -> dict[str, object]:
    """All problems for machines."""
    errors = sum(p.is_error for p in problems)
    return {
        "errors": errors,
        "warnings": len(problems) - errors,
        "problems": [p.as_data() for p in problems],
    }


def count_line(problems: Sequence[Problem]) -> str:
    """What stands at the end: `2 errors and 1 warning in 3 files`."""
    errors = sum(p.is_error for p in problems)
    counts = (("error", errors), ("warning", len(problems) - errors))
    said = " and ".join(counted(number, word) for word, number in counts if number)
    files = len({p.span.file for p in problems})
    return f"{said} in {counted(files, 'file')}" if said else "no problems"


def counted(number: int, word: str, plural: str = "") -> str:
    """`1 file`, `3 files`."""
    return f"{number:,} {word if number == 1 else plural or word + 's'}"


def _no_place(span: Span) -> bool:
    """A problem of a whole file or folder, where line 1 says nothing."""
    return (span.line, span.column, span.length) == (1, 1, 1)


def _excerpt(problem: Problem, line: str, colour: str) -> list[list[Piece]]:
    span = problem.span
    if not line.strip() or _no_place(span):
        return [[("  = ", FRAME), (problem.label, HINT)]] if problem.label else []
    shown, start = _window(_harmless(line), span.column - 1)
    length = max(1, min(span.length, len(shown) - start))
    indent = " " * _cells(shown[:start])
    carets = "^" * max(1, _cells(shown[start : start + length]))
    number = str(span.line)
    blank = " " * len(number)
    under: list[Piece] = [(f"{blank} | ", FRAME), (indent, ""), (carets, colour)]
    if problem.label:
        under.append((f" {problem.label}", colour))
    return [[(f"{blank} |", FRAME)], [(f"{number} | ", FRAME), (shown, "")], under]


def _harmless(line: str) -> str:
    """Tabs and control characters would move the caret, or the terminal."""
    return "".join(" " if c == "\t" else "\ufffd" if unicodedata.category(c)[0] == "C" else c for c in line)


def _window(line: str, start: int) -> tuple[str, int]:
    """The part of a very long line that is worth showing, and where the place is in it."""
    start = min(start, len(line))
    if len(line) <= WIDEST:
        return line, start
    cut = max(0, start - WIDEST // 3)
    part = line[cut : cut + WIDEST]
    head, tail = "…" if cut else "", "…" if cut + WIDEST < len(line) else ""
    return f"{head}{part}{tail}", start - cut + len(head)


def _cells(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else not unicodedata.combining(c) for c in text)


def blocks(problems: Iterable[Problem], sources: Sources) -> str:
    """All problems as plain text, a blank line between."""
    return "\n\n".join(plain(problem, sources) for problem in problems)


def all_well(book: Book, customer: str | None) -> str:
    """What `check` says when nothing is wrong: what it looked at."""
    looked = [
        counted(len(book.mappings), "mapping"),
        counted(len(book.shapes), "shape"),
        counted(len(book.settings), "setting"),
        f"customer {customer}" if customer else counted(len(book.customers), "customer"),
    ]
    return f"{', '.join(looked)}: no problems"
