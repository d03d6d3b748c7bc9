"""Mails as people read them: a subject, and a text and an HTML part from templates beside the mappings.

A customer may replace each template by a file of the same name in mappings/customers/<name>/mail/.
Templates run in a sandbox, and HTML parts are escaped: what stands in a mail may have been typed by
anybody. A mail says the same whenever it is made from the same letter, its Message-ID and date too, so
that a copy is known as one.
Before: what is owed (`live.outbox`). After: `system.smtp`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment

DIGEST, REJECTED = "digest", "rejected"
SUBJECTS = {
    DIGEST: "ERP Integrations Daily Summary",
    REJECTED: "ERP Integrations: {called} {label} was rejected",
}
LONGEST = 200
PLAIN_SIGNS = "quoted-printable"  # every server takes them


class Unwritten(Exception):
    """A template that cannot be used: where, and why."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What is to be told to whom: `facts` is all that its templates know."""

    id: str
    about: str
    to: str  # a person's name
    at: datetime
    facts: Mapping[str, Any] = field(default_factory=dict)


def subject(letter: Letter) -> str:
    """On one line, whatever was typed."""
    facts = {name: value for name, value in letter.facts.items() if isinstance(value, str)}
    return one_line(SUBJECTS[letter.about].format_map(facts))


def one_line(text: str) -> str:
    """Without line ends and other signs that are not seen."""
    shown = "".join(sign if sign.isprintable() else " " for sign in text)
    return " ".join(shown.split())[:LONGEST]


def message(
    letter: Letter, address: str, full_name: str, sender: str, folders: Sequence[Path]
) -> EmailMessage:
    """The mail. `folders`: where its templates are looked for, in this order. Raises Unwritten."""
    made = EmailMessage(SMTP)
    made["Subject"] = subject(letter)
    made["From"] = Address(addr_spec=sender)
    made["To"] = Address(one_line(full_name), addr_spec=address)
    made["Date"] = format_datetime(letter.at)
    made["Message-ID"] = f"<{letter.id}@{sender.rpartition('@')[2]}>"
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(_part(letter, "txt", folders), cte=PLAIN_SIGNS)
    made.add_alternative(_part(letter, "html", folders), subtype="html", cte=PLAIN_SIGNS)
    made.set_boundary(f"={letter.id}=")
    return made


def _part(letter: Letter, kind: str, folders: Sequence[Path]) -> str:
    environment = SandboxedEnvironment(
        loader=FileSystemLoader([str(folder) for folder in folders]),
        autoescape=kind == "html",
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    name = f"{letter.about}.{kind}.j2"
    try:
        text = environment.get_template(name).render({**letter.facts, "subject": subject(letter)})
        return text.encode("utf-8", "replace").decode()  # half a sign, which somebody's terminal let through
    except TemplateError as error:
        line = getattr(error, "lineno", None)
        place = f"{name}:{line}" if line else name
        raise Unwritten(f"{place}: {error.message or type(error).__name__}") from None
    except (TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
        raise Unwritten(f"{name}: {type(error).__name__}: {error}") from None
