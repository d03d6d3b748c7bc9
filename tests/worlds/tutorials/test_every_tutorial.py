"""Every tutorial of the vendor's page that is done here is carried out by a world of its name."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from tests.page.test_tutorials import ONLY_THERE, PAGE, rows


def carried_out() -> list[str]:
    """The titles that stories name."""
    files = sorted(Path(__file__).parent.glob("test_*.py"))
    stories = [
        story
        for path in files
        for name, story in vars(import_module(f"tests.worlds.tutorials.{path.stem}")).items()
        if name.startswith("test_")
    ]
    return [title for story in stories for title in getattr(story, "tutorials", ())]


def test_every_tutorial_done_here_is_carried_out() -> None:
    found = carried_out()
    assert len(found) == len(set(found))
    assert set(found) <= set(PAGE["tutorials"])
    done_here = {title for title, how in rows("Tutorials").items() if not how.startswith(ONLY_THERE)}
    assert done_here - set(found) == set()
