"""One readable file per snapshot, in the top-level folder: `snapshots/<area>/<test file>/<case>.txt`.

The area is the folder of the test below `tests/`. A snapshot no test asks for fails the run.
"""

from __future__ import annotations

from pathlib import Path

from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from syrupy.location import PyTestLocation

TESTS = Path(__file__).resolve().parent
SNAPSHOTS = TESTS.parent / "snapshots"


class TextFile(SingleFileSnapshotExtension):
    """Text as it was printed."""

    _write_mode = WriteMode.TEXT
    file_extension = "txt"

    @classmethod
    def dirname(cls, *, test_location: PyTestLocation) -> str:
        path = Path(test_location.filepath).resolve()
        return str(SNAPSHOTS / path.parent.relative_to(TESTS) / path.stem)
