"""The company of the tutorials, put back as it was for every file of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import stamina

from tests.worlds.sandboxed import Sandbox
from tests.worlds.tutorials.company import Company, Weeks, first_weeks, put_back


@pytest.fixture(scope="session")
def weeks(sandbox_process: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Weeks:
    """The first weeks of the company, lived once in a session."""
    stamina.set_testing(True, attempts=5, cap=True)
    return first_weeks(sandbox_process, tmp_path_factory.mktemp("weeks") / "ledger.db")


@pytest.fixture(scope="module")
def company(
    sandbox_process: Sandbox, weeks: Weeks, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Company]:
    """One company for all stories of a file."""
    stamina.set_testing(True, attempts=5, cap=True)
    yield from put_back(sandbox_process, weeks, tmp_path_factory.mktemp("company"))
    stamina.set_testing(False)
