"""What records of a flow would make now, as hashes: for who accepts one, and for the run that sends it.

What is typed is left out, for it comes with the acceptance itself. Before: `plan.grounds`, `approve.seen`.
After: `tabs`, `admission`.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import Any

from engine.approve.seen import seen
from engine.compile.frame import key_text
from engine.plan.grounds import Ground


class Sight:
    """The records of one ground by their keys; each is mapped when it is asked for."""

    def __init__(self, ground: Ground):
        self.ground = ground
        self.found: dict[str, str] = {}
        self.facts = replace(ground.facts, typed={})  # one for all: a mapper keeps what it made of the last

    @cached_property
    def records(self) -> dict[str, Any]:
        """What was read, by key."""
        names = self.ground.mapper.flow.source_root.identity
        return {
            key_text([record.get(name) for name in names]): record
            for record in self.ground.records
            if isinstance(record, dict)
        }

    def of(self, own: str) -> str:
        """The hash of what a record would make; "" where it is not there, or makes nothing as it is."""
        if own not in self.found:
            record = self.records.get(own)
            made = () if record is None else self.ground.mapper.run([record], self.facts)
            self.found[own] = seen(one.record for one in made)
        return self.found[own]
