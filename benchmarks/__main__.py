"""`python -m benchmarks`: every measurement in one run, to stdout and nowhere else."""

from __future__ import annotations

import argparse
import os
import platform
import resource

PARTS = ("mapping", "loading", "start", "memory", "costs")


def main() -> None:
    """Measures what was asked for."""
    options = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    options.add_argument("--quick", action="store_true", help="2,000 records and 300,000 lines")
    options.add_argument("--only", choices=PARTS, action="append", help="one part (may be repeated)")
    chosen = options.parse_args()
    quick, parts = chosen.quick, chosen.only or PARTS
    records, lines, times = (2_000, 300_000, 5) if quick else (20_000, 1_000_000, 15)
    print(
        f"Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}.", end=" "
    )
    print(
        "Ratios are medians of interleaved slices of CPU time [p25..p75]; the rest is for orientation.",
        flush=True,
    )
    for part in parts:
        _measure(part, records, lines, times)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"\npeak memory of this process: {peak:.0f} MiB")


def _measure(part: str, records: int, lines: int, times: int) -> None:
    from benchmarks import costs, mapping, processes

    if part == "mapping":
        mapping.run(records)
    elif part == "loading":
        processes.show_loading(times)
    elif part == "start":
        processes.show_start(times)
    elif part == "memory":
        processes.show_memory(records)
    else:
        costs.run(lines)


if __name__ == "__main__":
    main()
