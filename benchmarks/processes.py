"""Whole processes: loading all mappings, saying --help, and what a long file costs in memory."""

from __future__ import annotations

import json
import statistics
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import data
from benchmarks.costs import map_command
from benchmarks.measure import ROOT, Ratio, child, table, verdict

HEAVY = (
    "yaml",
    "jmespath",
    "jinja2",
    "httpx",
    "jsonschema",
    "jsonschema_rs",
    "msgspec",
    "simplejson",
    "rich",
)
PARTS = ("import", "load", "check", "compile")


def loading() -> dict[str, float]:
    """Milliseconds of CPU to open the project in this process, part by part."""
    found, mark = {}, time.process_time()

    def lap(name: str) -> None:
        nonlocal mark
        found[name], mark = (time.process_time() - mark) * 1e3, time.process_time()

    from engine.workspace import Workspace

    lap("import")
    workspace = Workspace(ROOT)
    lap("load")
    desk = workspace.customer()
    lap("check")
    facts = desk.facts()
    for flow in desk.flows:  # through the door: a mapper may put compiling off until it is run
        _ = list(desk.mapper(flow.name, flow.back).run([], facts))
    lap("compile")
    workspace.problems()
    lap("check all customers")
    return found


def show_loading(times: int) -> None:
    """All nine mappings in fresh processes: with nothing kept, and with what a run before has kept."""
    with TemporaryDirectory(prefix="crosswalk-bench-") as place:
        kept, output = Path(place) / "kept", Path(place) / "out"
        cold, warm = ([_fresh(where, output) for _ in range(times + 1)] for where in ("off", str(kept)))
        entries = sum(1 for _ in kept.iterdir())
    names = [*PARTS, "check all customers"]
    ways = [
        {name: pick(each[name] for each in runs[1:]) for name in names}  # the first finds cold discs
        for runs, pick in ((cold, min), (cold, statistics.median), (warm, min), (warm, statistics.median))
    ]
    whole = [sum(each[name] for name in PARTS[1:]) for each in ways]
    rows = [[name, *(f"{each[name]:.0f}" for each in ways)] for name in names]
    table(
        f"all nine mappings and both systems' shapes, ms of CPU in {times} fresh processes each",
        ["", "nothing kept: least", "median", f"{entries} entries kept: least", "median"],
        [*rows, ["load + check + compile", *(f"{each:.0f}" for each in whole)]],
        f"goal at most 150 ms: nothing kept {whole[1]:.0f} ms  {verdict(whole[1] <= 150)},"
        f" kept {whole[3]:.0f} ms  {verdict(whole[3] <= 150)}",
    )


def _fresh(kept: str, output: Path) -> dict[str, float]:
    """One process of its own, and what it keeps there."""
    child(["env", f"CROSSWALK_CACHE={kept}", sys.executable, "-m", "benchmarks.processes"], output)
    found: dict[str, float] = json.loads(output.read_text())
    return found


def show_start(times: int) -> None:
    """`--help` against a Python that does nothing, and what is imported before a command begins."""
    script = Path(sys.executable).with_name("crosswalk")
    if not script.exists() or not (ROOT / "cli.py").exists():
        print("\nstart-up: no command line yet")
        return
    pairs = [(child([script, "--help"]).cpu, child([sys.executable, "-c", "pass"]).cpu) for _ in range(times)]
    ratio = Ratio.of([ours / bare for ours, bare in pairs])
    code = f"import cli, sys; print(len(sys.modules), *(m for m in {HEAVY!r} if m in sys.modules))"
    with TemporaryDirectory(prefix="crosswalk-bench-") as place:
        output = Path(place) / "out"
        child([sys.executable, "-c", code], output)
        modules, *heavy = output.read_text().split()
    table(
        "start-up",
        ["", "cpu ms", "ratio"],
        [
            ["python -c pass", f"{statistics.median(bare for _, bare in pairs) * 1e3:.0f}", "1"],
            ["crosswalk --help", f"{statistics.median(ours for ours, _ in pairs) * 1e3:.0f}", ratio],
        ],
        f"modules before any command begins: {modules}, heavy ones among them: {', '.join(heavy) or 'none'}",
        f"goal at most 5x: {ratio.middle:.1f}x  {verdict(ratio.middle <= 5)}",
    )


def show_memory(count: int) -> None:
    """`crosswalk map` over JSON lines: the peak of a long file against that of a short one."""
    from benchmarks.workload import commitment_links  # imports the engine, which loading() is to time

    few, rows, peaks, whole = count // 20, [], [], True
    with TemporaryDirectory(prefix="crosswalk-bench-") as place:
        links = Path(place) / "links.json"
        links.write_text(json.dumps(commitment_links(count)), encoding="utf-8")
        for number in (few, count):
            given = Path(place) / f"{number}.ndjson"
            with given.open("w", encoding="utf-8") as file:
                file.writelines(json.dumps(record) + "\n" for record in data.commitments(number))
            output = Path(place) / "out"
            took = child(map_command("commitments", given, links), output)
            with output.open("rb") as file:
                written = sum(1 for _ in file)
            whole = whole and took.code in (0, 1) and written >= 0.9 * number
            peaks.append(took.peak)
            rows.append([f"{number:,}", f"{written:,}", f"{took.cpu:.1f}", f"{took.peak:.0f}"])
    ratio = peaks[1] / peaks[0]
    table(
        "crosswalk map, JSON lines of commitments in, JSON lines out",
        ["records", "lines out", "cpu s", "peak MiB"],
        rows,
        f"goal peak at most 1.2x of {few:,} records: {ratio:.2f}x  {verdict(whole and ratio <= 1.2)}",
    )


if __name__ == "__main__":
    print(json.dumps(loading()))
