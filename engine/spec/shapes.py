"""Shape files into `Shape` and `Member`: what each system's objects hold (language §1)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from engine.spec.model import Member, Shape
from engine.spec.node import Node
from engine.spec.problem import Problem, did_you_mean, known_here

KINDS = {
    "string": "text",
    "number": "decimal",
    "integer": "integer",
    "boolean": "boolean",
    "object": "object",
    "array": "list",
}
TYPED = {
    "money": "decimal",
    "decimal": "decimal",
    "date": "date",
    "instant": "instant",
    "id": "id",
    "text": "text",
}


def build_shapes(
    files: Mapping[str, Node], problems: list[Problem], broken: Collection[str] = ()
) -> dict[str, Shape]:
    """All shapes by name; `$ref` between them is resolved here. `broken` ones are no news."""
    builder = _Builder(files, problems, broken)
    return {name: builder.shape(name) for name in files}


class _Builder:
    def __init__(self, files: Mapping[str, Node], problems: list[Problem], broken: Collection[str] = ()):
        self.files = files
        self.broken = broken
        self.problems = problems
        self.under_way: list[str] = []
        self.referred: dict[str, Member] = {}  # other shapes as `$ref` takes them, each built once

    def shape(self, name: str) -> Shape:
        node = self.files[name]
        root = self.member(name, node)
        sources = {source: (value.data or {}) for source, _, value in _pairs(node.get("x-sources"))}
        title = _text(node, "title") or name
        return Shape(
            name,
            title,
            _text(node, "x-plural") or f"{title}s",
            root.identity,
            sources or {"rest": {}},
            root,
            node.span,
        )

    def member(self, name: str, node: Node) -> Member:
        """A member from its node; a `$ref` takes the other shape's members, own keywords win."""
        base = self._referred(node)
        wire = _texts(node.get("type")) or (base.wire if base else ("object",))
        typed = _text(node, "x-type")
        main = next((w for w in wire if w != "null"), "object")
        members = dict(base.members) if base else {}
        members |= {key: self.member(key, value) for key, _, value in _pairs(node.get("properties"))}
        members = {key: _joined(member, members) for key, member in members.items()}
        items = node.get("items")
        self._names(node, members)
        max_length, min_length = node.get("maxLength"), node.get("minLength")
        scale = node.get("x-scale")
        kind = TYPED.get(typed) or KINDS.get(main, "text")
        default_scale = 2 if typed == "money" else 4 if kind == "decimal" else None
        read, merge, because = node.get("x-read"), node.get("x-merge"), _text(node, "x-because")
        return Member(
            name,
            kind,
            node.span,
            wire,
            _text(node, "title"),
            typed == "money",
            scale.value if scale is not None else default_scale,
            max_length.value if max_length is not None else None,
            min_length.value if min_length is not None else None,
            tuple(_data(node.get("enum")) or ()),
            _text(node, "pattern"),
            _number(node.get("minimum")),
            _data(node.get("maxItems")),
            bool(_data(node.get("readOnly"))),
            _text(node, "x-write") or "always",
            bool(_data(node.get("x-computed"))),
            because,
            _texts(node.get("x-canonical")),
            members,
            self.member(f"{name}[]", items) if items is not None else (base.item if base else None),
            _texts(node.get("required")) or (base.required if base else ()),
            _texts(node.get("x-identity")) or (base.identity if base else ()),
            _text(node, "x-keyed-by"),
            *_joins(node.get("x-joins")),
            {source: value.value for source, _, value in _pairs(node.get("x-from"))},
            read.data if read is not None else None,
            merge.data if merge is not None else None,
        )

    def _names(self, node: Node, members: Mapping[str, Member]) -> None:
        """Keywords that name members name ones there are."""
        identity, block = node.get("x-identity"), node.get("properties")
        for one in _each(identity):
            self._known(one, members)
        for _, _, member in _pairs(block):
            joins = member.get("x-joins")
            for one in _each(joins.get("of") if joins is not None else None):
                self._known(one, members)

    def _known(self, node: Node, members: Mapping[str, Member]) -> None:
        """A member that a dotted name begins with."""
        name = str(node.value).partition(".")[0]
        if name not in members:
            text, label = f"no field '{name}' in this shape", did_you_mean(name, members)
            self.problems.append(Problem("E201", node.span, text, label, (known_here(members),)))

    def _referred(self, node: Node) -> Member | None:
        ref = node.get("$ref")
        if ref is None:
            return None
        name = str(ref.value)
        if name in self.broken:
            return None
        if name not in self.files:
            self.problems.append(
                Problem(
                    "E109",
                    ref.span,
                    f"no shape '{name}'",
                    did_you_mean(name, self.files) or "no such file in schemas/",
                )
            )
            return None
        if name in self.under_way:
            self.problems.append(Problem("E109", ref.span, f"shape '{name}' refers to itself"))
            return None
        if name in self.referred:
            return self.referred[name]
        self.under_way.append(name)
        try:
            return self.referred.setdefault(name, self.member(name, self.files[name]))
        finally:
            self.under_way.pop()


def _joined(member: Member, members: Mapping[str, Member]) -> Member:
    """A virtual text member that knows the members it joins, for their limits."""
    own = tuple(members[name] for name in member.joins if name in members)
    return replace(member, joined=own) if own else member


def _joins(node: Node | None) -> tuple[tuple[str, ...], str, str]:
    if node is None:
        return (), "", ""
    return _texts(node.get("of")), _text(node, "by") or "space", _text(node, "into") or "first"


def _each(node: Node | None) -> tuple[Node, ...]:
    return () if node is None else node.items if node.kind == "list" else (node,)


def _pairs(node: Node | None) -> Any:
    return () if node is None or node.kind != "map" else node.pairs()


def _number(node: Node | None) -> Decimal | None:
    return None if node is None else Decimal(str(node.value))


def _data(node: Node | None) -> Any:
    return None if node is None else node.data


def _text(node: Node, key: str) -> str:
    found = node.get(key)
    return "" if found is None or found.value is None else str(found.value)


def _texts(node: Node | None) -> tuple[str, ...]:
    if node is None:
        return ()
    return tuple(str(i.value) for i in node.items) if node.kind == "list" else (str(node.value),)
