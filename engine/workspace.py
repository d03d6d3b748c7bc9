"""A project folder opened: its book, one customer's flows, what the commands need of both.

The only place that goes from files to flows in one step; `cli.py` and the tests start here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from engine.cache import programs, trees
from engine.check import BASE, check, customer_book, exact, flows, settings_of
from engine.check.typed import Flow
from engine.compile.frame import Facts, LinkMeta, Links
from engine.map.mapper import Mapper
from engine.spec.home import home
from engine.spec.load import load
from engine.spec.model import Book, Shape
from engine.spec.model import Mapping as MappingSpec
from engine.spec.problem import Problem, SpecError, did_you_mean, known_here, ordered
from engine.system.load import mistakes


class Workspace:
    """A folder with `schemas/` and `mappings/`, read once."""

    def __init__(self, root: Path | None = None, name: str = "procore_xero"):
        self.root = root or home()
        self.book, self.file_problems = load(self.root, name, trees(self.root, name))

    def problems(self, customer: str | None = None) -> list[Problem]:
        """Everything wrong with the files, the base and its customers (or one of them)."""
        own = [p for p in self.file_problems if customer is None or not _of_another_customer(p, customer)]
        return ordered([*own, *check(self.book, customer), *mistakes(self.book)])

    def known(self, customer: str) -> None:
        """KeyError with a helpful text for a customer nobody has heard of."""
        known = self.book.customers
        if customer not in known:
            raise KeyError(f"no customer '{customer}'; {did_you_mean(customer, known) or known_here(known)}")

    def customer(self, name: str = BASE) -> Desk:
        """One customer's view. Raises SpecError if its specs have errors."""
        return Desk(self, name)


def _of_another_customer(problem: Problem, name: str) -> bool:
    """Whether a file of some other customer is meant; it stops nobody else."""
    folder = "mappings/customers/"
    return problem.span.file.startswith(folder) and not problem.span.file.startswith(f"{folder}{name}/")


class Desk:
    """One customer's mappings, ready to use."""

    def __init__(self, workspace: Workspace, name: str):
        found: list[Problem] = []
        self.name = name
        self.workspace = workspace
        self.book: Book = customer_book(workspace.book, name, found)
        self.flows: list[Flow] = flows(workspace.book, name, found)
        own = [p for p in workspace.file_problems if not _of_another_customer(p, name)]
        errors = [p for p in ordered([*own, *found]) if p.is_error]
        if errors:
            raise SpecError(errors)

    @cached_property
    def settings(self) -> dict[str, Any]:
        """Values of all settings that have one."""
        return settings_of(self.book, self.book.customers.get(self.name))

    def flow(self, mapping: str, back: bool = False) -> Flow:
        """A mapping's flow; KeyError with a helpful text if there is none."""
        for flow in self.flows:
            if flow.name == mapping and flow.back is back:
                return flow
        if mapping in self.book.mappings:
            raise KeyError(f"mapping '{mapping}' goes one way only")
        known = list(self.book.mappings)
        raise KeyError(f"no mapping '{mapping}'; {did_you_mean(mapping, known) or known_here(known)}")

    def mapper(self, mapping: str, back: bool = False) -> Mapper:
        """A flow ready to run."""
        return Mapper(self.flow(mapping, back), kept=programs(self.workspace.book.digest, self.name))

    def shape(self, name: str) -> Shape:
        """A shape by name."""
        return self.book.shapes[name]

    @cached_property
    def link_meta(self) -> dict[str, LinkMeta]:
        """What lookups need to know of every mapping and reference."""
        found = {name: self._meta(mapping) for name, mapping in self.book.mappings.items()}
        for name, reference in self.book.references.items():
            shape = self.book.shapes[reference.shape]
            found[name] = LinkMeta(
                shape.identity[0] if len(shape.identity) == 1 else "id", reference.key, shape.title, ""
            )
        return found

    def _meta(self, mapping: MappingSpec) -> LinkMeta:
        source, target = self.shape(str(mapping.source.value)), self.shape(str(mapping.target.value))
        parts = list(source.identity)
        if mapping.each_in is not None and mapping.each_key is not None:
            parts.append(f"{mapping.each_as}.{mapping.each_key.value}")
        return LinkMeta(
            target.identity[0], tuple(parts), source.title, f"{target.system.title()} {target.title}"
        )

    def facts(
        self,
        links: Mapping[str, Mapping[str, Mapping[str, Any]]] | None = None,
        settings: Mapping[str, Any] | None = None,
        today: date | None = None,
        wrote: Mapping[str, Mapping[str, Any]] | None = None,
        typed: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> Facts:
        """Facts for a run; `settings` come on top of the customer's."""
        own = {name: exact(self.book, name, value) for name, value in (settings or {}).items()}
        return Facts(
            {**self.settings, **own},
            Links(links, self.link_meta),
            today,
            wrote or {},
            typed or {},
        )
