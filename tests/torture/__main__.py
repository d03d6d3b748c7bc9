"""`python -m tests.torture`: kills everywhere, and the table of what came of it. It takes about an hour.

--only first.unsure.sqlite   chapters, kinds of luck and databases that contain this (several times)
--inside 8                   kills at random events inside the classes, in each series
--ends                       a kill at the end of every class, too
--minutes 60                 for all series together, each its share of what is left
--kills 50                   random kills of a whole sync, in each of two series on each database
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from multiprocessing import SimpleQueue
from pathlib import Path
from typing import TypeAlias

from engine.ledger.store import Store
from tests import databases
from tests.torture.chapters import CHAPTERS, MODES, on_postgres, on_sqlite
from tests.torture.results import Counts, table
from tests.torture.series import classes, series, whole
from tests.torture.trial import fork
from tests.worlds.sandboxed import desk, serving

DATABASES = ("sqlite", "postgresql")
MEMORY = Path("/dev/shm")  # a kill is no power cut: what the kernel has is not lost
Todo: TypeAlias = "SimpleQueue[tuple[str, int] | None]"  # series, and how many there are from each on


def main() -> int:
    """Runs the series asked for; 1 if any trial went otherwise."""
    options = _options()
    names = [f"{c}.{m}.{d}" for d in DATABASES for c in CHAPTERS for m in MODES]
    names += [f"whole.{salt}.{d}" for d in DATABASES for salt in (1, 2)]
    chosen = [name for name in names if not options.only or any(each in name for each in options.only)]
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        server = _postgres() if any("postgresql" in name for name in chosen) else ""
        desk()
        jobs = range(options.jobs)
        todo: Todo = SimpleQueue()
        for at, name in enumerate(chosen):
            todo.put((name, len(chosen) - at))
        for _ in jobs:
            todo.put(None)
        children = [fork(_work(todo, options, Path(folder) / str(job), server)) for job in jobs]
        for child in children:
            os.waitpid(child, 0)
        counts = [_told(Path(folder), name) for name in chosen]
    for one in counts:
        print("\n".join(one.told[:3]), end="", file=sys.stderr)
    print(f"\n{table(counts)}")
    return int(any(one.bad for one in counts))


def _told(folder: Path, name: str) -> Counts:
    found = next(folder.glob(f"*/{name}.json"), None)
    if found is None:
        return Counts(name, stuck=1, told=[f"{name}: the torture itself ended early"])
    return Counts(**json.loads(found.read_text("utf-8")))


def _work(todo: Todo, options: argparse.Namespace, folder: Path, server: str) -> Callable[[], None]:
    """One series after the other, as long as there are any that no other job has begun."""

    def work() -> None:
        folder.mkdir()
        end = time.time() + 60 * options.minutes
        for name, left in iter(todo.get, None):
            share = (end - time.time()) * options.jobs / left
            counts = _series(name, options, folder, server, time.time() + share if options.minutes else 0.0)
            (folder / f"{name}.json").write_text(json.dumps(asdict(counts)), "utf-8")
            print(table([counts]).splitlines()[2], flush=True)

    return work


def _series(name: str, options: argparse.Namespace, folder: Path, server: str, until: float) -> Counts:
    chapter, mode, database = name.split(".")
    ledgers = on_sqlite(folder) if database == "sqlite" else on_postgres(server, f"torture{folder.name}")
    with serving() as sandbox:
        if chapter == "whole":
            return whole(sandbox, ledgers, folder, options.kills, int(mode or 0), until)
        choice = classes(options.inside, mode == "plain", options.ends)
        return series(sandbox, ledgers, chapter, mode, folder, choice, True, until)


def _postgres() -> str:
    """The server named in the environment, or a cluster of our own that ends with this process."""
    if named := os.environ.get(databases.NAMED):
        return named
    programs = databases.binaries()
    if programs is None:
        sys.exit(f"{databases.MISSING}; or choose --only sqlite")
    os.environ[databases.SESSION] = str(os.getpid())
    folder = Path(tempfile.mkdtemp(prefix="crosswalk-torture-", dir=MEMORY if MEMORY.is_dir() else None))
    folder.chmod(0o755)
    if os.geteuid() == 0:
        import shutil

        shutil.chown(folder, "postgres")
    url = databases.start(programs, folder)
    Store(url).close()
    return url


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="torture", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--inside", type=int, default=8)
    parser.add_argument("--ends", action="store_true")
    parser.add_argument("--minutes", type=float, default=0.0)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--jobs", type=int, default=2, help="processes, each with a sandbox of its own")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
