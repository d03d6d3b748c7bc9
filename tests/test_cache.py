"""Kept programs: the same outcomes, never an old or a foreign one, and no error whatever is on the disk."""

from __future__ import annotations

import multiprocessing
import os
import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine import cache
from engine.map import fast
from engine.spec import source
from engine.spec.examples import load_examples
from engine.spec.node import Node
from engine.workspace import Desk, Workspace
from tests.check.conftest import ORDERS, Files, whole
from tests.check.conftest import project as project

pytestmark = pytest.mark.skipif(not hasattr(os, "geteuid"), reason="no owners of files here")

ORDER: dict[str, Any] = {"id": 1, "number": "A-1", "title": "Roof"}
Made = Callable[..., list[str]]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where programs are kept in this test."""
    place = tmp_path / "kept" / "here"
    monkeypatch.setenv(cache.SWITCH, str(place))
    monkeypatch.setattr(cache, "_engine", lambda: "this one")  # whatever is edited meanwhile
    return place


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The flows that were written as source instead of found."""
    names: list[str] = []
    write = fast.write_flow

    def noting(flow: Any) -> Any:
        names.append(flow.name)
        return write(flow)

    monkeypatch.setattr(fast, "write_flow", noting)
    return names


@pytest.fixture
def tiny(project: Callable[[Files], Path]) -> Callable[..., Desk]:
    """A small project with one mapping that is written in the test, for one of its customers."""

    def opened(text: str = "fields: {Memo: title}\n") -> Desk:
        return Workspace(project({ORDERS: whole(text)}), "tiny").customer()

    return opened


def run(desk: Desk, **settings: Any) -> str:
    return repr(list(desk.mapper("orders").run([ORDER], desk.facts(settings=settings))))


def outcomes() -> dict[str, str]:
    """What becomes of all recorded examples, at the customer's own settings."""
    workspace, found = Workspace(), {}
    desk = workspace.customer()
    examples, _ = load_examples(workspace.root, workspace.book)
    mappers = {(flow.name, flow.back): desk.mapper(flow.name, flow.back) for flow in desk.flows}
    for example in examples:
        mapper, facts = mappers[example.mapping, example.back], desk.facts(example.links, None, example.today)
        found[example.name] = repr(list(mapper.run(example.records, facts)))
        found[example.mapping + " odd"] = str(mapper.fast.odd)
    return found


def test_what_is_kept_makes_the_same_records(
    folder: Path, written: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = outcomes()
    assert written
    made = len(written)
    assert outcomes() == first
    assert len(written) == made
    monkeypatch.setenv(cache.SWITCH, "off")
    assert outcomes() == first
    assert len(written) == 2 * made


def test_entries_are_for_our_eyes_only(folder: Path, tiny: Callable[..., Desk]) -> None:
    before = os.umask(0)
    try:
        run(tiny())
    finally:
        os.umask(before)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert [entry.stat().st_mode & 0o777 for entry in folder.iterdir()] == [0o600, 0o600]


def test_another_text_setting_or_engine_is_another_program(
    folder: Path, written: list[str], tiny: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = run(tiny())
    assert run(tiny()) == first
    assert len(written) == 1
    assert "ROOF" in run(tiny("fields: {Memo: {from: title, as: upper}}\n"))
    assert len(written) == 2
    run(tiny(), enabled=False)
    assert len(written) == 3
    monkeypatch.setattr(cache, "_engine", lambda: "another")
    assert run(tiny()) == first
    assert len(written) == 4


def test_a_book_changed_in_memory_is_not_kept(
    folder: Path, written: list[str], tiny: Callable[..., Desk]
) -> None:
    workspace = tiny().workspace
    assert workspace.book.digest
    workspace.book = replace(workspace.book)
    assert workspace.book.digest == ""
    run(workspace.customer())
    run(workspace.customer())
    assert len(written) == 2


def test_a_file_is_parsed_once(
    folder: Path, tiny: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed: list[str] = []
    parse = source.parse_yaml

    def noting(raw: bytes, name: str) -> Any:
        parsed.append(name)
        return parse(raw, name)

    monkeypatch.setattr(source, "parse_yaml", noting)
    first = tiny().workspace
    assert len(parsed) > 1
    parsed.clear()
    again = Workspace(first.root, "tiny")
    assert parsed == []
    assert again.book.digest == first.book.digest
    assert again.book.mappings["orders"].node.data == first.book.mappings["orders"].node.data
    assert spans(again.book.mappings["orders"].node) == spans(first.book.mappings["orders"].node)
    (first.root / ORDERS).write_text(whole("fields: {Memo: number}\n"), encoding="utf-8")
    assert "number" in repr(Workspace(first.root, "tiny").book.mappings["orders"].node.data)
    assert parsed == [ORDERS]


def spans(node: Node) -> list[Any]:
    """Everything of a tree but its objects."""
    found: list[Any] = [(node.kind, node.span, node.quoted, type(node.value))]
    for key, value in node.entries:
        assert node.get(key.value) is value
        found += [*spans(key), *spans(value)]
    return found + [each for item in node.items for each in spans(item)]


@pytest.mark.parametrize(
    "text",
    ["fields: {Memo: titel}\n", "fields: {Memo: {frm: title}}\n", "fields: [\n", "fields: {Memo: yes}\n"],
)
def test_a_mistake_is_told_every_time(folder: Path, project: Callable[[Files], Path], text: str) -> None:
    root = project({ORDERS: whole(text)})
    first = Workspace(root, "tiny").problems()
    assert first
    assert Workspace(root, "tiny").problems() == first


def test_an_engine_edited_under_way_keeps_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tiny: Callable[..., Desk]
) -> None:
    monkeypatch.setenv(cache.SWITCH, str(tmp_path / "kept"))
    monkeypatch.setattr(cache, "IMPORTED", 0.0)
    cache._engine.cache_clear()
    run(tiny())
    cache._engine.cache_clear()
    assert not list((tmp_path / "kept").iterdir())


def damaged(entry: Path, how: str) -> None:
    raw = entry.read_bytes()
    if how == "cut short":
        entry.write_bytes(raw[: len(raw) // 2])
    elif how == "empty":
        entry.write_bytes(b"")
    elif how == "one bit":
        entry.write_bytes(raw[:-20] + bytes((raw[-20] ^ 1,)) + raw[-19:])
    elif how == "of other classes":
        body = pickle.dumps(0).replace(b"K\x00", b"cengine.gone\nGone\n")
        entry.write_bytes(cache.MARK + cache._sum(body) + body)
    elif how == "a link":
        entry.rename(entry.with_suffix(".real"))
        entry.symlink_to(entry.with_suffix(".real"))
    elif how == "a folder":
        entry.unlink()
        entry.mkdir()
    elif how == "a pipe":
        entry.unlink()
        os.mkfifo(entry, 0o600)
    elif how == "open to others":
        entry.chmod(0o644)
    else:
        entry.parent.chmod(0o755)


HOW = ["cut short", "empty", "one bit", "of other classes", "a link", "a folder", "a pipe", "open to others"]


@pytest.mark.parametrize("how", [*HOW, "in an open folder"])
def test_a_damaged_entry_is_none(
    folder: Path, written: list[str], tiny: Callable[..., Desk], how: str
) -> None:
    first = run(tiny())
    for entry in list(folder.iterdir()):
        damaged(entry, how)
    assert run(tiny()) == first
    assert len(written) == 2
    run(tiny())  # mended, where a file can take its place
    assert len(written) == (3 if how in ("a folder", "in an open folder") else 2)


def test_what_belongs_to_another_user_is_not_read(
    folder: Path, written: list[str], tiny: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = run(tiny())
    monkeypatch.setattr(os, "geteuid", lambda: 4711)
    assert run(tiny()) == first
    assert len(written) == 2


@pytest.mark.parametrize("place", ["off", "not/absolute", "/dev/null/nowhere"])
def test_without_a_folder_nothing_is_kept(
    written: list[str], tiny: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    monkeypatch.setenv(cache.SWITCH, place)
    assert run(tiny()) == run(tiny())
    assert len(written) == 2


def test_the_users_own_cache_folder(
    tmp_path: Path, tiny: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(cache.SWITCH)
    monkeypatch.setattr(cache, "_engine", lambda: "this one")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "mine"))
    run(tiny())
    assert list((tmp_path / "mine" / "crosswalk").iterdir())


@pytest.mark.parametrize(("limit", "most"), [("MOST_ENTRIES", 10), ("MOST_TOGETHER", 600)])
def test_the_oldest_go_when_there_is_much(
    folder: Path, monkeypatch: pytest.MonkeyPatch, limit: str, most: int
) -> None:
    monkeypatch.setattr(cache, limit, most)
    kept = cache.Folder(folder, "digest")
    for number in range(11):
        kept.put(number, number)
        os.utime(folder / kept._name((number,)), ns=(number, number))
    kept.put(11, 11)
    assert kept.get(11) == 11
    assert kept.get(0) is None
    assert len(list(folder.iterdir())) <= 10


def _writes(folder: Path, value: int) -> None:
    cache._engine = lambda: "this one"  # type: ignore[assignment]
    kept = cache.Folder(folder, "digest")
    for number in range(100):
        kept.put([value] * 5_000, number % 5)
        found = kept.get(number % 5)
        assert found is not None
        assert len(found) == 5_000
        assert len(set(found)) == 1


def test_many_may_write_at_once(folder: Path) -> None:
    several = [
        multiprocessing.get_context("spawn").Process(target=_writes, args=(folder, n)) for n in range(3)
    ]
    for one in several:
        one.start()
    for one in several:
        one.join()
    assert [one.exitcode for one in several] == [0, 0, 0]
    assert len(list(folder.iterdir())) == 5
