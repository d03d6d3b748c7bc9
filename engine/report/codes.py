"""The help page of a code, as `check --explain CODE` prints it.

The texts are in `check.catalog`; here they are laid out. A code nobody has described yet gets its
near neighbours instead of a blank.
"""

from __future__ import annotations

import textwrap
from typing import Any

from engine.report.problems import HINT, PLACE
from engine.report.terminal import Terminal
from engine.spec.problem import did_you_mean, known_here


def entry_of(code: str) -> dict[str, Any]:
    """The page as data; KeyError with a helpful text for an unknown code."""
    try:
        from engine.check.catalog import CATALOG
    except ImportError:
        raise KeyError("this installation has no help pages (engine/check/catalog.py)") from None
    known = {name.upper(): entry for name, entry in CATALOG.items()}
    entry = known.get(code.upper())
    if entry is None:
        raise KeyError(f"no code '{code}'; {did_you_mean(code.upper(), known) or known_here(known, 60)}")
    return {
        "code": code.upper(),
        "title": entry.title,
        "help": entry.help,
        "wrong": entry.wrong,
        "right": entry.right,
    }


def show(entry: dict[str, Any], terminal: Terminal) -> None:
    """The page for people."""
    terminal.lines([[(f"{entry['code']}  ", PLACE), (entry["title"], PLACE)], []])
    for paragraph in textwrap.dedent(entry["help"]).strip().split("\n\n"):
        terminal.say(textwrap.fill(" ".join(paragraph.split()), min(terminal.width, 90)))
        terminal.say()
    for word in ("wrong", "right"):
        if entry[word]:
            terminal.say(f"{word}:", HINT)
            terminal.say(textwrap.indent(textwrap.dedent(entry[word]).strip("\n"), "    "))
            terminal.say()
