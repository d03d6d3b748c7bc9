"""What a validator's error means, in words for someone who has never read a JSON Schema.

Before this: `schema`, which finds the errors. After it: `load`, which puts a place under each. A
schema helps with two words of its own: `title` names the thing ("a rule"), `x-must` says what a
pattern or a limit asks for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from engine.spec.problem import did_you_mean, near

Path = tuple[str | int, ...]

# Words of other tools, and what the same thing is called here.
ELSEWHERE = {
    "source": "from",
    "expr": "from",
    "expression": "from",
    "value": "from",
    "populated_from": "from",
    "lookup": "link",
    "constant": "const",
    "template": "text",
    "condition": "when",
    "if": "when",
}

MOST_WORDS = 8  # more than these are not listed, if the whole has a name

_KINDS = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a map",
    "null": "null",
}


@dataclass(frozen=True, slots=True)
class Violation:
    """One mistake of form: where (a path, and whether its key or its value), what, what to do.

    E104 is a mistake with a key (unknown, missing), E105 one with a value. A missing key is reported
    at the map that lacks it. The last three fields let `schema` see that two are one mistake: the key
    that was meant, the key that is missing, and which of two messages about one place says more.
    """

    path: Path
    on_key: bool
    code: str
    text: str
    fix: str | None = None
    meant: str = field(default="", compare=False)
    missing: str = ""
    rank: int = field(default=1, compare=False)


def worded(error: Any) -> Iterator[Violation]:
    """The violations one validator's error stands for; an error about keys may be about several."""
    yield from _SAID.get(error.validator, _otherwise)(error)


# ------------------------------------------------------------------------------ mistakes with keys
def _unknown_keys(error: Any) -> Iterator[Violation]:
    known = list(error.schema.get("properties", ()))
    for key in error.instance:
        if key in known or _matches_a_pattern(error.schema, key):
            continue
        meant = _meant(key, known, error.instance)
        yield Violation(
            (*error.absolute_path, key),
            True,
            "E104",
            f"unknown key '{key}'{_in(error.schema)}",
            _suggested(key, meant),
            meant=meant,
        )


def _matches_a_pattern(schema: Mapping[str, Any], key: str) -> bool:
    return any(re.search(pattern, key) for pattern in schema.get("patternProperties", ()))


def _meant(key: str, known: Iterable[str], there: Mapping[str, Any]) -> str:
    free = [each for each in known if each not in there]
    called = ELSEWHERE.get(key.lower(), "")
    return called if called in free else near(key, free)


def _suggested(key: str, meant: str) -> str | None:
    if not meant:
        return None
    if ELSEWHERE.get(key.lower()) == meant:
        return f"here it is called '{meant}'"
    return f"did you mean '{meant}'?"


def _missing_keys(error: Any) -> Iterator[Violation]:
    path = tuple(error.absolute_path)
    on_key = bool(path) and isinstance(path[-1], str)
    for key in error.validator_value:
        if key in error.instance:
            continue
        text = f"missing key '{key}'{_in(error.schema)}"
        yield Violation(path, on_key, "E104", text, _what_to_add(error.schema, key), missing=key)


def _what_to_add(schema: Mapping[str, Any], key: str) -> str:
    about = schema.get("properties", {}).get(key)
    said = about.get("description", "") if isinstance(about, dict) else ""
    return f"add '{key}': {said}" if said else f"add '{key}'"


def _in(schema: Mapping[str, Any]) -> str:
    title = schema.get("title")
    return f" in {title}" if title else ""


def _refused_key(error: Any) -> Iterator[Violation]:
    path = tuple(error.absolute_path)
    name = path[-1] if path else "this"
    yield Violation(
        path, True, "E104", f"'{name}' does not go with the other keys here", "remove one of them"
    )


# ---------------------------------------------------------------------------- mistakes with values
def _wrong_kind(error: Any) -> Iterator[Violation]:
    wanted = error.validator_value
    names = [wanted] if isinstance(wanted, str) else list(wanted)
    if error.instance is None:
        yield _about(error, "has no value", "write one, or remove the key", rank=0)
        return
    yield _about(error, f"must be {_kinds(names)}, not {_kind_of(error.instance)}", rank=0)


def _kinds(names: Iterable[str]) -> str:
    words = [_KINDS[name] for name in names if name != "null"]
    return _or(words) if len(words) == 1 else _or(", ".join(words).replace("true or", "true,").split(", "))


def _or(words: Iterable[str]) -> str:
    words = list(words)
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _kind_of(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"the text '{_short(value)}'" if value else "an empty text"
    if isinstance(value, int | float | Decimal):
        return f"the number {value}"
    return "a list" if isinstance(value, list) else "a map"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 40 else f"{line[:39]}…"


def _not_a_word(error: Any) -> Iterator[Violation]:
    words = [error.validator_value] if error.validator == "const" else error.validator_value
    known = list(dict.fromkeys(_plain(word) for word in words))
    given = error.instance
    fix = did_you_mean(given, known) if isinstance(given, str) else ""
    title = error.schema.get("title")
    if title and len(known) > MOST_WORDS:
        yield Violation(
            tuple(error.absolute_path), False, "E105", f"{_quoted(given)} is not {title}", fix or None
        )
        return
    yield _about(error, f"must be {_or(known)}, not {_quoted(given)}", fix or None)


def _plain(word: object) -> str:
    if isinstance(word, bool):
        return "true" if word else "false"
    return "null" if word is None else str(word)


def _quoted(value: object) -> str:
    return f"'{_short(value)}'" if isinstance(value, str) else _kind_of(value)


def _not_so_formed(error: Any) -> Iterator[Violation]:
    must = error.schema.get("x-must", "written in another way")
    fix = did_you_mean(error.instance, error.schema.get("examples", ()))
    if not error.instance:
        yield _about(error, "must not be empty")
    elif _is_a_name(error):
        yield _about(error, f"is not {must}")
    else:
        yield _about(error, f"must be {must}, not '{_short(error.instance)}'", fix or None)


def _too_few(error: Any) -> Iterator[Violation]:
    if error.instance:
        yield from _too_many(error)
    else:
        yield _about(error, "must not be empty", rank=0)


def _too_many(error: Any) -> Iterator[Violation]:
    must = error.schema.get("x-must")
    limit = f"have {_LIMITS[error.validator]} {error.validator_value}"
    yield _about(error, f"must be {must}" if must else f"must {limit}")


_LIMITS = {
    "minItems": "at least",
    "minProperties": "at least",
    "minLength": "at least",
    "maxItems": "at most",
    "maxProperties": "at most",
    "maxLength": "at most",
}


def _too_small(error: Any) -> Iterator[Violation]:
    yield _about(error, f"must be {error.validator_value} or more, not {error.instance}")


def _too_large(error: Any) -> Iterator[Violation]:
    yield _about(error, f"must be {error.validator_value} or less, not {error.instance}")


def _twice(error: Any) -> Iterator[Violation]:
    seen: list[object] = []
    for number, item in enumerate(error.instance):
        if item in seen:
            path = (*error.absolute_path, number)
            yield Violation(
                path, False, "E105", f"{_quoted(item)} is in this list twice", "remove one of them"
            )
        seen.append(item)


def _otherwise(error: Any) -> Iterator[Violation]:
    yield _about(error, "is not as the language has it")


def _about(error: Any, text: str, fix: str | None = None, rank: int = 1) -> Violation:
    path = tuple(error.absolute_path)
    if _is_a_name(error):
        return Violation((*path, error.instance), True, "E104", f"'{error.instance}' {text}", fix)
    return Violation(path, False, "E105", f"{_subject(path)} {text}", fix, rank=rank)


def _is_a_name(error: Any) -> bool:
    return "propertyNames" in error.absolute_schema_path


def _subject(path: Path) -> str:
    if not path:
        return "the file"
    last = path[-1]
    if isinstance(last, str):
        return f"'{last}'"
    holder = next((part for part in reversed(path) if isinstance(part, str)), None)
    return f"item {last + 1} of '{holder}'" if holder else f"item {last + 1}"


_SAID: dict[str | None, Callable[[Any], Iterator[Violation]]] = {
    None: _refused_key,  # a key whose schema is `false`
    "additionalProperties": _unknown_keys,
    "unevaluatedProperties": _unknown_keys,
    "required": _missing_keys,
    "type": _wrong_kind,
    "enum": _not_a_word,
    "const": _not_a_word,
    "pattern": _not_so_formed,
    "minLength": _too_few,
    "minItems": _too_few,
    "minProperties": _too_few,
    "maxLength": _too_many,
    "maxItems": _too_many,
    "maxProperties": _too_many,
    "minimum": _too_small,
    "maximum": _too_large,
    "uniqueItems": _twice,
}
