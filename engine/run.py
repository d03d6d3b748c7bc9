"""Files in, outcomes out: one mapping of one customer over records that were read.

The shell around the pure mapper: reads the files, fills the facts, keeps what could not be read in
its place among the outcomes. Before: `workspace`, `read`. After: the commands `map`, `explain`, `demo`.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

from engine.compile.frame import Facts, key_text
from engine.compile.lineage import words
from engine.map.mapper import Mapper
from engine.map.names import NATURAL
from engine.map.outcome import BAD, Outcome, Remark
from engine.read.files import Inputs, read_inputs
from engine.read.memory import load_links, load_wrote
from engine.read.recognise import Unreadable
from engine.spec.model import Shape
from engine.spec.problem import Problem, SpecError
from engine.workspace import Desk

LINKS = "links.json"
SELDOM = (50_000, 20, 50)


def _collect_seldom() -> None:
    """Records are trees that go as soon as nothing holds them, so looking for circles is lost work.

    What was loaded stays for good and is not looked at again; circles (of messages) are still found.
    """
    gc.freeze()
    gc.set_threshold(*SELDOM)


@dataclass(slots=True)
class Run:
    """A mapping with its inputs and facts, ready to go."""

    desk: Desk
    mapper: Mapper
    inputs: Inputs
    facts: Facts
    unread: list[Unreadable] = field(default_factory=list)

    @property
    def target(self) -> Shape:
        """The shape the outcomes are of."""
        return self.desk.shape(self.mapper.flow.target)

    def records(self) -> Iterator[Any]:
        """The records that could be read; the others wait in `unread`."""
        for record in self.inputs.records:
            if isinstance(record, Unreadable):
                self.unread.append(record)
            else:
                yield record

    def outcomes(self) -> Iterator[Outcome]:
        """Every outcome in order; a record that could not be read is a bad one."""
        _collect_seldom()
        for outcome in self.mapper.run(self.records(), self.facts):
            yield from self._unread()
            yield outcome
        yield from self._unread()

    def rest(self) -> list[Outcome]:
        """Outcomes of the records that could not be read and have not been told yet."""
        return list(self._unread())

    def _unread(self) -> Iterator[Outcome]:
        waiting, self.unread = self.unread, []
        for bad in waiting:
            remark = Remark("bad", "unreadable", bad.text, bad.at)
            yield Outcome(self.mapper.flow.name, "", BAD, remarks=[remark])


def open_run(
    desk: Desk,
    mapping: str,
    files: Sequence[str | Path],
    back: bool = False,
    links: Path | None = None,
    wrote: Path | None = None,
    today: date | None = None,
    stdin: BinaryIO | None = None,
    a_folder: bool = False,
) -> Run:
    """Reads what the mapping needs. Raises SpecError if the files leave nothing to map.

    Of a whole folder's files (`a_folder`) those that say nothing to this mapping are passed over.
    """
    mapper = desk.mapper(mapping, back)
    sums = mapper.flow.group is not None  # they need little of much
    wanted = words(mapper.flow).union(NATURAL) if sums else None
    inputs = read_inputs(desk.book, mapping, back, files, stdin, wanted)
    if errors := [p for p in inputs.problems if p.is_error and not (a_folder and p.code == "E403")]:
        raise SpecError(errors)
    written = load_wrote(wrote, desk.book) if wrote is not None else {}
    facts = desk.facts(
        load_links(links, desk.book) if links is not None else None,
        today=today,
        wrote=written.get(mapping, {}),
    )
    inputs.fill(facts.links)
    return Run(desk, mapper, inputs, facts)


def sample_files(desk: Desk) -> list[Path]:
    """Everything the shipped sample company sent, its links apart."""
    folder = desk.workspace.root / "mappings" / desk.book.name / "sample"
    return [path for path in sorted(folder.glob("*.json")) if path.name != LINKS]


def sample_run(desk: Desk, mapping: str, back: bool, today: date | None = None) -> Run:
    """A run over the sample company."""
    links = desk.workspace.root / "mappings" / desk.book.name / "sample" / LINKS
    return open_run(desk, mapping, sample_files(desk), back, links, None, today, a_folder=True)


def source_ids(shape: Shape, records: Iterable[Any]) -> dict[tuple[str, ...], Any]:
    """Records by the parts of their id, to find the one an outcome came of."""
    found: dict[tuple[str, ...], Any] = {}
    for record in records:
        if isinstance(record, dict):
            found[tuple(str(record.get(name)) for name in shape.identity)] = record
    return found


def source_of(outcome: Outcome, ids: dict[tuple[str, ...], Any], parts: Sequence[str]) -> Any:
    """The record an outcome came of, or None (a sum comes of many)."""
    for length in range(len(parts), 0, -1):
        if tuple(parts[:length]) in ids:
            return ids[tuple(parts[:length])]
    return ids.get((outcome.id,))


def warnings_of(run: Run) -> list[Problem]:
    """What is worth saying of the files, though they can be used."""
    return [problem for problem in run.inputs.problems if not problem.is_error]


__all__ = ["Run", "key_text", "open_run", "sample_run", "source_ids", "source_of", "warnings_of"]
