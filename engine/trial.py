"""The examples of a project put to the test: from files to results, and what they leave untested.

One customer's desk serves all of its examples. Before: `spec.examples`, `map.examples`. After: the
commands `test`, and `check`, which reads the examples without running them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

from engine.check import settings_of
from engine.check.flows import resolve_mapping
from engine.map.examples import Result, Trial, rules_of, run_example, typed_by_all
from engine.map.mapper import Mapper
from engine.read.canonical import Reader
from engine.spec.examples import Example, load_examples
from engine.spec.node import Node
from engine.spec.problem import Problem, Span, ordered
from engine.workspace import Desk, Workspace


def try_examples(workspace: Workspace, only: Path | None = None) -> Trial:
    """Runs every example (or those of one file or folder). Coverage is asked of whole mappings."""
    examples, problems = load_examples(workspace.root, workspace.book, only)
    desks = _Desks(workspace)
    results: list[Result] = []
    for example in examples:
        desk = desks.of(example, problems)
        mapper = _mapper(example, desk, problems) if desk is not None else None
        if desk is not None and mapper is not None:
            results.append(_run(example, desk, mapper))
    whole = {example.mapping for example in examples} if only is not None else set(workspace.book.mappings)
    gaps = [gap for name in sorted(whole) for gap in coverage(workspace.customer(), name, results)]
    gaps += [gap for desk in desks.found.values() for gap in own_coverage(desk, results)]
    return Trial(tuple(results), tuple(ordered(problems)), tuple(ordered(gaps)))


def example_problems(workspace: Workspace, customer: str | None = None) -> list[Problem]:
    """What is wrong with the files of examples, of the base and of every customer (or of one)."""
    examples, problems = load_examples(workspace.root, workspace.book)
    desks = _Desks(workspace)
    for example in examples:
        if example.customer and example.customer not in workspace.book.customers:
            desks.of(example, problems)
    others = [f"mappings/customers/{name}/" for name in workspace.book.customers if name != customer]
    return [p for p in problems if customer is None or not p.span.file.startswith(tuple(others))]


def _mapper(example: Example, desk: Desk, problems: list[Problem]) -> Mapper | None:
    """The mapper of an example; a template that its own settings give is read with them."""
    mapping = desk.book.mappings[example.mapping]
    customer = desk.book.customers.get(desk.name)
    overlay = customer.overlays.get(example.mapping) if customer is not None else None
    nodes = [mapping.node, *([overlay.node] if overlay is not None else [])]
    if not any(name in example.settings for node in nodes for name in _templates(node)):
        return desk.mapper(example.mapping, example.back)
    found: list[Problem] = []
    settings = settings_of(desk.book, customer, dict(example.settings))
    flows = resolve_mapping(desk.book, mapping, settings, found)
    if wrong := [replace(p, span=example.span) for p in found if p.is_error]:
        problems += wrong
        return None
    return Mapper(next(flow for flow in flows if flow.back is example.back))


def _templates(node: Node) -> Iterator[str]:
    """The settings in which a customer writes a template: `text: {setting: name}`."""
    for key, value in node.entries:
        name = value.get("setting") if value.kind == "map" else None
        if key.value == "text" and name is not None:
            yield str(name.value)
        yield from _templates(value)
    for item in node.items:
        yield from _templates(item)


def _run(example: Example, desk: Desk, mapper: Mapper) -> Result:
    facts = desk.facts(
        example.links,
        example.settings,
        example.today,
        example.wrote.get(example.mapping, {}),
        typed_by_all(example),
    )
    reader = Reader(desk.shape(mapper.flow.source))
    records = tuple(record for given in example.records for record in reader.bare(deepcopy(given)))
    return run_example(replace(example, records=records), mapper, facts)


class _Desks:
    """Desks by customer, each opened once."""

    def __init__(self, workspace: Workspace):
        self.workspace = workspace
        self.found: dict[str, Desk] = {}

    def of(self, example: Example, problems: list[Problem]) -> Desk | None:
        """The desk an example needs; None, and a problem, if there is none."""
        if example.customer not in self.found:
            known = self.workspace.book.customers
            if example.customer and example.customer not in known:
                text = f"no customer '{example.customer}'"
                problems.append(Problem("E305", example.span, text, f"known: {', '.join(known)}"))
                return None
            self.found[example.customer] = self.workspace.customer(example.customer)
        desk = self.found[example.customer]
        if example.back and not any(f.back and f.name == example.mapping for f in desk.flows):
            text = f"mapping '{example.mapping}' goes one way only"
            problems.append(Problem("E105", example.span, text, "this example goes back"))
            return None
        return desk


def coverage(desk: Desk, mapping: str, results: Sequence[Result]) -> Iterable[Problem]:
    """E217 for every rule and note of a mapping that no example shows acting, or not acting."""
    own = [r for r in results if r.example.mapping == mapping]
    acted = {name for result in own for name in result.acted}
    idle = {name for result in own for name in result.idle}
    for flow in desk.flows:
        if flow.name == mapping:
            for rule in rules_of(flow):
                yield from _gap(
                    f"rule {rule.address}", rule.span, rule.address in acted, rule.address in idle
                )
    for name, note in desk.book.mappings[mapping].notes.items():
        mark = f"note:{name}"
        yield from _gap(f"note {mapping}.{name}", note.span, mark in acted, mark in idle)


def own_coverage(desk: Desk, results: Sequence[Result]) -> Iterable[Problem]:
    """The same for the rules a customer's overlay brought."""
    own = [r for r in results if r.example.customer == desk.name]
    acted = {name for result in own for name in result.acted}
    idle = {name for result in own for name in result.idle}
    for flow in desk.flows if desk.name else ():
        for rule in rules_of(flow):
            if rule.rule.origin.how != "base":
                yield from _gap(
                    f"rule {rule.address}", rule.span, rule.address in acted, rule.address in idle
                )


def _gap(what: str, span: Span, acts: bool, rests: bool) -> Iterable[Problem]:
    if not acts:
        yield Problem("E217", span, f"no example shows {what} acting", "never acts", (), "add an example")
    if not rests:
        yield Problem(
            "E217", span, f"no example shows {what} not acting", "acts in every example", (), "add an example"
        )
