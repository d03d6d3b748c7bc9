"""Whether a file has the form its kind demands, and if not, what is wrong in plain words.

Before this: `source`, which gives plain data and places. After it: `load`, which puts a place under
each violation. The forms are JSON Schemas in `schemas/language`, written so that one mistake breaks
one rule. A fast validator says yes or no, which is all that nearly every file needs; only after a no
is the slower one asked, which can tell why.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from engine.spec.home import home
from engine.spec.wording import Violation, worded

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema_rs import Draft202012Validator as FastValidator
    from jsonschema_rs import Registry as FastRegistry
    from referencing import Registry

__all__ = ["Violation", "kinds", "language", "schema", "violations"]

_PARTS = "line"  # shared by the others; no file is of this kind


def kinds() -> tuple[str, ...]:
    """The kinds of files there are: mapping, overlay, settings, …"""
    return tuple(kind for kind in _schemas() if kind != _PARTS)


def schema(kind: str) -> dict[str, Any]:
    """The JSON Schema of a kind, as data."""
    return _schemas()[kind]


def language() -> dict[str, dict[str, Any]]:
    """All schemas by name, those only shared by others too, for editors."""
    return dict(_schemas())


def violations(kind: str, data: object) -> list[Violation]:
    """Every mistake of form in a file of this kind, one message for each."""
    if _is_valid(kind, data):
        return []
    errors = _slow(kind).iter_errors(data)
    return _one_for_each_mistake(violation for error in errors for violation in worded(error))


def _is_valid(kind: str, data: object) -> bool:
    try:
        return _fast(kind).is_valid(data)
    except ValueError:  # data that no YAML file of ours can hold, such as a key that is a number
        return False


def _one_for_each_mistake(all_found: Iterable[Violation]) -> list[Violation]:
    """A key mistyped is not also missing, and a value of the wrong kind is nothing else besides."""
    found = list(dict.fromkeys(all_found))
    mistyped = {(violation.path[:-1], violation.meant) for violation in found if violation.meant}
    kept: dict[tuple[object, ...], Violation] = {}
    for violation in sorted(found, key=lambda each: each.rank):
        if (violation.path, violation.missing) not in mistyped:
            kept.setdefault((violation.path, violation.on_key, violation.missing), violation)
    return sorted(kept.values(), key=found.index)


# ------------------------------------------------------------------------ the validators, made once
@lru_cache(maxsize=1)
def _schemas() -> dict[str, dict[str, Any]]:
    files = sorted((home() / "schemas" / "language").glob("*.schema.json"))
    return {file.name.removesuffix(".schema.json"): json.loads(file.read_text("utf-8")) for file in files}


@cache  # one for each kind
def _fast(kind: str) -> FastValidator:
    import jsonschema_rs

    return jsonschema_rs.Draft202012Validator(_schemas()[kind], registry=_fast_registry())


@lru_cache(maxsize=1)
def _fast_registry() -> FastRegistry:
    import jsonschema_rs

    return jsonschema_rs.Registry(
        [(f"json-schema:///{name}.schema.json", each) for name, each in _schemas().items()]
    )


@cache  # one for each kind
def _slow(kind: str) -> Draft202012Validator:
    import jsonschema

    return jsonschema.Draft202012Validator(_schemas()[kind], registry=_registry())


@lru_cache(maxsize=1)
def _registry() -> Registry[Any]:
    from referencing import Registry, Resource

    resources = [(f"{name}.schema.json", Resource.from_contents(each)) for name, each in _schemas().items()]
    return Registry().with_resources(resources)
