"""Jinja2 in a sandbox, for templates that are more than names. Imported only when one exists.

A template may be short and what it makes endless: texts that double, loops in loops, replacements
that grow. So a rendering has a budget of characters and of turns, and says so when one is used up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from engine.vocabulary.transforms import as_text

MOST_CHARACTERS = 100_000  # of any one text
MOST_WORK = 1_000_000  # of all texts on the way together
MOST_TURNS = 10_000
_BUDGET, _TURNED, _TOGETHER = "(budget)", "(turned)", "(together)"  # no names a template could write


class _Budget:
    """What one rendering may still make."""

    def __init__(self) -> None:
        self.work = MOST_WORK
        self.turns = MOST_TURNS

    def room(self, characters: int) -> None:
        """Stops before a text of so many characters is made, if that is too many."""
        self.work -= characters
        if characters > MOST_CHARACTERS:
            raise _too_long()
        if self.work < 0:
            raise ValueError(f"it takes more than {MOST_WORK:,} characters on its way")

    def turn(self, items: Iterable[Any]) -> Iterator[Any]:
        """The elements of a loop, counted over all loops of the rendering."""
        for item in items:
            self.turns -= 1
            if self.turns < 0:
                raise ValueError(f"its loops turn more than {MOST_TURNS:,} times")
            yield item


def _too_long() -> ValueError:
    return ValueError(f"it would have more than {MOST_CHARACTERS:,} characters")


@lru_cache(maxsize=1)
def _environment() -> Any:
    from jinja2 import StrictUndefined, pass_context
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    class Sandbox(ImmutableSandboxedEnvironment):
        """Additions are measured before they are made."""

        intercepted_binops = frozenset(["+"])

        def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
            context[_BUDGET].room(sum(len(one) for one in (left, right) if isinstance(one, (str, list))))
            return left + right

    def measured(plain: Callable[..., Any]) -> Callable[..., Any]:
        def change(context: Any, text: Any) -> Any:
            context[_BUDGET].room(len(str(text)))
            return plain(text)

        return change

    sandbox = Sandbox(
        undefined=StrictUndefined, finalize=pass_context(_printed), autoescape=False, optimized=False
    )
    for name in ("attr", "map", "xmlattr", "pprint", "random"):
        sandbox.filters.pop(name, None)
    own: dict[str, Callable[..., Any]] = {
        name: measured(sandbox.filters[name]) for name in ("capitalize", "lower", "title", "upper")
    }
    own |= {"replace": _replaced, "join": _joined, _TOGETHER: _joined, _TURNED: _turned}
    # Jinja2 works no filter out while it compiles if it asks for the context.
    sandbox.filters |= {name: pass_context(each) for name, each in own.items()}
    sandbox.globals.clear()
    return sandbox


def _printed(context: Any, value: Any) -> str:
    """A value that is printed, into a `set` block too."""
    text = _shown(value)
    context[_BUDGET].room(len(text))
    return str(text)


def _turned(context: Any, items: Iterable[Any]) -> Iterator[Any]:
    found: Iterator[Any] = context[_BUDGET].turn(items)
    return found


def _replaced(context: Any, text: Any, old: Any, new: Any, count: Any = None) -> str:
    text, old, new, most = str(text), str(old), str(new), -1 if count is None else int(count)
    times = text.count(old) if most < 0 else min(most, text.count(old))
    context[_BUDGET].room(len(text) + max(0, times * (len(new) - len(old))))
    return str(text.replace(old, new, most))


def _joined(context: Any, items: Any, separator: Any = "") -> str:
    texts, between = [str(item) for item in items], str(separator)
    context[_BUDGET].room(sum(map(len, texts)) + len(between) * max(0, len(texts) - 1))
    return between.join(texts)


def _shown(value: Any) -> Any:
    return "" if value is None else value if isinstance(value, str) else as_text(value)


def _guarded(source: str) -> Any:
    """The template with its loops counted and what `~` makes measured."""
    from jinja2 import nodes
    from jinja2.visitor import NodeTransformer

    def through(name: str, node: nodes.Expr) -> nodes.Filter:
        return nodes.Filter(node, name, [], [], None, None, lineno=node.lineno)

    class Guard(NodeTransformer):
        """Puts the counting filters into the tree."""

        def visit_For(self, node: Any) -> Any:  # noqa: N802  (Jinja2's name)
            self.generic_visit(node)
            node.iter = through(_TURNED, node.iter)
            return node

        def visit_Concat(self, node: Any) -> Any:  # noqa: N802
            self.generic_visit(node)
            return through(_TOGETHER, nodes.List(node.nodes, lineno=node.lineno))

    sandbox = _environment()
    tree = Guard().visit(sandbox.parse(source))
    return sandbox.template_class.from_code(sandbox, sandbox.compile(tree), {})


def sandboxed(source: str) -> Callable[[Mapping[str, Any]], str]:
    """A template's source as a function of its names (`vendor.company` nests by itself)."""
    from jinja2 import TemplateError

    template = _guarded(source)

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
            text: str = template.render({**tree, _BUDGET: _Budget()})
        except TemplateError as error:
            raise ValueError(error.message or "a name in it has no value") from None
        if len(text) > MOST_CHARACTERS:
            raise _too_long()
        return text

    return render
