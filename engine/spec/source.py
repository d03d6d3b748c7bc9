"""Strict YAML with the place of every key and value.

YAML as such keeps the second of two equal keys, reads `on` as true and `010` as eight, all
silently. Here each of these is a problem with a place. Built on libyaml's event stream, which
keeps line and column and is faster than PyYAML's own construction. After this: `load`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from engine.spec.node import Node
from engine.spec.problem import Problem, Span

MOST_BYTES = 2_000_000
MOST_DEPTH = 60

try:
    _Loader: Any = yaml.CSafeLoader
except AttributeError:  # PyYAML without libyaml: slower, the same events
    _Loader = yaml.SafeLoader

_INT = re.compile(r"[-+]?(0|[1-9][0-9]*)\Z")
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]*)\.[0-9]+\Z")
_ODD_NUMBER = re.compile(
    r"[-+]?(0[0-9_]+|0[xob][0-9a-fA-F_]+|[0-9][0-9_]*_[0-9_]*|[0-9]+:[0-9:]+|[0-9.]+[eE][-+]?[0-9]+|\.inf|\.nan)\Z",
    re.I,
)
_UNPRINTABLE = re.compile(  # what YAML's own reader refuses
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)
_AliasEvent, _ScalarEvent, _MappingEndEvent = yaml.AliasEvent, yaml.ScalarEvent, yaml.MappingEndEvent
_new = tuple.__new__  # a Span without the call its constructor makes: every value has one
_ODD_BOOLEAN = {"yes", "no", "on", "off", "y", "n"}


def read_yaml(
    path: Path, name: str, known: Callable[[bytes], Node | None] | None = None
) -> tuple[Node | None, list[Problem]]:
    """The file as a node tree, and what is wrong with it; `name` is the file's name in messages.

    `known` is given the very bytes that were read, and may know the tree of them.
    """
    start = Span(name, 1, 1)
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            return None, [
                Problem(
                    "E107",
                    start,
                    f"the file has {size:,} bytes; a spec may have {MOST_BYTES:,}",
                    "split it by object",
                )
            ]
        raw = path.read_bytes()
    except OSError as error:
        return None, [Problem("E107", start, f"the file cannot be read: {error.strerror}")]
    tree = known(raw) if known is not None else None
    return (tree, []) if tree is not None else parse_yaml(raw, name)


def parse_yaml(raw: bytes | str, name: str) -> tuple[Node | None, list[Problem]]:
    """The same from bytes or text already in hand."""
    start = Span(name, 1, 1)
    if isinstance(raw, bytes):
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            kind = "UTF-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "not UTF-8"
            line = raw[: error.start].count(b"\n") + 1
            return None, [Problem("E107", Span(name, line, 1), f"the file is {kind}", "save it as UTF-8")]
    else:
        text = raw
    if "\x00" in text:
        return None, [Problem("E107", start, "the file holds NUL bytes", "save it as UTF-8 text")]
    text = text.removeprefix("\ufeff")
    odd = _UNPRINTABLE.search(text)
    if odd is not None:
        line = text.count("\n", 0, odd.start()) + 1
        column = odd.start() - (text.rfind("\n", 0, odd.start()) + 1) + 1
        what = f"the character U+{ord(odd.group()):04X} may not stand in YAML"
        return None, [Problem("E101", Span(name, line, column), what, "remove it")]
    builder = _Builder(name, text)
    root = builder.build()
    return root, builder.problems


class _Builder:
    """Turns libyaml's events into nodes, noting every strictness problem on the way."""

    def __init__(self, name: str, text: str):
        self.name = name
        self.lines = text.splitlines()
        self.loader = _Loader(text)
        self.next_event = self.loader.get_event
        self.plain: dict[str, Any] = {}  # what plain scalars mean, each looked at once
        self.problems: list[Problem] = []

    def build(self) -> Node | None:
        try:
            root = self._document()
            if root is not None and not self.loader.check_event(yaml.StreamEndEvent):
                event = self.loader.get_event()
                self._problem(
                    "E108", self._span(event), "a second document in one file", "keep one document a file"
                )
            return root
        except yaml.MarkedYAMLError as error:
            self.problems.append(self._syntax(error))
            return None
        finally:
            self.loader.dispose()

    def _document(self) -> Node | None:
        self.loader.get_event()
        if self.loader.check_event(yaml.StreamEndEvent):
            self._problem("E101", Span(self.name, 1, 1), "the file is empty", "")
            return None
        self.loader.get_event()
        root = self._value(self.next_event(), 0)
        self.loader.get_event()
        return root

    def _span(self, event: Any) -> Span:
        mark, end = event.start_mark, event.end_mark
        line, column = mark.line, mark.column
        length = end.column - column if end.line == line else 1
        return _new(Span, (self.name, line + 1, column + 1, length if length > 1 else 1))

    def _problem(self, code: str, span: Span, text: str, label: str) -> None:
        self.problems.append(Problem(code, span, text, label))

    def _value(self, event: Any, depth: int) -> Node:
        span = self._span(event)
        if event.__class__ is _AliasEvent:
            self._problem("E108", span, "aliases (*name) are not part of this YAML", "write the value out")
            return Node("scalar", span)
        scalar = event.__class__ is _ScalarEvent
        if scalar and depth < MOST_DEPTH and event.anchor is None and event.tag is None:
            return self._scalar(event, span)  # nearly every value
        if event.anchor:
            self._problem("E108", span, "anchors (&name) are not part of this YAML", "write the value out")
        if event.tag and not (scalar and event.tag == "!"):
            self._problem("E108", span, f"the tag {event.tag} is not part of this YAML", "remove it")
        if depth > MOST_DEPTH:
            raise yaml.MarkedYAMLError(problem="nested too deeply", problem_mark=event.start_mark)
        if scalar:
            return self._scalar(event, span)
        if event.__class__ is yaml.SequenceStartEvent:
            return self._list(span, depth)
        return self._map(span, depth, bool(event.flow_style))

    def _list(self, span: Span, depth: int) -> Node:
        items = []
        while (event := self.next_event()).__class__ is not yaml.SequenceEndEvent:
            items.append(self._value(event, depth + 1))
        return Node("list", span, None, (), tuple(items))

    def _map(self, span: Span, depth: int, flow: bool) -> Node:
        entries: list[tuple[Node, Node]] = []
        index: dict[str, tuple[Node, Node]] = {}
        next_event = self.next_event
        while (event := next_event()).__class__ is not _MappingEndEvent:
            key = self._key(event, depth)
            entry = (key, self._value(self.next_event(), depth + 1))
            if flow and entry[1].value is None and _alone(*entry):
                text = f"'{key.value}' stands alone: a comma inside {{…}} has ended the value before it"
                self._problem("E101", key.span, text, "quote it, or put it on its own line")
                continue
            if key.value == "<<" and not key.quoted:
                self._merging(key, entry[1])
            elif key.value in index:
                self._twice(key, index[key.value][0])
            else:
                index[key.value] = entry
                entries.append(entry)
        return Node("map", span, None, tuple(entries), (), "", index)

    def _merging(self, key: Node, value: Node) -> None:
        if not any(p.span == value.span for p in self.problems):
            self._problem("E108", key.span, "merging (<<) is not part of this YAML", "write it out")

    def _twice(self, key: Node, before: Node) -> None:
        text, first = f"key '{key.value}' is written twice", before.span
        notes = (f"first at line {first.line}; YAML would silently keep the last one",)
        self.problems.append(Problem("E103", key.span, text, "second time here", notes))

    def _key(self, event: Any, depth: int) -> Node:
        node = self._value(event, depth + 1)
        if node.kind != "scalar":
            self._problem("E101", node.span, "a key must be a text", "quote it")
            return Node("scalar", node.span, "?")
        if isinstance(node.value, str):
            return node
        text = self._written(node)
        return Node("scalar", node.span, text, quoted=node.quoted)

    def _written(self, node: Node) -> str:
        line = self.lines[node.span.line - 1] if node.span.line <= len(self.lines) else ""
        return line[node.span.column - 1 : node.span.column - 1 + node.span.length]

    def _scalar(self, event: Any, span: Span) -> Node:
        style, text = event.style, event.value
        if style:
            return Node("scalar", span, text, (), (), style)
        if text in self.plain:
            return Node("scalar", span, self.plain[text])
        found = len(self.problems)
        value = self._plain(text, span)
        if len(self.problems) == found:
            self.plain[text] = value
        return Node("scalar", span, value)

    def _plain(self, text: str, span: Span) -> Any:
        if text in ("", "~", "null"):
            return None
        if text in ("true", "false"):
            return text == "true"
        if _INT.match(text):
            return int(text)
        if _DECIMAL.match(text):
            return Decimal(text)
        if text.lower() in _ODD_BOOLEAN or text in ("True", "False", "TRUE", "FALSE", "Null", "NULL"):
            self._problem(
                "E102",
                span,
                f"'{text}' means different things to different YAML readers",
                "write true or false, or quote the text",
            )
        elif _ODD_NUMBER.match(text):
            self._problem(
                "E102",
                span,
                f"'{text}' is a number in some YAML readers and a text in others",
                "write a plain decimal number, or quote the text",
            )
        return text

    def _syntax(self, error: yaml.MarkedYAMLError) -> Problem:
        mark = error.problem_mark or error.context_mark
        span = Span(self.name, mark.line + 1, mark.column + 1) if mark else Span(self.name, 1, 1)
        line = self.lines[span.line - 1] if span.line <= len(self.lines) else ""
        text = error.problem or str(error)
        label = ""
        if "{" in line and "," in line and "did not find expected" in text:
            label = "a comma inside {…} ends the value: quote it, or put it on its own line"
        elif "mapping values are not allowed" in text:
            label = "a text that holds ': ' must be quoted"
        return Problem("E101", span, f"this is not YAML: {text}", label)


def _alone(key: Node, value: Node) -> bool:
    """Whether what should be a key has no colon, so that libyaml put this empty value right behind it."""
    return value.span == key.span.shifted(key.span.length, 1)


def source_line(text: str, number: int) -> str:
    """Line `number` (1-based) of a file's text, or ""."""
    lines = text.splitlines()
    return lines[number - 1] if 0 < number <= len(lines) else ""
