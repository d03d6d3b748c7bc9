"""Both mails as people read them: subject, text, HTML; nothing that was typed becomes anything else."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from engine.report.mail import DIGEST, REJECTED, Letter, Unwritten, message, subject
from engine.spec.home import home
from engine.system.smtp import is_address

TEMPLATES = home() / "mappings" / "procore_xero" / "mail"
AT = datetime(2026, 5, 4, 0, 30, tzinfo=UTC)
REJECTION: dict[str, Any] = {
    "called": "commitment",
    "label": "SC-1001 Formwork <Pty> & Sons",
    "title": "Harbour Builders Pty Ltd",
    "customer": "harbour",
    "mapping": "commitments",
    "record": "301001",
    "why": "Wrong company.\nIt is the Melbourne branch, not Sydney's.",
    "by": "Accounts Office",
    "at": "2026-05-04 10:30",
    "tell": "creator",
}
SUMMARY: dict[str, Any] = {
    "day": "2026-05-04",
    "total": 29,
    "kinds": [
        {
            "mapping": "commitments",
            "title": "Commitments",
            "count": 2,
            "more": 0,
            "records": [
                {"label": "SC-1001 Formwork", "sender": "site office", "since": "2026-05-01 09:12"},
                {"label": "PO-2001 Nails <3mm>", "sender": "site office", "since": "2026-05-03 16:40"},
            ],
        },
        {
            "mapping": "invoices",
            "title": "Subcontractor Invoices",
            "count": 27,
            "more": 26,
            "records": [{"label": "INV-501", "sender": "ann", "since": "2026-05-03 17:00"}],
        },
    ],
    "title": "Harbour Builders Pty Ltd",
    "customer": "harbour",
    "person": "'accounts office'",
    "zone": "Australia/Sydney",
}


def made(about: str, facts: dict[str, Any], folders: tuple[Path, ...] = (TEMPLATES,)) -> EmailMessage:
    letter = Letter("0123456789abcdef", about, "accounts", AT, facts)
    return message(letter, "accounts@example.com", "Accounts Office", "erp@example.com", folders)


def read(mail: EmailMessage) -> str:
    head = "\n".join(f"{name}: {value}" for name, value in mail.items() if name != "Content-Type")
    parts = [str(part.get_content()) for part in mail.iter_parts()]
    return f"{head}\n\n{parts[0]}\n----------------\n\n{parts[1]}"


@pytest.mark.parametrize(
    ("about", "facts"), [(DIGEST, SUMMARY), (REJECTED, REJECTION)], ids=[DIGEST, REJECTED]
)
def test_a_mail_reads_like_this(about: str, facts: dict[str, Any], snapshot: SnapshotAssertion) -> None:
    assert read(made(about, facts)) == snapshot


def test_a_mail_made_again_is_the_same_to_the_byte() -> None:
    assert bytes(made(DIGEST, SUMMARY)) == bytes(made(DIGEST, SUMMARY))


@given(st.text(), st.text())
def test_whatever_a_record_is_called_the_subject_is_one_line(label: str, why: str) -> None:
    mail = made(REJECTED, {**REJECTION, "label": label, "why": why})
    assert mail["Subject"].isprintable()
    names = {name for name, _ in mail.items()}
    assert names == {
        *("Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"),
    }
    html = mail.get_body(("html",))
    assert html is not None
    assert "<script" not in str(html.get_content())


def test_a_long_name_is_cut_in_the_subject_only() -> None:
    long = Letter("1", REJECTED, "ann", AT, {**REJECTION, "label": "x" * 400})
    assert len(subject(long)) == 200


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{{ whoo }}", "rejected.txt.j2: 'whoo' is undefined"),
        ("one\n{% if %}", "rejected.txt.j2:2: "),
        ("{{ ''.__class__.__mro__ }}", "rejected.txt.j2: "),
        ("{% for n in range(10 ** 9) %}{% endfor %}", "rejected.txt.j2: OverflowError"),
    ],
    ids=["a name that is not there", "no template", "what is not a template's business", "without end"],
)
def test_a_template_that_cannot_be_used_is_named(tmp_path: Path, template: str, said: str) -> None:
    (tmp_path / "rejected.txt.j2").write_text(template, "utf-8")
    with pytest.raises(Unwritten) as told:
        made(REJECTED, REJECTION, (tmp_path, TEMPLATES))
    assert said in str(told.value)


@pytest.mark.parametrize("address", ["ann@example.com", "a.b+c@sub.example.co", "x@localhost"])
def test_plain_addresses(address: str) -> None:
    assert is_address(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ann",
        "@x.y",
        "a@",
        "a b@c.d",
        "a@b@c",
        "a@b.c,d@e.f",
        "<a@b.c>",
        "a@b.c\n",
        "a\r\nX: y@b.c",
        "ä@b.c",
    ],
)
def test_no_address(address: str) -> None:
    assert not is_address(address)
