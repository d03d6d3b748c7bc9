"""What a request to Xero may hold, by the project's own shapes: `schemas/xero/<object>.yaml`.

Procore's operations take other members each; they are in `procore/members`. The real systems ignore members
they do not know; the sandbox refuses them, for a misspelt name is the worst mistake a mapping can make. The
YAML is read with a plain reader and none of the engine's code. A `Problem` is of kind `form` (unknown member,
wrong type, not writable: the caller's mistake) or `limit` (too long, not among the values: the record's).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any

import yaml

Shape = dict[str, Any]
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?")
_PLACES = {"money": 2}
WRITES = "writes"


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a body."""

    path: str
    text: str
    kind: str

    def __str__(self) -> str:
        return f"{self.path}: {self.text}"


def _folder() -> Path:
    above = Path(__file__).resolve().parents[1]
    beside = above / "schemas"
    return beside if beside.is_dir() else above / "engine" / "_data" / "schemas"


@cache
def shape(name: str) -> Shape:
    """A shape by its `$id`, such as `xero.bill`."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = _folder().joinpath(*name.split(".")).with_suffix(".yaml").read_text("utf-8")
    read: Shape = yaml.load(text, Loader=loader)
    return read


@dataclass(frozen=True)
class Member:
    """A member of a written body, where the body has it."""

    schema: Shape
    members: dict[str, Member] | None = None
    elements: Member | None = None


@cache
def written(name: str) -> Member:
    """A written record's form."""
    whole = shape(name)
    sources = whole.get("x-sources", {})
    return _member(whole, WRITES if WRITES in sources else next(iter(sources), WRITES))


def _member(schema: Shape, source: str) -> Member:
    described = {**shape(schema["$ref"]), **schema} if "$ref" in schema else schema
    if "properties" in described:
        inside: dict[str, Member] = {}
        for name, each in described["properties"].items():
            _place(name, each, source, inside)
        identity = described.get("x-identity", [])
        names = identity if isinstance(identity, list) else [identity]
        kept = {n: m.schema for n, m in inside.items() if n in names}
        inside |= {n: Member({**s, "readOnly": False, "x-write": "always"}) for n, s in kept.items()}
        return Member(schema, inside)
    if "items" in described:
        return Member(schema, None, _member(described["items"], source))
    return Member(schema)


def _place(name: str, schema: Shape, source: str, inside: dict[str, Member]) -> None:
    """Put a member where the written body has it, if it has it at all."""
    moves = schema.get("x-from", {})
    path = moves.get(source, name)
    if path is None or path.startswith(("{", "/")) or "x-joins" in schema or "x-computed" in schema:
        return
    target = inside
    *above, last = path.split(".")
    for step in above:
        there = target.setdefault(step, Member({"type": "object"}, {}))
        target = there.members if there.members is not None else {}
    target[last] = _member(schema, source)


def check(name: str, body: Any, *, at: str = "") -> list[Problem]:
    """What is wrong with a written record of that shape; the body is the record itself."""
    return list(_problems(written(name), body, at or name))


def _problems(member: Member, value: Any, path: str) -> Iterator[Problem]:
    schema = member.schema
    if schema.get("readOnly") or schema.get("x-write") == "never":
        yield Problem(path, "cannot be written", "form")
    elif value is None:
        return
    elif member.members is not None:
        yield from _of_an_object(member, value, path)
    elif member.elements is not None:
        yield from _of_a_list(member, value, path)
    else:
        wrong = _type_problem(schema, value)
        if wrong:
            yield Problem(path, wrong, "form")
        else:
            yield from (Problem(path, text, "limit") for text in _limits(schema, value))


def _of_an_object(member: Member, value: Any, path: str) -> Iterator[Problem]:
    if not isinstance(value, dict):
        yield Problem(path, "is not an object", "form")
        return
    for name, inner in value.items():
        known = (member.members or {}).get(name)
        if known is None:
            yield Problem(f"{path}.{name}", "is not known here", "form")
        else:
            yield from _problems(known, inner, f"{path}.{name}")


def _of_a_list(member: Member, value: Any, path: str) -> Iterator[Problem]:
    if not isinstance(value, list):
        yield Problem(path, "is not a list", "form")
        return
    most = member.schema.get("maxItems")
    if most is not None and len(value) > most:
        yield Problem(path, f"has {len(value)} elements, at most {most}", "limit")
    for number, inner in enumerate(value):
        if inner is None:
            yield Problem(f"{path}[{number}]", "is null", "form")
        elif member.elements is not None:
            yield from _problems(member.elements, inner, f"{path}[{number}]")


_KINDS: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, Decimal),
    "boolean": (bool,),
    "object": (dict,),
    "array": (list,),
}


def _type_problem(schema: Shape, value: Any) -> str | None:
    given = schema.get("type", [])
    names = [given] if isinstance(given, str) else list(given)
    fits = [n for n in names if isinstance(value, _KINDS[n]) and (n == "boolean") == isinstance(value, bool)]
    if names and not fits:
        return f"is {value!r}, not of type {' or '.join(names)}"
    meaning = schema.get("x-type")
    if isinstance(value, str) and meaning == "date" and not a_date(value):
        return f"is {value!r}, not a date as YYYY-MM-DD"
    if isinstance(value, str) and meaning == "instant" and not _INSTANT.fullmatch(value):
        return f"is {value!r}, not an instant"
    if isinstance(value, str) and meaning in {"money", "decimal"}:
        try:
            Decimal(value)
        except InvalidOperation:
            return f"is {value!r}, not a number"
    return None


def a_date(text: str) -> bool:
    """Whether a text is a day of the calendar, as YYYY-MM-DD."""
    try:
        return bool(_DATE.fullmatch(text) and date.fromisoformat(text))
    except ValueError:
        return False


def _limits(schema: Shape, value: Any) -> Iterator[str]:
    text = isinstance(value, str)
    if text and len(value) > schema.get("maxLength", len(value)):
        yield f"has {len(value)} characters, at most {schema['maxLength']}"
    if text and len(value) < schema.get("minLength", 0):
        yield "is empty"
    if text and "pattern" in schema and not re.search(schema["pattern"], value):
        yield f"is {value!r}, which it cannot be"
    if "enum" in schema and value not in schema["enum"]:
        yield f"is {value!r}, not one of {', '.join(map(str, schema['enum']))}"
    if schema.get("x-type") in {"money", "decimal"}:
        exponent = Decimal(value).normalize().as_tuple().exponent
        most = int(_PLACES.get(schema["x-type"]) or schema.get("x-scale", 4))
        if isinstance(exponent, int) and -exponent > most:
            yield f"is {value}, with more than {most} places"
