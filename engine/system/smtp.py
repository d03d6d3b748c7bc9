"""How a mail leaves: one connection to the customer's mail server, as its settings say.

Nothing leaves without mail_host and mail_from. The login comes from where all secrets come from, and is
never sent in the open.

Before: `secrets`. After: `live.outbox`, which knows what is owed and keeps what became of it.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

from engine.system.account import LOOPBACK
from engine.system.secrets import Secret, Secrets

NONE, STARTTLS, TLS = "none", "starttls", "tls"
PORTS = {NONE: 25, STARTTLS: 587, TLS: 465}
SECONDS = 10.0
MAIL, USER, PASSWORD = "MAIL", "USER", "PASSWORD"
MOST_SAID = 200
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)*[A-Za-z0-9-]{1,63}")


class NotTaken(Exception):
    """A mail that did not leave. `final`: it never will, as it is; `away`: nor will any other now."""

    def __init__(self, text: str, fix: str = "", final: bool = False, away: bool = False):
        super().__init__(text)
        self.text = text
        self.fix = fix
        self.final = final
        self.away = away


@dataclass(frozen=True, slots=True)
class Server:
    """The mail server of a customer."""

    host: str
    port: int
    security: str
    sender: str
    user: Secret | None = None
    password: Secret | None = None

    @property
    def name(self) -> str:
        """As a message calls it."""
        return f"the mail server {self.host}:{self.port}"


def is_address(text: str) -> bool:
    """One plain mail address and nothing else."""
    return len(text) <= 254 and _ADDRESS.fullmatch(text) is not None


def server_of(settings: Mapping[str, Any], secrets: Secrets) -> Server | None:
    """The mail server, if there is one to be used at all."""
    host, sender = str(settings.get("mail_host") or ""), str(settings.get("mail_from") or "")
    if not host or not sender:
        return None
    security = str(settings.get("mail_security") or STARTTLS)
    port = int(settings.get("mail_port") or PORTS[security])
    return Server(host, port, security, sender, secrets.get(MAIL, USER), secrets.get(MAIL, PASSWORD))


def send(server: Server, message: EmailMessage, to: str) -> None:
    """Hands a message to the server. Raises NotTaken."""
    if not is_address(server.sender):
        raise NotTaken(f"mail_from is no mail address: {server.sender!r}", "write it as erp@example.com")
    if server.user is not None and server.security == NONE and server.host not in LOOPBACK:
        raise NotTaken(
            f"a password is not sent to {server.name} in the open", "set mail_security to starttls or tls"
        )
    try:
        with _line(server) as line:
            if server.user is not None and server.password is not None:
                line.login(server.user.reveal(), server.password.reveal())
            line.send_message(message, server.sender, [to])
    except (smtplib.SMTPException, OSError, ValueError) as error:  # ValueError: a host that is no name
        raise _in_words(server, to, error) from None


def _line(server: Server) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if server.security == TLS:
        return smtplib.SMTP_SSL(server.host, server.port, timeout=SECONDS, context=context)
    line = smtplib.SMTP(server.host, server.port, timeout=SECONDS)
    if server.security == STARTTLS:
        try:
            line.starttls(context=context)
        except BaseException:
            line.close()
            raise
    return line


def _in_words(server: Server, to: str, error: Exception) -> NotTaken:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, said = error.recipients.get(to, (0, b""))
        return NotTaken(f"{server.name} does not take mail for {to}: {_said(code, said)}", "", code >= 500)
    if isinstance(error, smtplib.SMTPAuthenticationError):
        fix = "check CROSSWALK_MAIL_USER and CROSSWALK_MAIL_PASSWORD"
        return NotTaken(f"{server.name} does not know this login ({error.smtp_code})", fix)
    if isinstance(error, smtplib.SMTPSenderRefused):
        reason = _said(error.smtp_code, error.smtp_error)
        return NotTaken(
            f"{server.name} takes no mail from {server.sender}: {reason}", "check mail_from, or log in"
        )
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return NotTaken(
            f"{server.name} cannot do what mail_security or the login asks for", "check mail_security"
        )
    if isinstance(error, smtplib.SMTPResponseException):
        reason = _said(error.smtp_code, error.smtp_error)
        final = isinstance(error, smtplib.SMTPDataError) and error.smtp_code >= 500
        return NotTaken(f"{server.name} did not take the mail: {reason}", "", final)
    if isinstance(error, ssl.SSLError):
        reason = str(getattr(error, "verify_message", "") or error.reason or "TLS failed")
        return NotTaken(
            f"{server.name} is not trusted: {reason}", "check mail_host, mail_port and mail_security"
        )
    return NotTaken(
        f"{server.name} cannot be reached ({type(error).__name__})",
        "it is tried again; check mail_host, mail_port and mail_security",
        away=True,
    )


def _said(code: int, said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    shown = "".join(sign if sign.isprintable() else " " for sign in text)
    return " ".join(f"{code} {shown}".split())[:MOST_SAID]
