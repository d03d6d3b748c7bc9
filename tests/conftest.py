"""Profiles of Hypothesis: `ci` is quick, `deep` looks longer (HYPOTHESIS_PROFILE=deep). Snapshots."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings
from syrupy.assertion import SnapshotAssertion

from tests.snapshots import TextFile

pytest_plugins = ["tests.databases", "tests.worlds.sandboxed"]

os.environ["CROSSWALK_CACHE"] = "off"  # tests change the engine under way; `test_cache` has its own

SLOW = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.differing_executors]

settings.register_profile("ci", max_examples=60, deadline=None, suppress_health_check=SLOW, derandomize=True)
settings.register_profile("deep", max_examples=1000, deadline=None, suppress_health_check=SLOW)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Snapshots are small text files in the top-level folder `snapshots/`."""
    return snapshot.use_extension(TextFile)
