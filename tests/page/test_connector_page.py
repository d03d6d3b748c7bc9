"""What `page.yaml` says of the whole connector is what the vendor's page says, row for row."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

ROOT = Path(__file__).parents[2]
LEVELS = ("none", "read_only", "standard", "admin")


def load(path: str) -> Any:
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


OURS = load("mappings/procore_xero/page.yaml")
SETTINGS = load("mappings/procore_xero/settings.yaml")


def vendors(table: str) -> Any:
    return load(f"tests/page/{table}.yaml")


def words(*parts: str | list[str] | None) -> list[str]:
    """Labels are compared by their words: not by case, punctuation or the lines of a cell."""
    flat = " ".join(" ".join(part) if isinstance(part, list) else part or "" for part in parts)
    return re.findall(r"[a-z0-9_#&+]+", flat.lower())


def expresses(text: str, fact: str) -> bool:
    """Whether a text holds every word of a fact, or of one of its `/` alternatives."""
    held = set(words(text)) | {word.rstrip("s") for word in words(text)}
    return any({w.rstrip("s") for w in words(choice)} <= held for choice in fact.split(" / "))


def kept(found: Any) -> list[dict[str, str]]:
    """Everything below `found` that names the setting or the reason that keeps it."""
    if isinstance(found, list):
        return [each for item in found for each in kept(item)]
    if not isinstance(found, dict):
        return []
    mine = [found] if "says" in found and ("setting" in found or "because" in found) else []
    return mine + [each for value in found.values() for each in kept(value)]


def test_it_keeps_to_its_schema():
    schema = json.loads((ROOT / "schemas/language/page.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(OURS)


def test_overview_has_the_same_rows_arrows_and_marks():
    ours = [
        (words(r["label"], r.get("detail")), r["direction"], words(r["other"]), r.get("marks", []))
        for r in OURS["overview"]["rows"]
    ]
    theirs = [
        (words(r["left"]), r["arrow"], words(r["right"]), r.get("marks", []))
        for r in vendors("overview")["rows"]
    ]
    assert ours == theirs
    numbers = [note["number"] for note in OURS["overview"]["footnotes"]]
    assert numbers == [note["number"] for note in vendors("overview")["footnotes"]]


def test_editions_are_accepted_as_the_vendor_does():
    def rows(regions: list[Any]) -> list[Any]:
        return [
            (r["countries"], [(e["name"], e["supported"], e.get("marks", [])) for e in r["editions"]])
            for r in regions
        ]

    assert rows(OURS["editions"]["regions"]) == rows(vendors("editions")["tables"])


def test_edition_footnotes_express_the_vendors_facts():
    texts = {note["number"]: note["text"] for note in OURS["editions"]["footnotes"]}
    for note in vendors("editions")["footnotes"]:
        assert [fact for fact in note["says"] if not expresses(texts[note["number"]], fact)] == []


def test_no_class_is_claimed_twice():
    named = [name for r in OURS["editions"]["regions"] for e in r["editions"] for name in e["classes"]]
    named += [name for other in OURS["editions"]["others"] for name in other.get("classes", [])]
    assert len(named) == len(set(named))


@pytest.mark.parametrize(
    ("ours", "theirs"),
    list(zip(OURS["permissions"]["rows"], vendors("permissions")["rows"], strict=True)),
    ids=lambda row: row["action"],
)
def test_permissions_agree(ours: dict[str, Any], theirs: dict[str, Any]):
    assert ours["action"] == theirs["action"]
    assert [ours.get(level) for level in LEVELS] == [theirs.get(level) for level in LEVELS]
    assert ours.get("unsupported", False) == ("object" in theirs)
    missing = [f for f in theirs.get("requires", []) if not expresses(ours["requirement"], f)]
    assert missing == []


def test_every_setting_it_names_exists():
    named = {item["setting"] for item in kept(OURS) if "setting" in item}
    assert named <= set(SETTINGS["settings"])


def test_settings_left_out_are_told_on_the_page():
    told = {tuple(words(item.get("label"))) for item in kept(OURS["general"]) if "because" in item}
    left_out = [s["name"] for s in SETTINGS.get("without", []) if "in Xero" not in s["name"]]
    assert [name for name in left_out if tuple(words(name)) not in told] == []
