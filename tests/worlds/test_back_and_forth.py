"""A name that both departments keep is changed again between two syncs, with no quiet one in between."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.live.linking import Choice, link, unlink
from tests.worlds.sandboxed import Sandbox
from tests.worlds.scene import Scene, opened, said
from tests.worlds.subcontract import CONTACT, VENDOR


@pytest.fixture
def scene(sandbox: Sandbox, url: str) -> Iterator[Scene]:
    with opened(sandbox, url) as made:
        made.sync()
        made.edits("vendors", VENDOR, name="Ironbark Concrete Pty")
        made.sync()
        yield made


def names(scene: Scene) -> tuple[str, str]:
    return scene.stored("vendors", VENDOR)["name"], scene.books.read("Contacts", CONTACT)["Name"]


def test_a_name_that_is_changed_back_in_procore_is_changed_back_in_xero(scene: Scene) -> None:
    scene.edits("vendors", VENDOR, name="Ironbark Concrete")
    scene.sync()
    assert names(scene) == ("Ironbark Concrete", "Ironbark Concrete")
    assert scene.quiet()


def test_a_name_that_is_changed_on_in_xero_comes_to_procore(scene: Scene) -> None:
    scene.books.write("Contacts", {"ContactID": CONTACT, "Name": "Ironbark Concrete Pty Ltd"})
    scene.sync()
    assert names(scene) == ("Ironbark Concrete Pty Ltd", "Ironbark Concrete Pty Ltd")
    scene.edits("vendors", VENDOR, name="Ironbark Group")
    assert said(scene.sync(), "companies", VENDOR)[0] == "update", "what came back is no change of Xero's"
    assert names(scene) == ("Ironbark Group", "Ironbark Group")
    assert scene.quiet()


def test_a_name_changed_on_both_sides_is_still_a_persons_decision(scene: Scene) -> None:
    scene.edits("vendors", VENDOR, name="Ironbark North")
    scene.books.write("Contacts", {"ContactID": CONTACT, "Name": "Ironbark South"})
    assert said(scene.sync(), "companies", VENDOR)[0] == "conflict"
    assert names(scene) == ("Ironbark North", "Ironbark South")
    assert scene.quiet()


def test_what_is_unlinked_and_linked_again_is_changed_on_neither_side(scene: Scene) -> None:
    scene.sync()
    unlink(scene.connection, "companies", str(VENDOR), "administrator")
    scene.books.write("Contacts", {"ContactID": CONTACT, "Name": "Ironbark Group"})
    link(scene.connection, [Choice("companies", str(VENDOR), CONTACT)], "administrator")
    scene.sync()
    assert names(scene) == ("Ironbark Concrete Pty", "Ironbark Group")
    assert scene.quiet()
