"""Every setting has a story: a new one, or a new choice of one, fails here until a test beside names it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from engine.spec.home import home

HERE = Path(__file__)
SETTINGS = home() / "mappings" / "procore_xero" / "settings.yaml"
TOLD = {path.name: path.read_text("utf-8") for path in HERE.parent.glob("test_*.py") if path != HERE}
KNOWN: dict[str, dict[str, Any]] = yaml.safe_load(SETTINGS.read_text("utf-8"))["settings"]

# Named in no story, and why.
UNTOLD = {
    **dict.fromkeys(
        ("procore_host", "procore_login_host", "xero_host", "xero_identity_host"),
        "every story says by the environment where the sandbox answers",
    ),
    **dict.fromkeys(
        ("approvals", "direct_export", "direct_export_after_workflow", "project_template"),
        "of the gate, whose stories come with it",
    ),
}


def naming(setting: str) -> str:
    """The text of all stories that name a setting."""
    return "\n".join(text for text in TOLD.values() if re.search(rf"\b{setting}\b", text))


@pytest.mark.parametrize("setting", sorted(KNOWN))
def test_a_setting_is_named_in_a_story(setting: str) -> None:
    assert setting in UNTOLD or naming(setting), f"no test of tests/worlds names {setting}: write its story"


@pytest.mark.parametrize(
    ("setting", "choice"),
    [(name, str(choice)) for name, told in KNOWN.items() for choice in told.get("of", ())],
)
def test_a_choice_is_named_in_a_story(setting: str, choice: str) -> None:
    usual = setting in UNTOLD or choice == str(KNOWN[setting].get("default"))
    assert usual or f'"{choice}"' in naming(setting), f"no story names {choice} of {setting}"


def test_what_is_not_told_is_a_setting() -> None:
    assert set(UNTOLD) <= set(KNOWN)
