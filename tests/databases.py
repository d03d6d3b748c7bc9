"""Both databases for tests: SQLite in a file, and a PostgreSQL cluster of our own, started once.

The cluster lives in a folder of the test session, on a free port and a socket of its own; with
pytest-xdist the first worker that needs it starts it for all. It ends with the session. A running
server may be named instead: CROSSWALK_TEST_POSTGRES=postgresql://…
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from engine.ledger.store import Store
from engine.ledger.upgrade import upgrade

SESSION = "CROSSWALK_TEST_SESSION"
NAMED = "CROSSWALK_TEST_POSTGRES"
MISSING = f"no PostgreSQL here: install it (Debian: postgresql), or pgserver from PyPI, or set {NAMED}"


@contextmanager
def lock(path: Path) -> Iterator[None]:
    """One process at a time."""
    import fcntl

    with path.open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def binaries() -> Path | None:
    """The folder of initdb and pg_ctl: Debian's newest, or what is on PATH."""
    versions = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = sorted(versions, key=lambda path: float(path.parent.parent.name))
    found = newest[-1] if newest else shutil.which("initdb")
    return Path(found).resolve().parent if found else None


def as_postgres(*command: str | Path) -> None:
    """Runs a program of PostgreSQL, which refuses to be root."""
    words = [str(word) for word in command]
    if os.geteuid() == 0:
        words = ["runuser", "-u", "postgres", "--", *words]
    done = subprocess.run(
        words, cwd="/", stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(words)}: {done.stdout}{done.stderr}")


def start(programs: Path, folder: Path) -> str:
    """A new cluster in a folder, which ends when the test session does; gives its URL."""
    data, log, port = folder / "data", folder / "log", _free_port()
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
    as_postgres(programs / "initdb", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-sync", "-D", data)
    _end_with_session(programs, folder)
    as_postgres(programs / "pg_ctl", "-w", "-D", data, "-l", log, "-o", f"{options} -N 200", "start")
    return f"postgresql://postgres@127.0.0.1:{port}/postgres"


def _end_with_session(programs: Path, folder: Path) -> None:
    """Leaves somebody behind who stops the cluster, however the session ends."""
    prefix = "runuser -u postgres -- " if os.geteuid() == 0 else ""
    watch = f"while kill -0 {session()} 2>/dev/null; do sleep 1; done"
    stop = f"{prefix}{programs}/pg_ctl -D {folder}/data -m immediate stop; rm -rf {folder}"
    subprocess.run(
        ["sh", "-c", f"({watch}; {stop}) </dev/null >/dev/null 2>&1 &"],
        cwd="/",
        check=True,
        start_new_session=True,
    )


def session() -> int:
    """The process number of pytest itself, in its workers too."""
    return int(os.environ[SESSION])


def pytest_configure() -> None:
    """Workers of pytest-xdist inherit what the first process says."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        os.environ[SESSION] = str(os.getpid())


def _of_pgserver(folder: Path) -> str:
    try:
        import pgserver  # type: ignore[import-not-found]
    except ImportError:
        pytest.skip(MISSING)
    with warnings.catch_warnings(action="ignore"):  # of its own dependencies
        return str(pgserver.get_server(folder, cleanup_mode="stop").get_uri())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# ---------------------------------------------------------------- fixtures


@pytest.fixture(scope="session")
def postgres() -> str:
    """The URL of a PostgreSQL that tests may fill; skips with a reason where there is none."""
    if named := os.environ.get(NAMED):
        return named
    programs = binaries()
    folder = Path(tempfile.gettempdir()) / f"crosswalk-postgres-{session()}"
    folder.mkdir(mode=0o755, exist_ok=True)
    if programs is None:
        return _of_pgserver(folder)
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    told = folder / "url"
    with lock(folder / "lock"):
        if not told.exists():
            told.write_text(start(programs, folder), "utf-8")
    return told.read_text("utf-8")


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database, of each kind."""
    if request.param == "sqlite":
        yield str(tmp_path / "ledger.sqlite")
        return
    server = request.getfixturevalue("postgres")
    with schema_of(server) as found:
        yield found


@contextmanager
def schema_of(server: str) -> Iterator[str]:
    """A schema of its own in a server, gone afterwards."""
    name = f"t_{uuid.uuid4().hex[:12]}"
    admin = Store(server)
    try:
        with admin.begin() as tx:
            tx.execute(sa.schema.CreateSchema(name))
        yield f"{server}{'&' if '?' in server else '?'}options=-csearch_path%3D{name}"
        with admin.begin() as tx:
            tx.execute(sa.schema.DropSchema(name, cascade=True))
    finally:
        admin.close()


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """A ledger's database with its tables, of each kind."""
    made = Store(url)
    upgrade(made)
    yield made
    made.close()
