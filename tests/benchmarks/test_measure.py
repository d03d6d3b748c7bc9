"""What is said of a process is said of it alone."""

from __future__ import annotations

import sys

from benchmarks.measure import child

BARE = [sys.executable, "-c", "pass"]


def test_the_peak_of_a_process_is_its_own_and_not_its_parents() -> None:
    small = child(BARE).peak
    ballast = bytearray(b"x") * (200 * 2**20)
    assert child(BARE).peak < small + 20
    assert len(ballast) == 200 * 2**20


def test_a_process_that_fails_is_seen_to_fail() -> None:
    assert child([sys.executable, "-c", "raise SystemExit(3)"]).code == 3
