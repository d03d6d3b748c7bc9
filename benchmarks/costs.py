"""Job costs of many bills: the engine over a file against `json` and a dict of Decimals, as processes.

The whole command says more than the reference: every total as a document, and every document and line that
does not count, with its reason. So the engine is measured twice, once printing what the reference prints,
sums alone (`python -m benchmarks.costs engine FILE LINKS`), once as the command people use.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.bills import LINES, write_bills, write_links
from benchmarks.data import CATEGORY
from benchmarks.measure import ROOT, Child, Ratio, child, table, verdict

KEYS = ("job_origin_id", "cost_code_id", "line_item_type_id")
FIGURES = ("job_to_date_cost", "commitment_invoiced")
BASE_CURRENCY, RETAINAGE_ITEM = "AUD", "RETENTION"


def reference(bills: Path, links: Path) -> None:
    """Sums as a script would: every line through `json`, exact, into a dict."""
    known = json.loads(links.read_text("utf-8"))
    projects = {memory["TrackingOptionID"]: own for own, memory in known["projects"].items()}
    items = {memory["Code"]: json.loads(key) for key, memory in known["cost_codes"].items()}
    codes = {tuple(json.loads(key)): memory["id"] for key, memory in known["project_cost_codes"].items()}
    types = {code: memory["id"] for code, memory in known["cost_types"].items()}
    ours = {memory["InvoiceID"] for memory in known["invoices"].values()}
    totals: dict[tuple[Any, ...], Decimal] = {}
    invoiced: dict[tuple[Any, ...], Decimal] = {}
    for bill in _read(bills):
        if bill["Status"] not in ("AUTHORISED", "PAID") or bill["CurrencyCode"] != BASE_CURRENCY:
            continue
        for line in bill["LineItems"]:
            option = next(
                (t["TrackingOptionID"] for t in line["Tracking"] if t["TrackingCategoryID"] == CATEGORY), None
            )
            if line["ItemCode"] == RETAINAGE_ITEM or option not in projects or line["ItemCode"] not in items:
                continue
            code, kind = items[line["ItemCode"]]
            key = (option, codes[projects[option], code], types[kind])
            totals[key] = totals.get(key, Decimal(0)) + line["LineAmount"]
            if bill["InvoiceID"] in ours:
                invoiced[key] = invoiced.get(key, Decimal(0)) + line["LineAmount"]
    for key, total in totals.items():
        figures = dict(zip(FIGURES, (total, invoiced.get(key, Decimal(0))), strict=True))
        print(json.dumps(dict(zip(KEYS, map(str, key), strict=True)) | figures, default=str))


def _read(bills: Path) -> Iterator[dict[str, Any]]:
    with bills.open("rb") as file:
        for line in file:
            yield json.loads(line, parse_float=Decimal)


def engine(bills: Path, links: Path) -> None:
    """The engine over the same file; it prints what the reference prints."""
    from engine.run import open_run
    from engine.workspace import Workspace

    wanted = (*KEYS, *FIGURES)
    for outcome in open_run(Workspace(ROOT).customer("demo"), "job_costs", [bills], links=links).outcomes():
        if outcome.record is not None:
            print(json.dumps({name: outcome.record[name] for name in wanted}, default=str))


def map_command(mapping: str, given: Path, links: Path) -> list[str | Path]:
    """The command line that maps a file."""
    script = Path(sys.executable).with_name("crosswalk")
    start: list[str | Path] = [script] if script.exists() else [sys.executable, ROOT / "cli.py"]
    return [*start, "map", "demo", mapping, "--in", given, "--links", links]


def sums(output: Path) -> dict[tuple[str, ...], tuple[Decimal, ...]]:
    """The sums in a file of JSON lines, by their keys."""
    found = {}
    with output.open("rb") as file:
        for line in file:
            row = json.loads(line, parse_float=Decimal)
            row = row.get("record", row) if isinstance(row, dict) else None
            if row and KEYS[0] in row:
                figures = tuple(Decimal(str(row[name])) for name in FIGURES)
                found[tuple(str(row[name]) for name in KEYS)] = figures
    return found


class Costs:
    """Files of one size, and the processes over them: the command, sums alone, the reference."""

    def __init__(self, folder: Path, lines: int, links: Path):
        self.folder, self.lines, self.links = folder, lines, links
        self.bills = folder / f"bills_{lines}.ndjson"
        write_bills(self.bills, lines // LINES)
        self.taken: list[tuple[Child, Child, Child]] = []
        self.groups, self.equal = 0, True

    def run(self, times: int) -> None:
        """All in turn."""
        outputs = [self.folder / f"{name}.out" for name in ("command", "engine", "reference")]
        itself = [sys.executable, "-m", "benchmarks.costs"]
        commands = [
            map_command("job_costs", self.bills, self.links),
            *([*itself, name, self.bills, self.links] for name in ("engine", "reference")),
        ]
        for _ in range(times):
            command, alone, theirs = map(child, commands, outputs)
            self.taken.append((command, alone, theirs))
        found, summed, wanted = map(sums, outputs)
        self.groups, self.equal = len(wanted), wanted == found == summed
        self.bills.unlink()

    @property
    def ratios(self) -> tuple[Ratio, Ratio]:
        """Of the command and of sums alone, each against the reference beside it."""
        command = [command.cpu / theirs.cpu for command, _, theirs in self.taken]
        return Ratio.of(command), Ratio.of([alone.cpu / theirs.cpu for _, alone, theirs in self.taken])

    def row(self) -> list[object]:
        """A row of the table."""
        command, alone, theirs = self.taken[-1]
        seconds = [f"{each.cpu:.1f}" for each in (command, alone, theirs)]
        peaks = [f"{command.peak:.0f}", f"{theirs.peak:.0f}"]
        return [f"{self.lines:,}", f"{self.groups:,}", *seconds, *self.ratios, *peaks, self.equal]


def run(lines: int) -> None:
    """Two sizes, a tenth and the whole."""
    with TemporaryDirectory(prefix="crosswalk-bench-") as place:
        links = Path(place) / "links.json"
        write_links(links, lines // LINES)
        small = Costs(Path(place), lines // 10, links)
        small.run(3)
        large = Costs(Path(place), lines, links)
        large.run(3)
    command, alone = (ratio.middle for ratio in large.ratios)
    memory = large.taken[-1][0].peak / small.taken[-1][0].peak
    heads = ["lines", "groups", "map cpu s", "sums alone", "reference", "map ratio", "sums alone ratio"]
    table(
        f"job costs of {lines:,} lines: crosswalk map, and its sums alone, against json + dict of Decimal",
        [*heads, "map peak MiB", "reference", "equal sums"],
        [small.row(), large.row()],
        f"goal at most 0.55x: {command:.2f}x  {verdict(command <= 0.55)};"
        f" sums alone, as the reference prints them: {alone:.2f}x  {verdict(alone <= 0.55)}",
        f"goal memory flat (at most 1.2x for ten times the lines): {memory:.2f}x  {verdict(memory <= 1.2)}",
    )


if __name__ == "__main__":
    {"reference": reference, "engine": engine}[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]))
