"""Xero has two tracking categories, and only one of them holds the projects."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.live.cutover import opening
from engine.live.declined import Declined
from engine.live.linking import Choice, link, link_twins
from tests.worlds.sandboxed import Sandbox
from tests.worlds.scene import Scene, opened, said
from tests.worlds.subcontract import CATEGORY, PROJECT


@pytest.fixture
def scene(sandbox: Sandbox, tmp_path: Path) -> Iterator[Scene]:
    with opened(sandbox, tmp_path / "ledger.db") as made:
        yield made


def region(scene: Scene, *names: str) -> str:
    """A second category with these options; gives the last one's id."""
    made = scene.books.xero("PUT", "TrackingCategories", {"Name": "Region"})["TrackingCategories"][0]
    path = f"TrackingCategories/{made['TrackingCategoryID']}/Options"
    options = [scene.books.xero("PUT", path, {"Name": name})["Options"][0] for name in names]
    return str(options[-1]["TrackingOptionID"])


def test_an_option_of_another_category_is_no_twin_of_a_project(scene: Scene) -> None:
    region(scene, "Ferry Roads", "Ferry Road")
    scene.another("projects", PROJECT, 41002, name="Ferry Road", project_number="42")
    kind, words = said(scene.sync(), "projects", 41002)
    assert (kind, words.strip()) == ("create", "")
    (ours,) = [c for c in scene.books.all("TrackingCategories") if c["TrackingCategoryID"] == CATEGORY]
    assert sorted(option["Name"] for option in ours["Options"]) == ["Ferry Road", "Harbour St"]
    assert scene.quiet()


def test_nobody_can_link_a_project_to_an_option_of_another_category(scene: Scene) -> None:
    other = region(scene, "Ferry Road")
    scene.another("projects", PROJECT, 41002, name="Ferry Road", project_number="42")
    with pytest.raises(Declined, match="Ferry Road is of another Tracking Category than this one goes to"):
        link(scene.connection, [Choice("projects", "41002", other)], "administrator")
    assert not link_twins(scene.connection, "administrator")
    assert opening(scene.connection).counts["projects"] == {
        "linked": 1,
        "would be made": 1,
        "only in Xero": 0,
    }


def test_options_of_another_category_take_no_room_from_projects(scene: Scene) -> None:
    scene.sets(tracking_option_limit=5)
    region(scene, "North", "South", "East", "West")
    scene.another("projects", PROJECT, 41002, name="Ferry Road", project_number="42")
    kind, words = said(scene.sync(), "projects", 41002)
    assert (kind, words.strip()) == ("create", "")
