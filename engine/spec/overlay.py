"""A customer's overlay merged into a mapping, every line keeping where it came from and why.

Verbs instead of a deep merge: replacing or dropping what is not there, or adding what is, are
errors, so an overlay never silently stops fitting. After this nothing knows about overlays but
by `Origin`; there is no second code path.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from engine.spec.model import Dropped, Line, Mapping, Origin, Overlay, Part, Rule, Side
from engine.spec.node import Node
from engine.spec.problem import Problem, did_you_mean, known_here
from engine.spec.values import Reader, text_of

Item = TypeVar("Item", Line, Rule, Part)


def merge(mapping: Mapping, overlay: Overlay, problems: list[Problem]) -> Mapping:
    """The mapping with the overlay's changes; what does not fit is a problem and left out."""
    merger = _Merger(overlay, problems)
    touched: list[str] = []
    for verb in ("replace", "add", "drop"):
        block = overlay.node.get(verb)
        for address, key, node in block.pairs() if block is not None else ():
            mapping = merger.change(mapping, verb, address, key, node)
            touched.append(address)
    if overlay.version != mapping.version:
        place = overlay.node.get("version") or overlay.node
        problems.append(
            Problem(
                "W304",
                place.span,
                f"reviewed against version {overlay.version} of {mapping.name}, now {mapping.version}",
                "look at these lines again",
                (f"touched: {', '.join(touched)}",),
                f"then write version: {mapping.version}",
                "warning",
            )
        )
    return replace(mapping, overlays=(*mapping.overlays, overlay.name))


def addresses(mapping: Mapping) -> list[str]:
    """Every address an overlay of this mapping may name."""
    found: list[str] = []
    for side in (mapping.forward, mapping.back):
        found += [rule.address for rule in side.rules]
        for line in side.lines:
            found += _below(line)
    return found


def _below(line: Line) -> list[str]:
    found = [line.address]
    for part in line.parts:
        found += [part.address, *(rule.address for rule in part.rules)]
        for inner in part.lines:
            found += _below(inner)
    return found


def _all_lines(mapping: Mapping) -> list[Line]:
    """Every line, those of rows too."""
    found = [*mapping.forward.lines, *mapping.back.lines]
    for line in found:  # grows as it goes
        found += [inner for part in line.parts for inner in part.lines]
    return found


class _Merger:
    def __init__(self, overlay: Overlay, problems: list[Problem]):
        self.overlay = overlay
        self.problems = problems
        self.read = Reader(overlay.file, problems, overlay.name)

    def change(self, mapping: Mapping, verb: str, address: str, key: Node, node: Node) -> Mapping:
        known = addresses(mapping)
        if verb == "add" and address in known:
            self._problem("E302", key, f"cannot add '{address}': the base has it", "use replace")
            return mapping
        if verb != "add" and address not in known:
            self._problem(
                "E301",
                key,
                f"cannot {verb} '{address}': the base has no such line",
                did_you_mean(address, known),
                known_here(known),
            )
            return mapping
        why = text_of(node) if verb == "drop" else text_of(node.get("why"))
        if not why.strip():
            self._problem("E303", key, f"'{address}' has no reason", "write why this customer differs")
        if verb == "drop":
            line = next((each for each in _all_lines(mapping) if each.address == address), None)
            gone = Dropped(address, why, key.span, self.overlay.name, line)
            return replace(self._edited(mapping, address, lambda item: ()), dropped=(*mapping.dropped, gone))
        if verb == "replace":
            return self._edited(mapping, address, lambda item: (self._like(item, key, node, why),))
        return self._added(mapping, address, key, node, why)

    def _like(self, item: Item, key: Node, node: Node, why: str) -> Item:
        """The overlay's item in place of the base's."""
        origin = Origin(key.span, "replaced", self.overlay.name, why, item)
        own = _tail(key, item.name if not isinstance(item, Line) else str(item.key.value))
        prefix = item.address[: len(item.address) - len(str(own.value))]
        if isinstance(item, Line):
            return self.read.line(own, node, prefix, origin)
        if isinstance(item, Part):
            return self.read.part(item.name, own, node, prefix.removesuffix("."), origin)
        return self.read.rule(item.name, own, node, prefix.removesuffix("rules."), origin)

    def _edited(self, mapping: Mapping, address: str, edit: Callable[[Any], tuple[Any, ...]]) -> Mapping:
        return replace(
            mapping, forward=_side(mapping.forward, address, edit), back=_side(mapping.back, address, edit)
        )

    def _added(self, mapping: Mapping, address: str, key: Node, node: Node, why: str) -> Mapping:
        origin = Origin(key.span, "added", self.overlay.name, why)
        back = address.startswith("back.")
        side = mapping.back if back else mapping.forward
        rest = address.removeprefix("back.")
        prefix = "back." if back else ""
        side = self._into_side(side, prefix, rest, key, node, origin)
        return replace(mapping, back=side) if back else replace(mapping, forward=side)

    def _into_side(self, side: Side, prefix: str, rest: str, key: Node, node: Node, origin: Origin) -> Side:
        if rest.startswith("rules."):
            own = _tail(key, rest.removeprefix("rules."))
            return replace(
                side, rules=(*side.rules, self.read.rule(str(own.value), own, node, prefix, origin))
            )
        for line in side.lines:
            if line.parts and f"{prefix}{rest}".startswith(f"{line.address}."):
                inner = self._into_line(line, f"{prefix}{rest}", key, node, origin)
                return replace(side, lines=tuple(inner if one is line else one for one in side.lines))
        return replace(side, lines=(*side.lines, self.read.line(_tail(key, rest), node, prefix, origin)))

    def _into_line(self, line: Line, address: str, key: Node, node: Node, origin: Origin) -> Line:
        for part in line.parts:
            if address.startswith(f"{part.address}."):
                inner = self._into_part(part, address, key, node, origin)
                return replace(line, parts=tuple(inner if one is part else one for one in line.parts))
        name = address.removeprefix(f"{line.address}.")
        own = _tail(key, name)
        return replace(line, parts=(*line.parts, self.read.part(name, own, node, line.address, origin)))

    def _into_part(self, part: Part, address: str, key: Node, node: Node, origin: Origin) -> Part:
        side = self._into_side(
            Side(part.let, part.rules, part.lines),
            f"{part.address}.",
            address.removeprefix(f"{part.address}."),
            key,
            node,
            origin,
        )
        return replace(part, rules=side.rules, lines=side.lines)

    def _problem(self, code: str, node: Node, text: str, label: str, *notes: str) -> None:
        self.problems.append(Problem(code, node.span, text, label, notes))


def _tail(key: Node, name: str) -> Node:
    """The end of an address as a key of its own, at its place."""
    return Node("scalar", key.inner(len(str(key.value)) - len(name), len(name)), name)


def _side(side: Side, address: str, edit: Callable[[Any], tuple[Any, ...]]) -> Side:
    return replace(side, rules=_items(side.rules, address, edit), lines=_lines(side.lines, address, edit))


def _items(items: tuple[Item, ...], address: str, edit: Callable[[Any], tuple[Any, ...]]) -> tuple[Item, ...]:
    found: tuple[Item, ...] = ()
    for item in items:
        found += edit(item) if item.address == address else (item,)
    return found


def _lines(lines: tuple[Line, ...], address: str, edit: Callable[[Any], tuple[Any, ...]]) -> tuple[Line, ...]:
    found: list[Line] = []
    for line in lines:
        if line.address == address:
            found += edit(line)
        elif line.parts and address.startswith(f"{line.address}."):
            parts = tuple(_part(part, address, edit) for part in line.parts)
            if left := _items(parts, address, edit):  # a list whose last part is dropped goes with it
                found.append(replace(line, parts=left))
        else:
            found.append(line)
    return tuple(found)


def _part(part: Part, address: str, edit: Callable[[Any], tuple[Any, ...]]) -> Part:
    if not address.startswith(f"{part.address}."):
        return part
    return replace(part, rules=_items(part.rules, address, edit), lines=_lines(part.lines, address, edit))
