"""What is kept from one process to the next: generated programs, and the trees of sound spec files.

A program is a function of the specs, the customer's settings, the engine's code, the Python and the
libraries under it. The name of its entry is a hash of all these, so it never has to be found out of
date; the older half goes when there are many. A book that was changed after it was read
has no digest, and nothing of it is kept. The trees of a project are one entry, in which each is found
by its file's name and a hash of its bytes; the name of that entry has the engine and its schemas in it.

An entry is code that will run, like a `.pyc` file, and is trusted no further: only a plain file of our own
user, in a folder of our own, neither open to anyone else, is read. There is no key that could
sign it better, since whoever can write such a file can read the key. A checksum in front tells a
damaged entry; whatever is wrong with an entry or the folder, the work is done as if there
were none. Entries appear whole, by a rename, so that any number of processes may write at once.

`CROSSWALK_CACHE=off` does without; as the full name of a folder it says where. Else it is `crosswalk` in
`$XDG_CACHE_HOME` or `~/.cache`. Systems without users of files (Windows) have no cache.
"""

from __future__ import annotations

import marshal
import os
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path
from types import CodeType
from typing import Any

from engine.spec.home import home
from engine.spec.kept import SUM, Kept
from engine.spec.load import LANGUAGE

SWITCH = "CROSSWALK_CACHE"
MARK = b"crosswalk kept 1\n"
HEAD = len(MARK) + SUM
IMPORTED = time.time()
LIBRARIES = ("yaml", "jsonschema_rs", "jmespath", "jinja2")  # what specs are read and typed with
MOST_BYTES = 4_000_000
MOST_ENTRIES = 600
MOST_TOGETHER = 40_000_000
FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)


class Folder:
    """A folder of entries that belong together: `what` they are of."""

    def __init__(self, folder: Path, *what: str):
        self.folder = folder
        self.what = what

    def get(self, *key: object) -> Any:
        """What was kept under this key; None if there is nothing sound."""
        with suppress(OSError), _opened(self.folder) as folder:
            whole = _read(folder, self._name(key))
            head, body = whole[:HEAD], whole[HEAD:]
            return _unpacked(body) if head == MARK + _sum(body) else None
        return None

    def put(self, made: Any, *key: object) -> None:
        """Keeps it, if that can be done."""
        with suppress(Exception):  # a cache never stands in the way
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with _opened(self.folder) as folder:
                body = _packed(made)
                _write(folder, self._name(key), MARK + _sum(body) + body)
                _tidy(folder)

    def _name(self, key: tuple[object, ...]) -> str:
        engine = _engine()
        if not engine:
            raise FileNotFoundError("nobody knows which engine this is")
        return _sum(repr((engine, self.what, key)).encode()).hex()


def programs(digest: str, customer: str) -> Kept | None:
    """The programs made before of the book of this digest; None where nothing is to be kept."""
    folder = _folder()
    return Folder(folder, "programs", digest, customer) if folder is not None and digest else None


def trees(root: Path, name: str) -> Kept | None:
    """The trees of a project's files that were read before; None where nothing is to be kept."""
    folder = _folder()
    return Folder(folder, "trees", os.path.abspath(root), name) if folder is not None else None


def _folder() -> Path | None:
    said = os.environ.get(SWITCH, "")
    if said == "off" or not hasattr(os, "geteuid"):
        return None
    base = os.environ.get("XDG_CACHE_HOME", "")
    try:
        place = Path(said) if said else (Path(base) if base else Path.home() / ".cache") / "crosswalk"
    except RuntimeError:  # nobody's home
        return None
    return place if place.is_absolute() else None


@cache
def _engine() -> str:
    """All that makes something else of the same specs; empty if that cannot be said."""
    own, forms = Path(__file__).resolve().parent, home() / "schemas" / LANGUAGE
    parts = [sys.version, str(sys.implementation.cache_tag), str(sys.flags.optimize)]
    try:
        for path in [*sorted(own.rglob("*.py")), *sorted(forms.glob("*.json"))]:
            if path.stat().st_mtime > IMPORTED - 2:
                return ""  # what runs here may be what stood there before
            parts += [path.as_posix(), _sum(path.read_bytes()).hex()]
        for name in LIBRARIES:
            found = find_spec(name)
            origin = (found.origin if found is not None else None) or name
            place = os.stat(origin)  # set anew by whatever installs another version
            parts += [origin, str(place.st_size), str(place.st_mtime_ns)]
    except OSError:
        return ""
    return _sum("\n".join(parts).encode()).hex() if own.is_dir() else ""


def _sum(content: bytes) -> bytes:
    return blake2b(content, digest_size=SUM).digest()


# ------------------------------------------------------------ the folder


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    """The folder, held open so that nobody can put another in its place; OSError if it is not ours alone."""
    folder = os.open(path, FOLDER)
    try:
        _ours(folder, stat.S_ISDIR)
        yield folder
    finally:
        os.close(folder)


def _ours(opened: int, kind: Any) -> int:
    """The size of what is open; OSError unless it belongs to our user and to nobody besides."""
    found = os.fstat(opened)
    if not kind(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o077:
        raise PermissionError("not ours alone")
    return found.st_size


def _read(folder: int, name: str) -> bytes:
    opened = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    with open(opened, "rb") as file:
        return file.read() if _ours(opened, stat.S_ISREG) <= MOST_BYTES else b""


def _write(folder: int, name: str, whole: bytes) -> None:
    own = f"{name}.{os.getpid()}.{os.urandom(4).hex()}"
    opened = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600, dir_fd=folder)
    try:
        with open(opened, "wb") as file:
            file.write(whole)
        os.rename(own, name, src_dir_fd=folder, dst_dir_fd=folder)
    except OSError:
        os.unlink(own, dir_fd=folder)
        raise


def _tidy(folder: int) -> None:
    """The older half goes when there is much; somebody else may be at it too."""
    found: list[tuple[int, int, str]] = []
    for name in os.listdir(folder):
        with suppress(OSError):
            place = os.stat(name, dir_fd=folder, follow_symlinks=False)
            found.append((place.st_mtime_ns, place.st_size, name))
    if len(found) <= MOST_ENTRIES and sum(size for _, size, _ in found) <= MOST_TOGETHER:
        return
    for _, _, name in sorted(found)[: len(found) // 2]:
        with suppress(OSError):
            os.unlink(name, dir_fd=folder)


# ------------------------------------------------------------ an entry


def _packed(made: Any) -> bytes:
    import io
    import pickle

    class Packer(pickle.Pickler):
        """A pickler that knows compiled code."""

        def reducer_override(self, value: Any) -> Any:
            return (marshal.loads, (marshal.dumps(value),)) if isinstance(value, CodeType) else NotImplemented

    whole = io.BytesIO()
    Packer(whole, protocol=5).dump(made)
    return whole.getvalue()


def _unpacked(body: bytes) -> Any:
    import pickle

    try:
        return pickle.loads(body)
    except Exception:  # an entry that no longer fits our classes is no entry
        return None
