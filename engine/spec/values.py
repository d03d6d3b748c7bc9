"""YAML nodes into `Value`, `Line`, `Part` and `Rule`: the words of the mapping language.

What JSON Schema can say about these nodes has been said before (`schema`); this finds the one
key that tells what a value is, and reports E106 where there is none or more than one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.spec.model import Line, Origin, Part, Rows, Rule, Side, Steps, Total, Value
from engine.spec.node import Node
from engine.spec.problem import Problem

SEVERAL = ("add", "minus", "times", "min", "max", "first", "pick", "add_days")
ONE = ("negate", "abs")
NAMED = {
    "round": ("of", "to"),
    "ratio": ("of", "part", "whole", "to"),
    "due_date": ("date", "day", "type"),
    "apportion": ("of", "part", "whole"),
}
FORMS = ("from", "const", "setting", "text", "link", "rows", *SEVERAL, *ONE, *NAMED, "sum", "count")
BESIDE_APPORTION = ("by", "order", "when", "wrote")


def policy_of(node: Node | None, default: str = "") -> str:
    """A policy word, where a bare `null` is the word null."""
    return (
        "null"
        if node is not None and node.kind == "scalar" and node.value is None
        else text_of(node, default)
    )


def text_of(node: Node | None, default: str = "") -> str:
    """The text of a scalar node, or the default."""
    return default if node is None or node.value is None else str(node.value)


class Reader:
    """Reads values and lines of one file, collecting problems."""

    def __init__(self, file: str, problems: list[Problem], overlay: str = ""):
        self.file = file
        self.problems = problems
        self.overlay = overlay

    # ------------------------------------------------------------ values

    def value(self, node: Node) -> Value:
        """A value: bare text is a path, number and boolean are constants, a map has one form key."""
        if node.kind == "list":
            self._problem(
                "E105",
                node,
                "a value is a text or a map, not a list",
                "name what to do with the list, such as first: or add:",
            )
            return Value("const", node, Node("scalar", node.span, None))
        if node.kind == "scalar":
            form = "path" if isinstance(node.value, str) else "const"
            return Value(form, node, node)
        form = self._form(node)
        if not form:
            return Value("const", node, Node("scalar", node.span, None))
        body = node.get(form)
        assert body is not None
        parts, named = self._arguments(form, node, body)
        return Value(
            "path" if form == "from" else form,
            node,
            body,
            parts,
            named,
            self._steps(node),
            node.get("when"),
            node.get("note"),
            missing=text_of(node.get("missing")) == "omit",
        )

    def _form(self, node: Node) -> str:
        found = [name for name in FORMS if node.get(name) is not None]
        if len(found) == 1:
            return found[0]
        if not found:
            self._problem(
                "E106",
                node,
                "this value says not where it comes from",
                "give exactly one of from, const, setting, text, link, pick, rows",
            )
            return ""
        self._problem(
            "E106",
            node.key(found[1]) or node,
            f"'{found[0]}' and '{found[1]}' both say where the value comes from",
            "keep one of them",
        )
        return ""

    def _arguments(self, form: str, node: Node, body: Node) -> tuple[tuple[Value, ...], dict[str, Any]]:
        if form == "link":
            keys = body.items if body.kind == "list" else (body,)
            return tuple(self.value(k) for k in keys), {n: node.get(n) for n in ("via", "take", "by")}
        if form in SEVERAL:
            return tuple(self.value(item) for item in body.items), {}
        if form in ONE:
            return (self.value(body),), {}
        if form in NAMED:
            named: dict[str, Any] = {n: self.value(v) for n in NAMED[form] if (v := body.get(n)) is not None}
            if form == "apportion":
                named |= {n: body.get(n) for n in BESIDE_APPORTION}
            return (), named
        if form == "sum" and body.kind == "map":
            of = body.get("of")
            return (), {
                "each": body.get("each"),
                "of": self.value(of) if of else None,
                "when": body.get("when"),
            }
        return (), {}

    def _steps(self, node: Node) -> Steps:
        scale = node.get("scale")
        digits = scale.get("digits") if scale is not None and scale.kind == "map" else scale
        default = node.get("default")
        return Steps(
            values=node.get("values"),
            otherwise=text_of(node.get("else"), "error"),
            transforms=self._transforms(node.get("as")),
            default=self.value(default) if default is not None else None,
            scale=digits.value if digits is not None else None,
            too_long=text_of(node.get("too_long")),
        )

    def _transforms(self, node: Node | None) -> tuple[tuple[str, Node, dict[str, Value]], ...]:
        if node is None:
            return ()
        found: list[tuple[str, Node, dict[str, Value]]] = []
        for item in node.items if node.kind == "list" else (node,):
            if item.kind == "scalar":
                found.append((text_of(item), item, {}))
                continue
            for name, key, argument in item.pairs():
                found.append((name, key, self._transform_arguments(argument)))
        return tuple(found)

    def _transform_arguments(self, node: Node) -> dict[str, Value]:
        if node.kind == "map" and not any(node.get(form) is not None for form in FORMS):
            return {name: self.value(value) for name, _, value in node.pairs()}
        return {"of": self.value(node)}

    # ------------------------------------------------------------ lines, rules, parts

    def side(self, node: Node | None, address: str) -> Side:
        """The let, rules and fields under a node (the mapping itself, or its `back`)."""
        if node is None:
            return Side()
        return Side(
            self.let(node.get("let")),
            self.rules(node.get("rules"), address),
            self.lines(node.get("fields"), address),
        )

    def let(self, node: Node | None) -> dict[str, Value]:
        """Named values."""
        return {} if node is None else {name: self.value(value) for name, _, value in node.pairs()}

    def lines(self, node: Node | None, address: str) -> tuple[Line, ...]:
        """The lines of a `fields` block."""
        if node is None:
            return ()
        return tuple(self.line(key, value, address) for _, key, value in node.pairs())

    def line(self, key: Node, node: Node, address: str, origin: Origin | None = None) -> Line:
        """One line; `address` is what stands before its own name."""
        own = f"{address}{key.value}"
        origin = origin or Origin(key.span)
        if node.kind != "map":
            return Line(own, key, node, origin, self.value(node))
        rows = node.get("rows")
        value = None if rows is not None else self.value(node)
        parts = self._parts(rows, own, origin) if rows is not None else ()
        if rows is not None:
            self._form(node)
        return Line(
            own,
            key,
            node,
            origin,
            value,
            parts,
            when=node.get("when"),
            write=text_of(node.get("write"), "always"),
            direction=text_of(node.get("direction")),
            conflict=text_of(node.get("conflict"), "ask"),
            missing=policy_of(node.get("missing")),
            note=node.get("note"),
        )

    def _parts(self, rows: Node, address: str, origin: Origin) -> tuple[Part, ...]:
        return tuple(self.part(name, key, node, address, origin) for name, key, node in rows.pairs())

    def part(self, name: str, key: Node, node: Node, address: str, origin: Origin | None = None) -> Part:
        """A named part of a list."""
        own = f"{address}.{name}"
        each, group, identity, sums = node.get("each"), node.get("group"), node.get("key"), node.get("sum")
        is_map = identity is not None and identity.kind == "map"
        how = origin if origin is not None and origin.how != "base" else Origin(key.span)
        return Part(
            name,
            own,
            node,
            how,
            when=node.get("when"),
            each=self.value(each) if each is not None else None,
            key_from=identity.get("from") if is_map and identity else identity,
            key_to=text_of(identity.get("to")) if is_map and identity else "",
            group=self.value(group) if group is not None else None,
            sums=() if sums is None else (sums.items if sums.kind == "list" else (sums,)),
            let=self.let(node.get("let")),
            rules=self.rules(node.get("rules"), f"{own}."),
            lines=self.lines(node.get("fields"), f"{own}."),
            note=node.get("note"),
        )

    def rules(self, node: Node | None, address: str) -> tuple[Rule, ...]:
        """The rules of a block, in order."""
        if node is None:
            return ()
        return tuple(self.rule(name, key, value, address) for name, key, value in node.pairs())

    def rule(self, name: str, key: Node, node: Node, address: str, origin: Origin | None = None) -> Rule:
        """One rule."""
        when = node.get("when") or Node("scalar", node.span, "")
        return Rule(
            name,
            f"{address}rules.{name}",
            node,
            origin or Origin(key.span),
            when,
            text_of(node.get("then"), "hold"),
            node.get("say"),
            node.get("note"),
            text_of(node.get("code"), name),
            after=bool(node.get("after") and node.get("after").data),  # type: ignore[union-attr]
            quiet=bool(node.get("quiet") and node.get("quiet").data),  # type: ignore[union-attr]
        )

    def rows_block(self, node: Node | None, address: str) -> Rows | None:
        """The block of `split` or `group`."""
        if node is None:
            return None
        rows = node.get("rows") or Node("scalar", node.span, "")
        by = node.get("by")
        keys = {name: self.value(value) for name, _, value in by.pairs()} if by is not None else {}
        return Rows(
            node,
            rows,
            text_of(node.get("as"), "rows"),
            self.let(node.get("let")),
            self.rules(node.get("rules"), f"{address}."),
            keys,
        )

    def totals(self, node: Node | None) -> tuple[Total, ...]:
        """Named totals."""
        if node is None:
            return ()
        found = []
        for name, _, value in node.pairs():
            total = value.get("sum")
            if total is not None:
                found.append(Total(name, "sum", value, self.value(total), value.get("when")))
                continue
            form = "minus" if value.get("minus") is not None else "add"
            listed = value.get(form)
            found.append(Total(name, form, value, names=listed.items if listed is not None else ()))
        return tuple(found)

    def _problem(self, code: str, node: Node, text: str, label: str) -> None:
        self.problems.append(Problem(code, node.span, text, label))


ReaderOf = Callable[[str, list[Problem]], Reader]
