"""JMESPath trees into typed expressions, with a caret under the very name that is wrong.

Plain JMESPath answers null for a misspelt name, a sum of Decimals or a comparison of dates; here
each of these is a message while the mapping is compiled. Before: `spec/expression`. After:
`values`, which adds links, arithmetic and steps.
"""

from __future__ import annotations

from engine.check import functions, kinds
from engine.check.scope import RESERVED, Scope
from engine.check.typed import (
    ANY,
    BOOLEAN,
    DATE,
    NULL,
    TEXT,
    At,
    Compare,
    Const,
    Current,
    Either,
    Expr,
    Get,
    Joined,
    Keyed,
    Let,
    ListOf,
    Named,
    Not,
    Pipe,
    Project,
    Result,
    Root,
    SettingOf,
    Today,
    Type,
    Typed,
    common,
)
from engine.spec.expression import SyntaxMistake, Tree, parse
from engine.spec.problem import Span, did_you_mean, known_here
from engine.spec.source import Node


def path(node: Node, scope: Scope) -> Expr:
    """The typed expression of a text node; on a mistake a null constant, with the problem noted."""
    if not isinstance(node.value, str):
        scope.world.problem("E105", node.span, "a path must be a text")
        return Const(NULL, node.span, None)
    try:
        tree = parse(node.value)
    except SyntaxMistake as mistake:
        scope.world.problem(
            "E206",
            node.inner(mistake.at, mistake.length),
            f"not a path: {mistake.text}",
            "here",
            "paths are JMESPath: a.b, list[*].a, list[?a == 'x'].b, numbers in `backticks`",
        )
        return Const(NULL, node.span, None)
    return _Paths(node, scope).expr(tree, scope.element, top=True)


def condition(node: Node | None, scope: Scope) -> Expr | None:
    """A `when`: any expression; truth is JMESPath's."""
    if node is None:
        return None
    found = path(node, scope)
    if found.type.kind in ("decimal", "integer"):
        scope.world.problem(
            "E211", node.span, "a number is always true, zero too", "compare it, such as != `0`"
        )
    return found


class _Paths:
    """Resolves one expression."""

    def __init__(self, node: Node, scope: Scope):
        self.node = node
        self.scope = scope
        self.world = scope.world

    def span(self, tree: Tree) -> Span:
        return self.node.inner(max(0, tree.at), tree.length)

    def expr(self, tree: Tree, current: Type, top: bool = False) -> Expr:
        """The expression of a tree; `top`: the current element is the frame's own."""
        method = getattr(self, f"_{tree.kind}", None)
        if method is None:
            return self._unsupported(tree)
        found: Expr = method(tree, current, top)
        return found

    # ------------------------------------------------------------ names

    def _field(self, tree: Tree, current: Type, top: bool) -> Expr:
        name, span = str(tree.value), self.span(tree)
        member = self._own(Current(current, span), name, span)
        if member is not None:
            return member
        found = self._outer(name, span)
        if found is not None:
            return found
        if name in ("settings", "let", "typed"):
            self.world.problem("E201", span, f"'{name}' alone is not a value", f"name one of them: {name}.…")
            return Const(NULL, span, None)
        return self._unknown(name, current, span)

    def _own(self, base: Expr, name: str, span: Span) -> Expr | None:
        """A member of the element at hand, if it has one of that name."""
        kind = base.type
        if kind.kind == "any":
            return Get(ANY, span, base, name)
        if kind.kind == "list" and kind.member is not None and kind.member.keyed_by and kind.item is not None:
            return self._keyed(base, name, span)
        if kind.kind != "object" or kind.member is None:
            return None
        member = kind.member.members.get(name)
        if member is None:
            return None
        if member.joins:
            return Joined(Type("text", member), span, base, member.joins, kinds.SEPARATORS[member.join_by])
        return Get(kinds.type_of(member), span, base, name)

    def _keyed(self, base: Expr, name: str, span: Span) -> Expr | None:
        member = base.type.member
        assert member is not None
        assert member.item is not None
        assert base.type.item is not None
        key = member.item.members.get(member.keyed_by)
        if key is not None and key.enum and name not in key.enum:
            known = [str(e) for e in key.enum if e is not None]
            self.world.problem(
                "E201", span, f"'{member.name}' has no '{name}'", did_you_mean(name, known), known_here(known)
            )
            return Const(NULL, span, None)
        return Keyed(base.type.item, span, base, member.keyed_by, name)

    def _outer(self, name: str, span: Span) -> Expr | None:
        """Names of the scope, not of the element."""
        kind = self.scope.find_name(name)
        if kind is not None:
            return Named(kind, span, name)
        if name == "record":
            return Root(self._root().element, span, -1)
        if name == "parent" and self.scope.parent is not None:
            return Root(self.scope.parent.element, span, 1)
        if name == "result":
            return self._result(span)
        return self._let(name, span)

    def _root(self) -> Scope:
        scope = self.scope
        while scope.parent is not None:
            scope = scope.parent
        return scope

    def _result(self, span: Span) -> Expr:
        if self.scope.result is None:
            self.world.problem(
                "E201", span, "'result' is known only in rules marked `after: true`", "not mapped yet here"
            )
            return Const(NULL, span, None)
        return Result(self.scope.result, span)

    def _let(self, name: str, span: Span) -> Expr | None:
        found = self.scope.find_let(name)
        if found is None:
            return None
        up, scope = found
        if name in scope.pending:
            if name in scope.under_way:
                self.world.problem("E222", span, f"'{name}' is defined by itself", "a circle")
                return Const(NULL, span, None)
            scope.under_way.append(name)
            assert scope.resolve_value is not None
            scope.lets[name] = scope.resolve_value(scope.pending[name], scope)
            scope.under_way.pop()
            scope.pending.pop(name)
        return Let(scope.lets[name].type, span, name, up)

    def _unknown(self, name: str, current: Type, span: Span) -> Expr:
        own = list(current.member.members) if current.kind == "object" and current.member is not None else []
        known = own + self.scope.known()
        where = current.member.label if current.member is not None else "this place"
        if current.member is not None and current.member is self.world.source.root:
            where = self.world.source.name
        self.world.problem(
            "E201",
            span,
            f"no field '{name}' in {where}",
            did_you_mean(name, [*known, *RESERVED]),
            known_here(known),
        )
        return Const(NULL, span, None)

    def _namespace(self, space: str, tree: Tree) -> Expr:
        name, span = str(tree.value), self.span(tree)
        if tree.kind != "field":
            return self._unsupported(tree)
        if space == "settings":
            return self._setting(name, span)
        if space == "typed":
            return self._typed(name, span)
        found = self._let(name, span)
        if found is None:
            known = self.scope.known()
            self.world.problem(
                "E201", span, f"no named value '{name}' here", did_you_mean(name, known), known_here(known)
            )
            return Const(NULL, span, None)
        return found

    def _setting(self, name: str, span: Span) -> Expr:
        setting = self.world.setting(name, span)
        if setting is None:
            return Const(NULL, span, None)
        return SettingOf(kinds.setting_type(setting), span, name)

    def _typed(self, name: str, span: Span) -> Expr:
        block = self.world.mapping.typed
        entry = block.get(name) if block is not None else None
        if entry is None:
            known = [n for n, _, _ in block.pairs()] if block is not None else []
            self.world.problem(
                "E201",
                span,
                f"the approver is not asked for '{name}'",
                did_you_mean(name, known),
                known_here(known),
            )
            return Const(NULL, span, None)
        kind = str(entry.get("type").value) if entry.get("type") is not None else "text"  # type: ignore[union-attr]
        return Typed(kinds.SETTING_TYPES.get(kind, TEXT), span, name)

    def _subexpression(self, tree: Tree, current: Type, top: bool) -> Expr:
        first, rest = tree.children[0], list(tree.children[1:])
        name = str(first.value) if first.kind == "field" else ""
        own = current.kind == "object" and current.member is not None and name in current.member.members
        if name in ("settings", "let", "typed") and not own and rest:
            found = self._namespace(name, rest.pop(0))
        else:
            found = self.expr(first, current, top)
        for child in rest:
            found = self._step(found, child)
        return found

    def _step(self, base: Expr, tree: Tree) -> Expr:
        if base.type.kind == "null":
            return base
        if tree.kind != "field":
            return self._piped(base, tree)
        span = self.span(tree)
        found = self._own(base, str(tree.value), span)
        if found is not None:
            return found
        member = base.type.member
        if base.type.kind == "list":
            text = f"'{member.name if member else 'this'}' is a list: its elements have fields, it has not"
            self.world.problem("E201", span, text, f"write [*].{tree.value}, or [0].{tree.value}")
        elif base.type.kind == "object" and member is not None:
            known = list(member.members)
            self.world.problem(
                "E201",
                span,
                f"no field '{tree.value}' in {member.name}",
                did_you_mean(str(tree.value), known),
                known_here(known),
            )
        else:
            self.world.problem(
                "E201", span, f"{base.type} has no fields", f"'{tree.value}' cannot be read from it"
            )
        return Const(NULL, span, None)

    # ------------------------------------------------------------ lists

    def _index_expression(self, tree: Tree, current: Type, top: bool) -> Expr:
        base, index = self.expr(tree.children[0], current, top), tree.children[1]
        if index.kind != "index":
            return self._unsupported(index)
        if base.type.kind == "null":
            return base
        if not self._is_list(base, tree):
            return Const(NULL, base.span, None)
        return At(base.type.item or ANY, base.span, base, int(index.value))

    def _is_list(self, base: Expr, tree: Tree) -> bool:
        if base.type.kind in ("list", "any"):
            return True
        self.world.problem("E204", self.span(tree), f"{base.type} is not a list", "only a list has elements")
        return False

    def _projection(self, tree: Tree, current: Type, top: bool) -> Expr:
        left, right = tree.children
        flat = left.kind == "flatten"
        base = self.expr(left.children[0] if flat else left, current, top)
        return self._projected(
            base, None, right, tree, flat and base.type.item is not None and base.type.item.kind == "list"
        )

    def _filter_projection(self, tree: Tree, current: Type, top: bool) -> Expr:
        left, right, where = tree.children
        return self._projected(self.expr(left, current, top), where, right, tree, False)

    def _projected(self, base: Expr, where: Tree | None, right: Tree, tree: Tree, flat: bool) -> Expr:
        if base.type.kind == "null" or not self._is_list(base, tree):
            return Const(NULL, base.span, None)
        item = base.type.item or ANY
        if flat:
            item = item.item or ANY
        test = self.expr(where, item) if where is not None else None
        each = self.expr(right, item)
        if each.type.kind == "null":
            return Const(NULL, base.span, None)
        return Project(
            Type("list", base.type.member if isinstance(each, Current) else None, each.type),
            self.span(tree),
            base,
            test,
            each,
            flat,
        )

    def _flatten(self, tree: Tree, current: Type, top: bool) -> Expr:
        base = self.expr(tree.children[0], current, top)
        flat = base.type.item is not None and base.type.item.kind == "list"
        return self._projected(base, None, Tree("identity", None, (), tree.at, tree.length), tree, flat)

    def _identity(self, tree: Tree, current: Type, top: bool) -> Expr:
        return Current(current, self.span(tree))

    _current = _identity

    def _pipe(self, tree: Tree, current: Type, top: bool) -> Expr:
        return self._piped(self.expr(tree.children[0], current, top), tree.children[1])

    def _piped(self, base: Expr, tree: Tree) -> Expr:
        if base.type.kind == "null":
            return base
        then = self.expr(tree, base.type)
        return Pipe(then.type, base.span, base, then)

    def _multi_select_list(self, tree: Tree, current: Type, top: bool) -> Expr:
        items = tuple(self.expr(child, current, top) for child in tree.children)
        return ListOf(Type("list", None, items[0].type if items else ANY), self.span(tree), items)

    # ------------------------------------------------------------ logic

    def _literal(self, tree: Tree, current: Type, top: bool) -> Expr:
        return kinds.literal(tree.value, self.span(tree))

    def _or_expression(self, tree: Tree, current: Type, top: bool) -> Expr:
        return self._either(tree, current, top, both=False)

    def _and_expression(self, tree: Tree, current: Type, top: bool) -> Expr:
        return self._either(tree, current, top, both=True)

    def _either(self, tree: Tree, current: Type, top: bool, both: bool) -> Expr:
        left, right = (self.expr(child, current, top) for child in tree.children)
        left, right = kinds.alike(left, right)
        kind = common(left.type, right.type)
        return Either(kind, self.span(tree), left, right, both)

    def _not_expression(self, tree: Tree, current: Type, top: bool) -> Expr:
        return Not(BOOLEAN, self.span(tree), self.expr(tree.children[0], current, top))

    def _comparator(self, tree: Tree, current: Type, top: bool) -> Expr:
        left, right = (self.expr(child, current, top) for child in tree.children)
        left, right = kinds.alike(left, right)
        kinds.comparable(self.world, left, right, str(tree.value), self.span(tree))
        return Compare(BOOLEAN, self.span(tree), str(tree.value), left, right)

    def _function_expression(self, tree: Tree, current: Type, top: bool) -> Expr:
        name, span = str(tree.value), self.span(tree)
        if name == "today":
            return Today(DATE, span)
        args = [self.expr(child, current, top) for child in tree.children]
        spans = [self.span(child) for child in tree.children]
        if name == "linked":
            return functions.linked(self.world, span, args, spans)
        return functions.call(self.world, name, span, args, spans)

    def _unsupported(self, tree: Tree) -> Expr:
        names = {
            "slice": "slices",
            "value_projection": "wildcards over an object (*)",
            "multi_select_dict": "objects built in a path",
            "expref": "& expressions",
        }
        text = names.get(tree.kind, f"'{tree.kind}' expressions")
        self.world.problem(
            "E206", self.node.span, f"{text} are not part of this language", "write fields or `let` instead"
        )
        return Const(NULL, self.node.span, None)


__all__ = ["condition", "path"]
