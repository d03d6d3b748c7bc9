"""Records decoded by their form are the records decoded carefully, less what nobody wants."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from engine.compile.lineage import words
from engine.read import read_inputs
from engine.read.decode import Unfit, value_of
from engine.read.forms import ENOUGH, Forms
from engine.workspace import Workspace

WANTED = frozenset({"id", "name", "lines", "amount", "code", "tags", "more", "deep", "flag", "nothing"})
RECORD: dict[str, Any] = {
    "id": 7,
    "name": "Café",
    "unread": {"name": "n", "list": [{"a": 1.5, "b": "x"}, {"a": 2, "b": "y"}], "none": None},
    "flag": True,
    "nothing": None,
    "empty": [],
    "lines": [
        {"code": "A", "amount": 1.10, "rate": 3.25, "tags": [{"id": "t", "x": "y"}, {"id": "u", "x": ""}]},
        {"code": "B", "amount": 2.00, "rate": 0.5, "tags": [{"id": "v", "x": "z"}]},
    ],
    "more": {"deep": 12.5, "left": [1, 2]},
}
PLAIN = json.dumps(RECORD, ensure_ascii=False)

ODD = {
    "the same": ("", ""),
    "spaces": (": ", "  :\t"),
    "a key twice": ('"code": "A"', '"code": "A", "code": "A"'),
    "a key twice, spelt otherwise": ('"code": "A"', '"code": "A", "c\\u006fde": "B"'),
    "an unread key twice": ('"rate": 3.25', '"rate": 3.25, "rate": 3'),
    "a key twice for another": ('"rate": 3.25', '"amount": 3.25'),
    "a key more": ('"code": "A"', '"code": "A", "extra": 1'),
    "a key less": ('"code": "A", ', ""),
    "a key in other letters": ('"code": "A"', '"c\\u006fde": "A"'),
    "a quote in a text": ('"A"', '"A\\"B"'),
    "a quote by number": ('"A"', '"A\\u0022"'),
    "half a character": ('"A"', '"\\ud800"'),
    "half a character, unread": ('"y"', '"\\ud800"'),
    "a whole one of two halves": ('"A"', '"\\ud83d\\ude00"'),
    "a text for a number": ("1.1", '"1.1"'),
    "a whole number": ("1.1", "1"),
    "many digits": ("1.1", "1.1000000000000000000000000000000000000001"),
    "too large": ("1.1", "1e400"),
    "too large, unread": ("3.25", "1e400"),
    "no number any Decimal holds": ("1.1", "1e9999999999999999999"),
    "minus nought": ("1.1", "-0.0"),
    "null for a number": ("1.1", "null"),
    "null for a text": ('"A"', "null"),
    "a list for a number": ("1.1", '[{"a": 1}]'),
    "an object for a number": ("1.1", '{"a": 1, "a": 2}'),
    "an empty object for a number": ("1.1", "{}"),
    "something for nothing": ('"nothing": null', '"nothing": 3'),
    "a text for nothing": ('"nothing": null', '"nothing": "x"'),
    "false for true": ("true", "false"),
    "nought for true": ("true", "0"),
    "a full list for an empty one": ('"empty": []', '"empty": [1]'),
    "an empty list for a full one": ('[{"id": "v", "x": "z"}]', "[]"),
    "a list of others": ('[{"id": "v", "x": "z"}]', '["v"]'),
    "not a number": ("1.1", "NaN"),
    "no JSON": ('"A"', "A"),
    "too early an end": ("}]", "}"),
    "more after the end": ('"left": [1, 2]}}', '"left": [1, 2]}} 5'),
}


def narrow(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: narrow(inner) for name, inner in value.items() if name in WANTED}
    return [narrow(inner) for inner in value] if isinstance(value, list) else value


def told(decode: Any, raw: bytes) -> str:
    try:
        return repr(narrow(decode(raw)))
    except Unfit as unfit:
        return f"{unfit.text} {unfit.line} {unfit.column}"


@pytest.mark.parametrize("name", ODD)
def test_what_does_not_fit_is_decoded_carefully(name: str) -> None:
    forms, (old, new) = Forms(WANTED), ODD[name]
    assert forms.value(PLAIN.encode()) == value_of(PLAIN.encode())
    assert old in PLAIN
    raw = PLAIN.replace(old, new, 1).encode()
    for _ in range(3):  # as a stranger, then by the form that was learned of it
        assert told(forms.value, raw) == told(value_of, raw)
        assert repr(forms.value(PLAIN.encode())) == repr(narrow(value_of(PLAIN.encode())))


def test_what_is_no_utf8_is_told() -> None:
    forms = Forms(WANTED)
    forms.value(PLAIN.encode())
    for text in ("A", "y"):
        raw = PLAIN.encode().replace(f'"{text}"'.encode(), b'"\xff"')
        assert told(forms.value, raw) == told(value_of, raw)


def test_bytes_damaged_anywhere_are_read_alike() -> None:
    rng, plain = random.Random(7), PLAIN.encode()
    forms = Forms(WANTED)
    for _ in range(4_000):
        raw = bytearray(plain)
        for _ in range(rng.randint(0, 2)):
            at, size = rng.randrange(len(raw)), rng.choice((0, 1, 1, 8))
            other = rng.randrange(len(raw))
            raw[at : at + size] = rng.choice(
                (b"", b'"', b"1", b"\\", raw[other : other + rng.randint(1, 20)])
            )
        assert told(forms.value, bytes(raw)) == told(value_of, bytes(raw)), bytes(raw)
        if rng.random() < 0.5:
            assert told(forms.value, plain) == told(value_of, plain)
    assert forms.fitted > 1_000


def test_forms_give_up_where_every_record_has_its_own() -> None:
    forms = Forms(WANTED)
    for index in range(ENOUGH + 10):
        forms.value(json.dumps({"id": index, f"name{index}": "x"}).encode())
    assert forms.known == []


def test_names_no_type_can_have_are_left_to_the_careful_way() -> None:
    forms = Forms(WANTED)
    deep = b'{"id":' + b"[" * 40 + b"1" + b"]" * 40 + b"}"
    for raw in (b'{"id": 1, "a\\"b": 2}', b'{"id": 1, "": 2, "\\n": 3}', deep):
        for _ in range(2):
            assert told(forms.value, raw) == told(value_of, raw)


@pytest.mark.parametrize(
    ("name", "key"), [("bank_transactions", "BankTransactions"), ("credit_notes", "CreditNotes")]
)
def test_a_file_gives_every_member_the_mapping_reads(tmp_path: Path, name: str, key: str) -> None:
    workspace = Workspace()
    wanted = words(workspace.customer("demo").flow("job_costs"))
    given = json.loads((workspace.root / f"mappings/procore_xero/sample/{name}.json").read_text("utf-8"))
    path = tmp_path / f"{name}.jsonl"
    path.write_text("".join(f"{json.dumps(one)}\n" for one in given[key] * 3), "utf-8")
    whole = list(read_inputs(workspace.book, "job_costs", False, [path]).records)
    little = list(read_inputs(workspace.book, "job_costs", False, [path], wanted=wanted).records)

    def kept(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: kept(inner) for name, inner in value.items() if name in wanted}
        return [kept(inner) for inner in value] if isinstance(value, list) else value

    assert [kept(record) for record in little] == [kept(record) for record in whole]
    assert len(repr(little)) < len(repr(whole))
