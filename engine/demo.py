"""The sample company through every mapping, both ways: what `demo` shows.

Nothing is sent anywhere and nothing is needed but the repository. Before: `run`. After:
`report.demo`.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.compile.frame import key_parts
from engine.map.names import label_of, names_by_id, nicknamed
from engine.report.demo import Pair
from engine.report.outcomes import Form
from engine.report.page import in_order
from engine.run import sample_run, source_ids, source_of
from engine.workspace import Desk


def pairs(desk: Desk) -> Iterator[Pair]:
    """Every flow of the customer over the sample, in the order of the connector's page."""
    for mapping in in_order(desk.book):
        for flow in desk.flows:
            if flow.name == mapping.name:
                yield _pair(desk, flow.name, flow.back)


def _pair(desk: Desk, mapping: str, back: bool) -> Pair:
    run = sample_run(desk, mapping, back)
    flow, records = run.mapper.flow, list(run.records())
    outcomes = [*run.mapper.run(records, run.facts), *run.rest()]
    source, target = desk.shape(flow.source), run.target
    ids = source_ids(source, records)
    known = names_by_id(run.facts.links)
    labels = [
        nicknamed(label_of(o, source_of(o, ids, key_parts(o.id)), of_source=True), known) for o in outcomes
    ]
    form = Form.of(desk.book, flow, target)
    return Pair(
        desk.book.mappings[mapping].title, flow, source, target, len(records), outcomes, labels, form, known
    )
