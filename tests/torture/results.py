"""Counting trials: what each came to, and the table of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

HEAD = (
    *("where", "events", "classes", "looks", "unseen", "points", "tried", "killed", "replays"),
    *("lost", "doubled", "wrong", "open", "stuck"),
)


@dataclass(slots=True)
class Counts:
    """Trials of one chapter, in one kind of luck, on one database."""

    where: str
    events: int = 0  # kill points there are
    classes: int = 0  # of kill points between which nothing outside changes
    looks: int = 0  # of the witness
    unseen: int = 0  # changes it saw inside a class: then it is none
    points: int = 0  # of kills that are due
    tried: int = 0
    killed: int = 0  # trials in which the kill came: late in a story of bad luck it may be over before
    replays: int = 0  # answers given again under the same key
    lost: int = 0
    doubled: int = 0
    wrong: int = 0
    open: int = 0  # trials that ended with an effect open, or waiting for a person
    stuck: int = 0  # trials whose second process did not come to an end
    told: list[str] = field(default_factory=list)

    @property
    def bad(self) -> int:
        """Trials that went otherwise, each counted under all it is."""
        return self.lost + self.doubled + self.wrong + self.open + self.stuck + self.unseen

    def add(self, other: Counts) -> None:
        """Those of another series, too."""
        for name in HEAD[1:]:
            setattr(self, name, getattr(self, name) + getattr(other, name))


def table(counts: Sequence[Counts]) -> str:
    """As Markdown prints it."""
    total = Counts("all")
    for one in counts:
        total.add(one)
    rows = [HEAD, *(tuple(str(asdict(one)[name]) for name in HEAD) for one in (*counts, total))]
    widths = [max(len(row[at]) for row in rows) for at in range(len(HEAD))]
    lines = [f"| {' | '.join(map(str.ljust, row, widths))} |" for row in rows]
    return "\n".join([lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]])
