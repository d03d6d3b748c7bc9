"""Jinja2 in a sandbox, for templates that are more than names. Imported only when one exists."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from engine.vocabulary.transforms import as_text


@lru_cache(maxsize=1)
def _environment() -> Any:
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, finalize=_shown, autoescape=False)
    for name in ("attr", "map", "xmlattr", "pprint", "random"):
        environment.filters.pop(name, None)
    environment.globals.clear()
    return environment


def _shown(value: Any) -> Any:
    return "" if value is None else value if isinstance(value, str) else as_text(value)


def sandboxed(source: str) -> Callable[[Mapping[str, Any]], str]:
    """A template's source as a function of its names (`vendor.company` nests by itself)."""
    from jinja2 import TemplateError

    template = _environment().from_string(source)

    def render(values: Mapping[str, Any]) -> str:
        tree: dict[str, Any] = {}
        for name, value in values.items():
            *path, last = name.split(".")
            place = tree
            for part in path:
                found = place.setdefault(part, {})
                place = found if isinstance(found, dict) else {}
            place[last] = value
        try:
            text: str = template.render(tree)
        except TemplateError as error:
            raise ValueError(error.message or "a name in it has no value") from None
        return text

    return render
