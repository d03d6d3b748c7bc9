"""What the folders promise, read off the syntax trees: which way imports point, who is pure, how long.

`spec → check → compile → read → map → plan → approve → write → ledger`: a station imports leftwards,
or down to `system` and `ledger`. The pure ones get links, settings and today's date as arguments.
"""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ENGINE = ROOT / "engine"

LINE = ("spec", "check", "compile", "read", "map", "plan", "approve", "write")
PURE = {"vocabulary", "check", "compile", "map", "plan", "approve"}
WORDS = {"vocabulary"}  # the words of the language: pure, and every station may use them
BELOW = {"ledger": {"spec"}, "system": {"spec", "ledger"}}

# What a pure station may import. Everything else is a question to be asked here first.
HARMLESS = {
    *("__future__", "abc", "bisect", "calendar", "collections", "contextlib", "copy", "dataclasses"),
    *("datetime", "decimal", "difflib", "enum", "functools", "graphlib", "hashlib", "heapq", "html"),
    *("itertools", "json", "math", "operator", "re", "string", "textwrap", "types", "typing"),
    *("unicodedata", "zoneinfo", "jinja2", "jmespath", "rapidfuzz", "engine"),
}
READS_FILES = tuple(f"engine.spec.{name}." for name in ("load", "home", "schema", "source.read_yaml"))
DATA = "engine.system.model."  # all that a pure station may know of the stations below
CLOCKS = {"now", "utcnow", "today"}
DOORS = {"open", "input", "print", "eval", "exec", "__import__"}
RUNS_OUR_OWN_TEXT = {"engine/map/fast.py": {"exec"}}  # generated source; a user's texts are literals in it

MOST_LINES_OF_A_FUNCTION = 60  # 40 is the aim
MOST_LINES_OF_A_FILE = 400  # 300 is the aim


def allowed() -> dict[str, set[str]]:
    """What each folder of the engine may import of the engine, besides itself."""
    stations = {here: set(LINE[:place]) for place, here in enumerate(LINE)}
    down = {here: set() if here in PURE else set(BELOW) for here in LINE}
    table = {here: stations[here] | down[here] | WORDS for here in LINE}
    table["plan"] |= {"system"}  # for what its objects are; DATA keeps it to that
    table |= {here: floor | WORDS for here, floor in BELOW.items()}
    table["report"] = (set(LINE) - {"write"}) | set(BELOW) | WORDS
    return table | {here: set() for here in WORDS}


def code(*folders: str) -> list[Path]:
    """The Python files of these folders, and of the file cli.py when it is named."""
    found = (ROOT / name for name in folders)
    return sorted(p for each in found for p in ([each] if each.is_file() else each.rglob("*.py")))


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), str(path))


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Every import of a file, wherever it stands: its line, and the full name of what is imported."""
    package = named(path.parent).split("/")
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*above, *([node.module] if node.module else [])])
            yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)


def calls(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            yield node.lineno, ast.unparse(node.func)


ABOVE = (
    ENGINE,
    ENGINE / "live",
    ENGINE / "live" / "reports",
    ENGINE / "live" / "erp",
    ENGINE / "commands",
)  # the shells, which bring the stations together, and who calls them
STATION_FILES = [path for path in code("engine") if path.parent not in ABOVE]


@pytest.mark.parametrize("path", STATION_FILES, ids=named)
def test_imports_point_leftwards_or_down(path: Path) -> None:
    here = path.relative_to(ENGINE).parts[0]
    assert here in allowed(), f"engine/{here} is new: say in this test where on the line it stands"
    backwards = [
        f"{named(path)}:{line} imports {name}"
        for line, name in imports(path)
        if name.startswith("engine.") and name.split(".")[1] not in allowed()[here] | {here}
    ]
    assert backwards == []


@pytest.mark.parametrize(
    "path", [p for p in STATION_FILES if p.relative_to(ENGINE).parts[0] in PURE], ids=named
)
def test_a_pure_station_has_no_way_out(path: Path) -> None:
    ways = [
        f"{named(path)}:{line} imports {name}"
        for line, name in imports(path)
        if name.split(".")[0] not in HARMLESS
        or any(f"{name}.".startswith(f"{each}.") for each in READS_FILES)
        or (name.startswith("engine.system.") and not name.startswith(DATA))
    ]
    ways += [
        f"{named(path)}:{line} calls {name}"
        for line, name in calls(path)
        if name in DOORS - RUNS_OUR_OWN_TEXT.get(named(path), set())
        or (name.split(".")[-1] in CLOCKS and {"datetime", "date"} & set(name.split(".")))
    ]
    assert ways == []


@pytest.mark.parametrize("path", code("sandbox"), ids=named)
def test_the_sandbox_knows_nothing_of_the_engine(path: Path) -> None:
    assert [name for _, name in imports(path) if name.split(".")[0] in {"engine", "cli"}] == []


@pytest.mark.parametrize("path", code("engine"), ids=named)
def test_the_engine_knows_nothing_of_the_sandbox(path: Path) -> None:
    assert [name for _, name in imports(path) if name.split(".")[0] == "sandbox"] == []


OURS = code("engine", "cli.py", "sandbox", "benchmarks") if (ROOT / "cli.py").exists() else code("engine")


@pytest.mark.parametrize("path", OURS, ids=named)
def test_nothing_is_too_long_to_read(path: Path) -> None:
    too_long = [
        f"{named(path)}:{node.lineno} {node.name} has {length} lines"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or node.lineno) - node.lineno + 1) > MOST_LINES_OF_A_FUNCTION
    ]
    assert too_long == []
    assert len(path.read_text("utf-8").splitlines()) <= MOST_LINES_OF_A_FILE


@pytest.mark.parametrize("path", OURS + code("tests"), ids=named)
def test_a_module_says_why_it_exists(path: Path) -> None:
    module = tree(path)
    assert not module.body or len(ast.get_docstring(module) or "") > len("why it exists")


def tracked() -> list[Path]:
    answer = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if answer.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in answer.stdout.decode().split("\0") if name]


def test_no_file_names_a_folder_of_the_machine_it_was_written_on() -> None:
    folder = re.compile(r"(?<![\w.}])/" + r"work/\w")
    found = []
    for path in tracked():
        raw = path.read_bytes() if path.is_file() else b""
        if b"\0" not in raw and folder.search(raw.decode("utf-8", "replace")):
            found.append(named(path))
    assert found == []


def test_the_lock_has_every_dependency_with_a_hash() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = {
        re.split(r"[^\w-]", each)[0].lower()
        for each in project["dependencies"] + project["optional-dependencies"]["dev"]
    }
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    locked = set(re.findall(r"^([\w-]+)==\S+.*\\\n    --hash=", lock, re.MULTILINE))
    assert wanted - locked == set()
