"""Client ids, client secrets and refresh tokens: from the environment, a mounted file, or the keyring.

They are in no YAML, no log and no message. What is found is a `Secret`, which prints as `***`; its text
is taken out where it is sent and nowhere else. Before: nothing. After: `auth`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from engine.system.port import Unreachable

CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN = "CLIENT_ID", "CLIENT_SECRET", "REFRESH_TOKEN"
MOST_BYTES = 65_536
SERVICE = "crosswalk"


class Secret:
    """A text that is not shown."""

    __slots__ = ("_text",)

    def __init__(self, text: str):
        self._text = text

    def reveal(self) -> str:
        """The text, to be sent."""
        return self._text

    def __repr__(self) -> str:
        return "***"

    __str__ = __repr__

    def __format__(self, form: str) -> str:
        return "***"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __reduce__(self) -> str:
        raise TypeError("a secret is not written down")


class Secrets:
    """The secrets of one customer."""

    def __init__(self, customer: str, environ: Mapping[str, str] | None = None, keyring: bool = True):
        self.customer = customer
        self._environ = os.environ if environ is None else environ
        self._keyring = keyring

    def get(self, system: str, what: str) -> Secret | None:
        """A secret of a system, the customer's own before the common one."""
        for name in self.names(system, what):
            text = self._environ.get(name, "") or self._of_file(name)
            if text:
                return Secret(text)
        return self._of_keyring(system, what) if self._keyring else None

    def names(self, system: str, what: str) -> tuple[str, str]:
        """The variables that are looked at, in this order; each may also end in _FILE."""
        return f"CROSSWALK_{_word(self.customer)}_{_word(system)}_{what}", f"CROSSWALK_{_word(system)}_{what}"

    def _of_file(self, name: str) -> str:
        path = self._environ.get(f"{name}_FILE", "")
        if not path:
            return ""
        try:
            with Path(path).open("rb") as stream:
                return stream.read(MOST_BYTES).decode("utf-8").strip()
        except (OSError, ValueError) as error:
            raise Unreachable(
                f"the file that {name}_FILE names cannot be read ({type(error).__name__})",
                f"let {name}_FILE name a readable file that holds the secret and nothing else",
            ) from None

    def _of_keyring(self, system: str, what: str) -> Secret | None:
        try:
            import keyring  # an extra: most machines this runs on have no desktop
        except ImportError:
            return None
        try:
            found = keyring.get_password(SERVICE, f"{self.customer}/{system}/{what.lower()}")
        except Exception:  # no keyring on a machine without a desktop is no mistake
            return None
        return Secret(found) if found else None


def _word(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "_", name).upper()
