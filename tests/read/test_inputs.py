"""Files as people give them, and what comes of each: records, records that are bad, or a message.

The cases are in `inputs.yaml`; here are those that need bytes.
"""

from __future__ import annotations

import io
import json
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from engine.read import Inputs, Unreadable, read_inputs
from engine.spec.model import Book
from engine.workspace import Workspace

CASES = yaml.safe_load((Path(__file__).parent / "inputs.yaml").read_text("utf-8"))


@cache
def book() -> Book:
    return Workspace().book


def written(folder: Path, case: dict[str, Any]) -> list[str]:
    found = list(case.get("also", []))
    for key, content in case["files"].items():
        name = key.rpartition("=")[2]
        text = content if isinstance(content, str) else json.dumps(content)
        (folder / name).write_text(text, "utf-8")
        named = case.get("names", {}).get(name)
        found.append(f"{named}={folder / name}" if named else str(folder / name))
    return found


def agrees(found: Any, wanted: Any) -> bool:
    """Whether what was found has what is wanted; numbers are compared as exact numbers."""
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(
            name not in found if value == "absent" else agrees(found.get(name), value)
            for name, value in wanted.items()
        )
    if isinstance(wanted, list):
        return len(found) == len(wanted) and all(map(agrees, found, wanted))
    if isinstance(wanted, float):
        return isinstance(found, Decimal) and found == Decimal(str(wanted))
    return bool(found == wanted)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_files_become_records(case: dict[str, Any], tmp_path: Path) -> None:
    inputs = read_inputs(book(), case["mapping"], case.get("back", False), written(tmp_path, case))
    records = list(inputs.records)
    said = [(p.is_error, p.text) for p in inputs.problems]
    for is_error, key in ((True, "problem"), (False, "warning")):
        words = [text for error, text in said if error is is_error]
        assert bool(words) == (key in case), said
        assert key not in case or any(case[key] in text for text in words), said
    bad = [f"{record.at}: {record.text}" for record in records if isinstance(record, Unreadable)]
    assert len(bad) == len(case.get("bad", [])), bad
    assert all(words in text for words, text in zip(case.get("bad", []), bad, strict=True)), bad
    if "records" in case:
        assert len(records) == len(case["records"]), records
        for record, wanted in zip(records, case["records"], strict=True):
            assert isinstance(record, Unreadable) if wanted == "bad" else agrees(record, wanted), record
    assert inputs.form == case.get("form", inputs.form)
    for name, keys in case.get("references", {}).items():
        assert list(inputs.references[name]) == keys


# ---------------------------------------------------------------- bytes


def read(path: Path, data: bytes, mapping: str = "companies") -> tuple[list[Any], Inputs]:
    path.write_bytes(data)
    inputs = read_inputs(book(), mapping, False, [path])
    return list(inputs.records), inputs


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("name", ["c.json", "c.jsonl"])
def test_encodings_that_say_what_they_are(encoding: str, name: str, tmp_path: Path) -> None:
    records, inputs = read(tmp_path / name, '{"id": 7, "name": "Māori Joinery €"}\n'.encode(encoding))
    assert (records, inputs.problems) == ([{"id": 7, "name": "Māori Joinery €"}], [])


def test_utf16_without_its_mark_is_named(tmp_path: Path) -> None:
    _, inputs = read(tmp_path / "c.json", '{"id": 7}'.encode("utf-16-le"))
    assert "looks like UTF-16 without a byte order mark" in inputs.problems[0].text


def test_broken_utf16_is_named(tmp_path: Path) -> None:
    _, inputs = read(tmp_path / "c.json", '{"id": 7}'.encode("utf-16") + b"\x00")
    assert "begins like UTF-16, but is not" in inputs.problems[0].text


def test_another_encoding_names_line_and_byte(tmp_path: Path) -> None:
    _, inputs = read(tmp_path / "c.json", '{"id": 7,\n "name": "Café"}'.encode("latin-1"))
    (problem,) = inputs.problems
    assert problem.text.startswith("byte 14 (0xe9) is not UTF-8")
    assert (problem.span.line, problem.span.column) == (2, 14)


@pytest.mark.parametrize("name", ["c.json", "c.jsonl"])
def test_one_record_in_another_encoding_spoils_itself_only(name: str, tmp_path: Path) -> None:
    rows = [b'{"id": 7, "name": "Caf\xe9"}', b'{"id": 8, "name": "Acme"}']
    data = b"\n".join(rows) if name.endswith("l") else b"[" + b", ".join(rows) + b"]"
    (bad, good), _ = read(tmp_path / name, data)
    assert isinstance(bad, Unreadable)
    assert "(0xe9) is not UTF-8" in bad.text
    assert good == {"id": 8, "name": "Acme"}


@pytest.mark.parametrize("bomb", ["[" * 100_000, '{"a":' * 100_000])
@pytest.mark.parametrize("name", ["c.json", "c.jsonl"])
def test_a_depth_bomb_is_a_message(bomb: str, name: str, tmp_path: Path) -> None:
    records, inputs = read(tmp_path / name, bomb.encode())
    said = [r.text for r in records if isinstance(r, Unreadable)] + [p.text for p in inputs.problems]
    assert any("nested too deeply" in text for text in said), said


def test_a_number_of_ten_thousand_digits_stays_a_text_for_its_field(tmp_path: Path) -> None:
    (record,), _ = read(tmp_path / "c.json", b'{"id": ' + b"9" * 10_000 + b', "name": "A"}')
    assert record["id"] == "9" * 10_000


def test_a_record_too_long_spoils_itself_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("decode", "documents"):
        monkeypatch.setattr(f"engine.read.{module}.MOST_BYTES_OF_A_RECORD", 1 << 21)
    long = b'{"id": 7, "name": "' + b"x" * (5 << 20) + b'"}'
    for name, data in (("c.jsonl", long + b'\n{"id": 8}\n'), ("c.json", b"[" + long + b', {"id": 8}]')):
        (bad, good), _ = read(tmp_path / name, data)
        assert isinstance(bad, Unreadable)
        assert "one record of" in bad.text
        assert good == {"id": 8}


def test_a_document_too_long_is_a_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.read.documents.MOST_BYTES", 1000)
    _, inputs = read(tmp_path / "c.json", b"[" + b'{"id": 8}, ' * 200 + b'{"id": 8}]')
    assert "in one document" in inputs.problems[0].text
    assert "JSON lines" in inputs.problems[0].fix


# ---------------------------------------------------------------- standard input


class Pipe(io.RawIOBase):
    """A pipe: readable once, and never all at once."""

    def __init__(self, data: bytes):
        self.data = io.BytesIO(data)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        part = self.data.read(min(len(buffer), 7))
        buffer[: len(part)] = part
        return len(part)


@pytest.mark.parametrize(
    ("text", "form"), [('[{"id": 7}, {"id": 8}]', "list"), ('{"id": 7}\n{"id": 8}\n', "lines")]
)
def test_standard_input_is_a_file_too(text: str, form: str) -> None:
    inputs = read_inputs(book(), "companies", False, ["-"], io.BufferedReader(Pipe(text.encode())))
    assert (list(inputs.records), inputs.form) == ([{"id": 7}, {"id": 8}], form)


def test_nothing_on_standard_input() -> None:
    (problem,) = read_inputs(book(), "companies", False, ["-"]).problems
    assert "nothing is given on standard input" in problem.text


def test_no_file_at_all_says_what_could_be_given() -> None:
    (problem,) = read_inputs(book(), "commitments", False, []).problems
    assert problem.text == "no file holds Commitments"
    assert "a request create_commitment" in problem.fix
