"""Files that are no specs: of another encoding, too large, leading elsewhere. One message each."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.spec.problem import SpecError
from engine.workspace import Workspace
from tests.check.conftest import ORDERS, problems_of

Make = Callable[[dict[str, str]], Path]
SOUND = "mapping: orders\nfrom: src.order\nto: dst.document\ndirection: forward\nversion: 1\n"


def told(folder: Path) -> list[tuple[str, str, str]]:
    return [(p.code, str(p.span), p.text) for p in problems_of(folder)]


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (SOUND.encode("utf-16"), "the file is UTF-16"),
        (b"mapping: orders\n# \xe9t\xe9\n", "the file is not UTF-8"),
        (b"mapping: ord\x00ers\n", "the file holds NUL bytes"),
        (b"# " + b"x" * 3_000_000, "the file has 3,000,002 bytes; a spec may have 2,000,000"),
    ],
    ids=["utf-16", "latin-1", "nul", "3 MB"],
)
def test_bytes_that_are_no_text(project: Make, raw: bytes, text: str) -> None:
    folder = project({})
    (folder / ORDERS).write_bytes(raw)
    line = 2 if b"\xe9" in raw else 1
    assert told(folder) == [("E107", f"{ORDERS}:{line}:1", text)]


def test_a_byte_order_mark_is_no_mistake(project: Make) -> None:
    folder = project({})
    (folder / ORDERS).write_bytes(b"\xef\xbb\xbf" + SOUND.encode())
    assert told(folder) == []


def test_a_link_that_leaves_the_project(project: Make, tmp_path: Path) -> None:
    outside = tmp_path / "outside.yaml"
    outside.write_text(SOUND)
    folder = project({})
    (folder / ORDERS).unlink()
    (folder / ORDERS).symlink_to(outside)
    assert told(folder) == [("E107", f"{ORDERS}:1:1", "the file is a link that leaves the project")]


def test_a_link_to_itself(project: Make) -> None:
    folder = project({})
    (folder / ORDERS).unlink()
    (folder / ORDERS).symlink_to("orders.yaml")
    assert told(folder) == [("E107", f"{ORDERS}:1:1", "the file is a link that leads in a circle")]


def test_a_link_to_nothing_and_a_folder_named_like_a_file(project: Make) -> None:
    folder = project({})
    (folder / ORDERS).unlink()
    (folder / ORDERS).symlink_to(folder / "nothing.yaml")
    (folder / "mappings/tiny/odd.yaml").mkdir()
    assert [(code, place) for code, place, _ in told(folder)] == [
        ("E107", "mappings/tiny/odd.yaml:1:1"),
        ("E107", f"{ORDERS}:1:1"),
    ]


def test_a_project_without_mappings(tmp_path: Path) -> None:
    assert [(p.code, p.text) for p in problems_of(tmp_path)] == [("E107", "there is no folder mappings/tiny")]


def test_a_customer_nobody_knows(project: Make) -> None:
    with pytest.raises(SpecError) as stopped:
        Workspace(project({}), "tiny").customer("acmee")
    assert [(p.code, p.label) for p in stopped.value.problems] == [("E305", "did you mean 'acme'?")]


def test_the_mistake_of_one_customer_stops_no_other(project: Make) -> None:
    broken = "mappings/customers/bolt/orders.yaml"
    settings = "customer: bolt\nof: tiny\nsettings: {timezone: UTC}\n"
    files = {broken: "overlay: [bolt\n", "mappings/customers/bolt/settings.yaml": settings}
    workspace = Workspace(project(files), "tiny")
    assert [p.span.file for p in workspace.problems()] == [broken]
    assert workspace.customer("acme").flows
    with pytest.raises(SpecError):
        workspace.customer("bolt")
