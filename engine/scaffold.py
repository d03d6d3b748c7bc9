"""A new customer's folder: the settings somebody must answer, with their help, and nothing else.

Everything has a default but what `init` asks; what is not answered yet stands there as a comment.
Never overwrites. Before: `workspace`. After: the command `init`.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from engine.spec.model import Book, Setting
from engine.spec.problem import did_you_mean, known_here
from engine.spec.source import parse_yaml

NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_/.-]*( [A-Za-z0-9_/.-]+)*\Z")
WIDTH = 96


class Refused(ValueError):
    """A name or an answer that cannot be taken; the text says why."""


def answers_of(book: Book, given: Mapping[str, str]) -> dict[str, Any]:
    """`--set name=value` as values of their settings' types."""
    found = {}
    for name, text in given.items():
        setting = book.settings.get(name)
        if setting is None:
            raise Refused(
                f"no setting '{name}'; {did_you_mean(name, book.settings) or known_here(book.settings)}"
            )
        found[name] = answer(setting, text)
    return found


def answer(setting: Setting, text: str) -> Any:
    """One answer by the setting's type."""
    text = text.strip()
    if setting.choices and text not in setting.choices:
        raise Refused(f"{setting.name} is one of {', '.join(setting.choices)}, not '{text}'")
    if setting.kind == "boolean" and text not in ("true", "false"):
        raise Refused(f"{setting.name} is true or false, not '{text}'")
    if setting.kind == "integer" and not re.fullmatch(r"-?\d+", text):
        raise Refused(f"{setting.name} is a whole number, not '{text}'")
    if setting.kind in ("list", "table"):
        node, problems = parse_yaml(text, setting.name)
        if node is None or problems or node.kind != {"list": "list", "table": "map"}[setting.kind]:
            example = "[a, b]" if setting.kind == "list" else "{a: b}"
            raise Refused(f"{setting.name} is a {setting.kind}, such as {example}")
        return node.data
    if setting.kind in ("boolean", "integer"):
        return json.loads(text)
    return text


def asked(book: Book) -> list[Setting]:
    """The settings `init` asks for."""
    return [setting for setting in book.settings.values() if setting.asked]


def scaffold(
    root: Path, book: Book, name: str, answers: dict[str, Any], ask: Callable[[Setting], str] | None = None
) -> Path:
    """Writes `mappings/customers/<name>/settings.yaml`; `ask` fills what was not given, "" leaves it."""
    if not NAME.match(name):
        raise Refused(f"'{name}' cannot be a customer's name: small letters, digits and _, a letter first")
    path = root / "mappings" / "customers" / name / "settings.yaml"
    if path.parent.exists():
        raise Refused(f"{path.parent.relative_to(root).as_posix()} is there already; nothing was changed")
    if ask is not None:
        for setting in asked(book):
            if setting.name not in answers and (text := ask(setting).strip()):
                answers[setting.name] = answer(setting, text)
    path.parent.mkdir(parents=True)
    path.write_text(text_of(book, name, answers), encoding="utf-8")
    return path


def text_of(book: Book, name: str, answers: Mapping[str, Any]) -> str:
    """The file: what was answered, and what is still open as comments."""
    lines = [
        f"# What {name} decides. Every other setting has a default: crosswalk page {name} lists them all.",
        f"customer: {name}",
        f"of: {book.name}",
        "settings:",
    ]
    rest = [book.settings[key] for key in answers if not book.settings[key].asked]
    for setting in [*asked(book), *rest]:
        choice = f" One of {', '.join(setting.choices)}." if setting.choices else ""
        lines += ["", *_comment(f"{' '.join(setting.help.split())}{choice}")]
        if setting.name in answers:
            lines.append(f"  {setting.name}: {spelled(answers[setting.name])}")
        else:
            lines.append(f"  # {setting.name}:")
    return "\n".join(lines) + "\n"


def _comment(text: str) -> list[str]:
    return [f"  # {line}" for line in textwrap.wrap(text, WIDTH)]


def spelled(value: Any) -> str:
    """A value as YAML that every reader reads alike."""
    odd = ("true", "false", "null", "yes", "no", "on", "off", "y", "n")
    if isinstance(value, str) and _PLAIN.match(value) and value.lower() not in odd:
        return value
    return json.dumps(value, ensure_ascii=False)
