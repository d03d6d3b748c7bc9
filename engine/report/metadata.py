"""Procore's ERP metadata: what its ERP Integrations tool is told of this connector for one customer.

Entities on or off, which way they go, what the approver is asked, and the limits of fields follow from the
mappings, the shapes and the customer's settings; `metadata.yaml` adds names only. Pure: the command
prints it, and whoever answers Procore's request `sync_metadata` may send it. Before: `metadata_rules`,
`compile/fold`. After: `commands/stating`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.check import typed as t
from engine.compile.fold import folded
from engine.report.metadata_reach import TYPED, needed, prefilled
from engine.report.metadata_rules import Fields, Json, Place
from engine.report.page_nodes import flag, get, text
from engine.spec.model import Book
from engine.spec.node import Node
from engine.vocabulary.functions import truth


def metadata(book: Book, settings: Mapping[str, Any], flows: Sequence[t.Flow]) -> Json:
    """The whole of it, for these settings; the flows are the customer's."""
    own = [folded(flow, settings) for flow in flows]
    node = book.metadata
    known = get(node, "entities")
    entities = (
        {} if known is None else {name: _Entity(node, each, own, settings) for name, _, each in known.pairs()}
    )
    return {
        "settings": {
            "labels": _texts(get(node, "labels")),
            "configurations": _configurations(get(node, "configurations"), settings),
            "entities": {name: entity.told() for name, entity in entities.items()},
        }
    }


def _texts(node: Node | None) -> Json:
    return {} if node is None else {name: str(value.value) for name, _, value in node.pairs()}


def _configurations(node: Node | None, settings: Mapping[str, Any]) -> Json:
    """The settings that Procore wants to know, under its own names."""
    if node is None:
        return {}
    return {
        group: {name: settings.get(str(value.value)) for name, _, value in inner.pairs()}
        for group, _, inner in node.pairs()
    }


class _Entity:
    """One entity: what its mapping does for it, each way."""

    def __init__(self, top: Node | None, node: Node, flows: list[t.Flow], settings: Mapping[str, Any]):
        self.top, self.node, self.flows, self.settings = top, node, flows, settings
        self.mapping, self.of = text(node, "mapping"), text(node, "of")
        mine = [flow for flow in flows if flow.name == self.mapping]
        self.out = next((flow for flow in mine if self._ours(flow.source)), None)
        self.home = next((flow for flow in mine if self._ours(flow.target)), None)
        self.exported, self.imported = self._way("export", self.out), self._way("import", self.home)

    def _ours(self, shape: str) -> bool:
        return shape.partition(".")[0] == text(self.top, "system")

    def told(self) -> Json:
        """The entity as Procore reads it."""
        if not any(runs_at_all(flow) for flow in (self.out, self.home) if flow is not None):
            return _off()
        custom, accepted, typed = self._asked()
        exported = self.exported | ({"custom_fields": custom} if custom else {})
        return {
            "enabled": True,
            "configs": {"export": exported, "import": self.imported, **self._more()},
            "tab": self._tab(),
            "rules": {"export": {"fields": accepted}, "save": {"fields": typed}},
        }

    def _asked(self) -> tuple[list[Json], Json, Json]:
        """What the approver is asked beside the record, what of it at acceptance, and what as it is typed."""
        if self.out is None or not runs_at_all(self.out):
            return [], {}, {}
        names, labels = get(self.node, "names"), get(self.top, "labels")
        place = Place(self.of, _texts(names), text(self.top, "answers"), text(labels, "id_name"))
        fields = Fields(self.out, place)
        if not self.exported["enabled"]:
            return [], {}, fields.asked_on_save()
        return fields.custom_fields(), fields.asked_on_export(), fields.asked_on_save()

    # ------------------------------------------------------------ which way

    def _way(self, way: str, flow: t.Flow | None) -> Json:
        """Whether it goes one way, and whether only new ones do."""
        made = flow is not None and self._may(way) and goes(flow, linked=False)
        changed = (
            flow is not None
            and self._may(way, f"{way}.update")
            and goes(flow, linked=True)
            and self._follows(flow)
        )
        if not (made or changed):
            return {"enabled": False}
        return {"enabled": True, "create": {"enabled": made}, "update": {"enabled": changed}}

    def _may(self, *what: str) -> bool:
        never = get(self.node, "never")
        return not any(get(never, each) is not None for each in what)

    def _follows(self, flow: t.Flow) -> bool:
        """Whether some line writes into what is there already."""
        return any(self._written(line.write) for line in t.walk_lines(flow.lines))

    def _written(self, write: str) -> bool:
        setting = write.removeprefix("settings.")
        return write == "always" or (setting != write and self.settings.get(setting) == "follow")

    # ------------------------------------------------------------ what else is on or off

    def _more(self) -> Json:
        configs = get(self.node, "configs")
        pairs = configs.pairs() if configs is not None else ()
        return {name: {"enabled": self._on(config)} for name, _, config in pairs}

    def _on(self, config: Node) -> bool:
        """A config that is on while a mapping runs, while nothing need be typed, or always."""
        if runs := text(config, "runs"):
            return any(runs_at_all(flow) for flow in self.flows if flow.name == runs)
        if name := text(config, "prefills"):
            return (
                self.out is not None
                and prefilled(self.out, name)
                and f"{TYPED}{name}" not in needed(self.out)
            )
        return flag(config, "is")

    def _tab(self) -> Json:
        """The tab, with the id over there for what has one and passes an approver, or with the figures."""
        if not self._may("tab"):
            return {"enabled": False}
        if text(self.node, "columns"):
            return {"enabled": True, "columns": self._figures()}
        flow = self.out or self.home
        if self.of or flow is None or flow.mapping.approval == "none":
            return {"enabled": True}
        label = text(get(self.top, "labels"), "id_name")
        return {"enabled": True, "columns": {"code": {"enabled": True, "text": label}}}

    def _figures(self) -> Json:
        """Every figure Procore has a column for, on where a line writes it."""
        assert self.home is not None
        written = {line.path[0].name for line in self.home.lines}
        members = self.home.target_root.members.items()
        figures = {name: each for name, each in members if each.kind == "decimal" and not each.computed}
        return {name: {"enabled": name in written, "text": each.label} for name, each in figures.items()}


def _off() -> Json:
    """An entity that nothing here carries, or that the settings switch off."""
    return {
        "enabled": False,
        "configs": {"export": {"enabled": False}, "import": {"enabled": False}},
        "tab": {"enabled": False},
        "rules": {"export": {"fields": {}}, "save": {"fields": {}}},
    }


def runs_at_all(flow: t.Flow) -> bool:
    """Whether settings let a flow, with settings put in, do anything."""
    return goes(flow, linked=True) or goes(flow, linked=False)


def goes(flow: t.Flow, linked: bool) -> bool:
    """Whether records go that are linked, or are not: no setting turns the flow off or skips them all."""
    if flow.only_when is not None and _certain(flow.only_when, flow.name, linked) is False:
        return False
    rules = [
        *flow.rules,
        *(rule for block in (flow.split, flow.group) if block is not None for rule in block.rules),
    ]
    away = [rule for rule in rules if rule.then in ("skip", "leave_out")]
    return not any(_certain(rule.when, flow.name, linked) for rule in away)


def _certain(expr: t.Expr, name: str, linked: bool) -> bool | None:
    """What a condition comes to whatever the record says; None if the record decides."""
    if isinstance(expr, t.Const):
        return truth(expr.value)
    if isinstance(expr, t.Linked) and expr.via == name:
        return linked
    if isinstance(expr, t.Not):
        found = _certain(expr.of, name, linked)
        return None if found is None else not found
    if isinstance(expr, t.Either):
        sides = {_certain(side, name, linked) for side in (expr.left, expr.right)}
        if (not expr.both) in sides:
            return not expr.both
        return expr.both if sides == {expr.both} else None
    return None
