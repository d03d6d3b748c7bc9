"""Places in braces: `{project_id}` in an address, `{ContactID}` in a query, `{company:int}` in a body.

A text that is one place and nothing else gives the value as it is, so that a number stays a number; `:int`
makes one of digits. A parameter of an address whose place ends in `?` is left out where it has no value.
Values that go into an address are quoted, so that no code or number can lead it somewhere else, nor end a
text inside a filter. Before: `load`, which checks the names. After: `client`, `body`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

PLACE = re.compile(r"\{([A-Za-z_][A-Za-z0-9_.]*)(:int|\?)?\}")
OPENING = re.compile(r"[{}]")


class NoValue(Exception):
    """A place has no value: which."""

    def __init__(self, name: str):
        super().__init__(name)
        self.name = name


def names(text: str) -> Iterator[tuple[str, int]]:
    """The names of a text's places, each with where it starts."""
    return ((found[1], found.start() + 1) for found in PLACE.finditer(text))


def broken(text: str) -> int:
    """Where a brace stands that belongs to no place; -1 if all belong to one."""
    left = PLACE.sub(lambda found: " " * len(found[0]), text)
    stray = OPENING.search(left)
    return stray.start() if stray else -1


def dig(values: Mapping[str, Any], name: str) -> Any:
    """The value of a name with dots in it; None if there is none."""
    if name in values:
        return values[name]
    found: Any = values
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def filled(text: str, values: Mapping[str, Any], quoted: Callable[[str], str] = str) -> str:
    """The text with its places filled. Raises `NoValue`."""

    def one(found: re.Match[str]) -> str:
        value = dig(values, found[1])
        if value is None or value == "":
            raise NoValue(found[1])
        plain = str(value).lower() if isinstance(value, bool) else str(value)
        if text[found.start() - 1 : found.start()] == '"':  # a text inside a filter, Code=="{Code}"
            plain = plain.replace("\\", "\\\\").replace('"', '\\"')
        return quoted(plain)

    return PLACE.sub(one, text)


def parameters(texts: Mapping[str, str], values: Mapping[str, Any]) -> dict[str, str]:
    """The parameters of an address; those that may be missing are. Raises `NoValue`."""
    made = {}
    for name, text in texts.items():
        try:
            made[name] = filled(text, values)
        except NoValue:
            if not text.endswith("?}"):
                raise
    return made


def address(text: str, values: Mapping[str, Any]) -> str:
    """A path with its places filled: what is filled in is one segment, whatever it holds.

    A segment of dots alone would be taken for a step up, so its dots are quoted too.
    """

    def segment(value: str) -> str:
        return quote(value, safe="") if value.strip(".") else value.replace(".", "%2E")

    return filled(text, values, segment)


def value(text: str, values: Mapping[str, Any]) -> Any:
    """A member of a body: the value itself where the text is one place. Raises `NoValue`."""
    whole = PLACE.fullmatch(text)
    if whole is None:
        return filled(text, values)
    found = dig(values, whole[1])
    if found is None or found == "":
        raise NoValue(whole[1])
    if whole[2] == ":int":
        return int(found) if str(found).isascii() and str(found).isdigit() else found
    return found
