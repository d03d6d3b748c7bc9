"""Where a command speaks: coloured tables for a person who watches, plain text for a pipe.

Data goes to stdout, remarks and progress to stderr. `NO_COLOR` is honoured; a pipe is 100 columns
wide, so that what a file keeps does not depend on somebody's window. Before: every report. After:
nothing; `cli` hands one of these around.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal, TextIO

from engine.report.problems import Piece

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

PIPE_WIDTH = 100
ROOMY = 80  # from here on an id may stay in one piece without pressing all else
_under_way: list[Callable[[], None]] = []


@contextmanager
def under_way(leave: Callable[[], None]) -> Iterator[None]:
    """While something moves on the screen; `leave` takes it away, and is called before anything is said."""
    _under_way.append(leave)
    try:
        yield
    finally:
        _under_way.remove(leave)
        leave()


def cleared() -> None:
    """Takes away what moves on the screen: a line goes over it otherwise."""
    for leave in _under_way:
        leave()


class Terminal:
    """Both streams of one command. Rich is imported when the first line is said."""

    def __init__(self, out: TextIO | None = None, err: TextIO | None = None):
        self._out, self._err = out, err
        self._consoles: dict[bool, Console] = {}

    def console(self, err: bool = False) -> Console:
        """The Rich console of a stream, to say something at once."""
        cleared()
        if err not in self._consoles:
            from rich.console import Console

            stream = (self._err or sys.stderr) if err else (self._out or sys.stdout)
            watched = stream.isatty()
            self._consoles[err] = Console(
                file=stream,
                width=None if watched else _width(),
                force_terminal=watched,
                no_color=True if "NO_COLOR" in os.environ or not watched else None,
                highlight=False,
                soft_wrap=not watched,
                markup=False,
                emoji=False,
            )
        return self._consoles[err]

    @property
    def watched(self) -> bool:
        """Whether a person looks at stdout."""
        return self.console().is_terminal

    @property
    def width(self) -> int:
        """Columns to lay out for: readable ones, however wide the window is."""
        return min(self.console().width, 120)

    def say(self, text: str = "", style: str = "") -> None:
        """One line of data."""
        self.console().print(text, style=style or None)

    def remark(self, text: str, style: str = "dim") -> None:
        """One line that is not data."""
        self.console(err=True).print(text, style=style)

    def lines(self, lines: Iterable[Sequence[Piece]], err: bool = False) -> None:
        """Lines of coloured pieces. On a screen what goes on stays below what it belongs to."""
        from rich.text import Text

        console = self.console(err)
        for line in lines:
            said = Text.assemble(*((text, style or "") for text, style in line))
            if not console.is_terminal or len(said.plain) <= console.width:
                console.print(said)
                continue
            for part in _hanging(said, _indent(line, console.width // 3), console):
                console.print(part)

    def table(
        self,
        head: Sequence[str],
        rows: Iterable[Sequence[Any]],
        right: Sequence[int] = (),
        indent: int = 0,
        whole: Sequence[int] = (),
    ) -> None:
        """A table that fits the width; numbers in the columns of `right` stand to the right, ids in those of
        `whole` stay in one piece, so that they can be copied.
        """
        from rich import box
        from rich.padding import Padding
        from rich.table import Table

        table = Table(box=box.SIMPLE_HEAD if self.watched else None, pad_edge=False, padding=(0, 2, 0, 0))
        for index, name in enumerate(head):
            side: Literal["left", "right"] = "right" if index in right else "left"
            one_piece = index in right or (index in whole and self.width >= ROOMY)
            table.add_column(name, justify=side, overflow="fold", no_wrap=one_piece)
        for row in rows:
            table.add_row(*(cell if hasattr(cell, "__rich_console__") else str(cell) for cell in row))
        console, padded = self.console(), Padding(table, (0, 0, 0, indent), expand=False)
        if self.watched:
            console.print(padded, soft_wrap=False, width=self.width)
            return
        with console.capture() as plain:  # without the blanks that fill the last column
            console.print(padded, soft_wrap=False, width=self.width)
        for line in plain.get().splitlines():
            console.print(line.rstrip())


def _indent(line: Sequence[Piece], most: int) -> int:
    """Where the text of a line begins: after its blanks, and after pieces that end in one."""
    found = len(line[0][0]) - len(line[0][0].lstrip())
    at = 0
    for text, _ in line[:-1]:
        at += len(text)
        if not text.endswith(" ") or at > most:
            break
        found = at
    return found if found <= most else 0


def _hanging(said: Text, indent: int, console: Console) -> Iterator[Text]:
    """A long line as several, all but the first indented."""
    head, rest = said.divide([indent]) if indent else (said[:0], said)
    for part in rest.wrap(console, console.width - indent):
        yield head + part
        head = type(said)(" " * indent)


def _width() -> int:
    given = os.environ.get("COLUMNS", "")
    return int(given) if given.isdigit() and int(given) > 20 else PIPE_WIDTH
