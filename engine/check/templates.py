"""`text:` and `say:` templates: Jinja2, with every name in them checked against the shapes.

A template of plain `{{ names }}` becomes literal pieces and typed expressions and never meets
Jinja2 at run time. Anything more (filters, conditions) runs in a sandbox with undefined names
refused, over the names it uses, which are resolved and typed here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from engine.check.paths import path
from engine.check.scope import Scope
from engine.check.typed import NULL, TEXT, Apply, Const, Default, Either, Expr, Template
from engine.spec.node import Node
from engine.spec.problem import did_you_mean, known_here

if TYPE_CHECKING:
    from jinja2 import nodes

_PIECE = re.compile(r"\{\{-?\s*(.*?)\s*-?\}\}", re.DOTALL)
_EITHER = re.compile(r"([A-Za-z_][\w.]*) or ([A-Za-z_][\w.]*|'[^'{}]*')\Z")
_PLAIN = re.compile(r"[A-Za-z_][\w]*(?:\.[A-Za-z_]\w*)*\Z")
MOST_LENGTH = 4000
MOST_DEPTH = 40
FILTERS = tuple(
    "capitalize default first join last length lower replace title trim truncate upper".split()  # noqa: SIM905
)
TESTS = ("defined", "none")


def template(node: Node, scope: Scope, say: bool = False) -> Template:
    """A template as a typed expression; mistakes are noted and render as nothing.

    `say`: a text for people, in which money is written with its cents and thousands.
    """
    text = node.value if isinstance(node.value, str) else str(node.value if node.value is not None else "")
    if len(text) > MOST_LENGTH:
        scope.world.problem("E218", node.span, f"a template may have {MOST_LENGTH:,} characters")
        return Template(TEXT, node.span, ())
    if "{%" not in text and "{#" not in text:
        pieces = _pieces(text, node, scope)
        if pieces is not None:
            return Template(TEXT, node.span, tuple(_spoken(p) if say else p for p in pieces))
    return _jinja(text, node, scope)


def _spoken(piece: str | Expr) -> str | Expr:
    """A value as people read it: money with its cents, and a missing value said to be missing."""
    if isinstance(piece, str):
        return piece
    shown, member = piece, piece.type.member
    if piece.type.kind == "decimal":
        exact = member is not None and not member.money  # a quantity or a price
        shown = Apply(TEXT, piece.span, "text" if exact else "spoken", piece, ())
    elif piece.type.kind in ("integer", "date", "boolean", "id"):
        shown = Apply(TEXT, piece.span, "text", piece, ())
    elif piece.type.kind != "text":
        return piece
    return Default(TEXT, piece.span, shown, Const(TEXT, piece.span, "(missing)"))


def _pieces(text: str, node: Node, scope: Scope) -> list[str | Expr] | None:
    """Literal texts and expressions, or None if some piece is more than a name."""
    found: list[str | Expr] = []
    end = 0
    for match in _PIECE.finditer(text):
        if not _PLAIN.match(match.group(1)) and not _EITHER.match(match.group(1)):
            return None
        if match.start() > end:
            found.append(text[end : match.start()])
        piece = _piece(match.group(1), match.start(1), node, scope)
        if piece is None:
            return None
        found.append(piece)
        end = match.end()
    rest = text[end:]
    if "{{" in rest or "}}" in rest:
        return None
    return [*found, rest] if rest else found


def _piece(text: str, offset: int, node: Node, scope: Scope) -> Expr | None:
    """`name`, `name or other`, `name or 'text'`; None where only Jinja2 knows what is meant."""
    either = _EITHER.match(text)
    if either is None:
        return _name(text, offset, node, scope)
    left = _name(either.group(1), offset, node, scope)
    if left.type.kind not in ("text", "id"):
        return None
    word = either.group(2)
    if word.startswith("'"):
        right: Expr = Const(TEXT, left.span, word[1:-1])
    else:
        right = _name(word, offset + either.start(2), node, scope)
    return Either(TEXT, left.span, left, right, False) if right.type.kind in ("text", "id") else None


def _name(name: str, offset: int, node: Node, scope: Scope) -> Expr:
    place = node.inner(offset, len(name))
    found = path(Node("scalar", place, name), scope)
    if found.type.kind in ("object", "list"):
        scope.world.problem(
            "E218", place, f"'{name}' is {found.type}, which cannot stand in a text", "name a value of it"
        )
        return Const(NULL, place, None)
    return found


def _jinja(text: str, node: Node, scope: Scope) -> Template:
    from jinja2 import TemplateError, nodes
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment()
    try:
        tree = environment.parse(text)
    except TemplateError as error:
        scope.world.problem("E218", node.span, f"not a template: {error.message}", "templates are Jinja2")
        return Template(TEXT, node.span, ())
    except RecursionError:
        tree = None
    if tree is None or _depth(tree) > MOST_DEPTH:
        scope.world.problem("E218", node.span, "a template nested too deeply", "templates only print values")
        return Template(TEXT, node.span, ())
    own = {target.name for target in tree.find_all(nodes.Name) if target.ctx != "load"}
    for kind in (
        nodes.Include,
        nodes.Import,
        nodes.FromImport,
        nodes.Extends,
        nodes.Call,
        nodes.CallBlock,
        nodes.Macro,
        nodes.Mul,
        nodes.Mod,
        nodes.Pow,
        nodes.Dict,
    ):
        if tree.find(kind) is not None:
            scope.world.problem(
                "E218",
                node.span,
                f"'{kind.__name__.lower()}' is not allowed in a template",
                "templates only print values",
            )
            return Template(TEXT, node.span, ())
    if any(_lists(inner) for inner in tree.find_all((nodes.Assign, nodes.List, nodes.Tuple))):
        text = "a list in a list, or kept by `set`, is not allowed in a template"
        scope.world.problem("E218", node.span, text, "templates only print values")
        return Template(TEXT, node.span, ())
    if any(_chain(inner) is None for inner in tree.find_all(nodes.Getattr)):
        scope.world.problem("E218", node.span, "only a name has members in a template", "write {{ a.b }}")
        return Template(TEXT, node.span, ())
    for used in tree.find_all((nodes.Filter, nodes.Test)):
        what, allowed = ("filter", FILTERS) if isinstance(used, nodes.Filter) else ("test", TESTS)
        if used.name not in allowed:
            label, known = did_you_mean(used.name, allowed), known_here(allowed, len(allowed))
            scope.world.problem("E218", node.span, f"no {what} '{used.name}' in templates", label, known)
            return Template(TEXT, node.span, ())
    names: dict[str, Expr] = {}
    for dotted in _dotted(tree, own):
        at = text.find(dotted)
        names[dotted] = _name(dotted, max(0, at), node, scope)
    return Template(TEXT, node.span, (), text, tuple(names.items()))


def _depth(tree: nodes.Node) -> int:
    """How deep a template is nested; Python itself would give up on what is nested without end."""
    deepest, level = 0, [tree]
    while level and deepest <= MOST_DEPTH:
        deepest, level = deepest + 1, [child for node in level for child in node.iter_child_nodes()]
    return deepest


def _lists(owner: nodes.Node) -> bool:
    """Whether there is a list inside: lists of lists grow without a text growing."""
    from jinja2 import nodes

    return any(True for _ in owner.find_all((nodes.List, nodes.Tuple)))


def _dotted(tree: object, own: set[str]) -> list[str]:
    """The longest dotted names a template reads, such as vendor.company."""
    from jinja2 import nodes

    found: list[str] = []

    def walk(node: nodes.Node) -> None:
        name = _chain(node)
        if name is not None:
            if name.partition(".")[0] not in own:
                found.append(name)
            return
        for child in node.iter_child_nodes():
            walk(child)

    assert isinstance(tree, nodes.Node)
    walk(tree)
    return list(dict.fromkeys(found))


def _chain(node: object) -> str | None:
    from jinja2 import nodes

    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr):
        base = _chain(node.node)
        return None if base is None else f"{base}.{node.attr}"
    return None
