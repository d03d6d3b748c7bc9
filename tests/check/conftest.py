"""A small handmade project in a folder of its own, so that no test here depends on the vendor's mappings."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.check import check
from engine.spec.load import load
from engine.spec.problem import Problem, ordered
from engine.system.load import mistakes

PROJECT = Path(__file__).parent / "project"
ORDERS = "mappings/tiny/orders.yaml"

# Goes below what a case writes, so that the case's first line is line 1 of the file.
HEAD = """
mapping: orders
from: src.order
to: dst.document
direction: forward
version: 1
"""

Files = dict[str, str]


def whole(text: str) -> str:
    """A mapping with its head, unless the text brings its own."""
    return text if text.startswith("mapping:") or "\nmapping:" in text else f"{text.rstrip()}{HEAD}"


@pytest.fixture
def project(tmp_path: Path) -> Callable[[Files], Path]:
    """Makes a copy of the project with files replaced, and gives its folder."""

    def make(files: Files) -> Path:
        folder = Path(tempfile.mkdtemp(dir=tmp_path)) / "project"
        shutil.copytree(PROJECT, folder)
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        return folder

    return make


def problems_of(folder: Path) -> list[Problem]:
    """Everything wrong with a project, in one run."""
    book, found = load(folder, "tiny")
    return ordered([*found, *check(book), *mistakes(book)])
