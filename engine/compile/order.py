"""The order in which mappings run: what a link goes through comes before it.

Pure sorting of what `check/order` has found; needed order first, then as far as possible what
mappings wish for, else the order of the files. Before: `check`. After: `sync` and `plan`.
"""

from __future__ import annotations

from graphlib import TopologicalSorter

from engine.check.order import circle, needs
from engine.check.typed import Flow


def sorted_names(flows: list[Flow]) -> list[str]:
    """Names of mappings, each after those it links through. Raises ValueError for a circle."""
    wanted = needs(flows)
    way = circle(wanted)
    if way:
        raise ValueError(f"these mappings need each other: {' → '.join(way)}")
    for name, others in needs(flows, wishes=True).items():
        for other, span in others.items():
            if other not in wanted[name]:
                wanted[name][other] = span
                if circle(wanted):
                    del wanted[name][other]
    return list(TopologicalSorter(wanted).static_order())


def sorted_flows(flows: list[Flow]) -> list[Flow]:
    """Flows in that order; of a mapping that goes both ways, forward first."""
    place = {name: index for index, name in enumerate(sorted_names(flows))}
    return sorted(flows, key=lambda flow: (place[flow.name], flow.back))
