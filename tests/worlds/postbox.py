"""A mail server of our own on this machine, as a customer's is: real SMTP, with TLS and a login if wanted.

    with postbox() as box:
        settings = box.settings()      # mail_host and the rest, for a customer
        ...
        box.mails[0]["Subject"]

`refuses`: recipients it does not know. `trusted` makes a certificate that this process believes.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

FROM = "erp@harbour-builders.example"
USER, PASSWORD = "crosswalk", "mail-secret"
HOST = "127.0.0.1"


@dataclass
class Postbox:
    """What came, and whom it does not know."""

    port: int
    security: str = "none"
    mails: list[EmailMessage] = field(default_factory=list)
    refuses: dict[str, str] = field(default_factory=dict)  # address to what is answered

    def settings(self) -> dict[str, Any]:
        """The customer's settings that lead here."""
        named = {"mail_host": HOST, "mail_port": self.port, "mail_from": FROM}
        return {**named, "mail_security": self.security}

    def to(self, address: str) -> list[EmailMessage]:
        """The mails to one address."""
        return [mail for mail in self.mails if address in str(mail["To"])]

    # ------------------------------------------------------------ as aiosmtpd asks

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        """Whether somebody is known."""
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """A mail comes."""
        mail = message_from_bytes(envelope.content, policy=default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 OK"


def free_port() -> int:
    """A port nobody listens at."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@contextmanager
def postbox(
    security: str = "none", context: ssl.SSLContext | None = None, port: int = 0
) -> Iterator[Postbox]:
    """A server; with TLS it asks for the login."""
    box = Postbox(port or free_port(), security)
    told: dict[str, Any] = {}
    if security == "starttls":
        told = {"tls_context": context, "require_starttls": True}
    elif security == "tls":
        told = {"ssl_context": context, "auth_require_tls": False}  # it is under TLS already
    if context is not None:
        told |= {"auth_required": True, "authenticator": _known}
    server = Controller(box, HOST, box.port, **told)
    server.start()
    try:
        yield box
    finally:
        server.stop()


def _known(server: Any, session: Any, envelope: Any, mechanism: str, login: Any) -> AuthResult:
    right = LoginPassword(USER.encode(), PASSWORD.encode())
    return AuthResult(success=login == right, handled=False)


def trusted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A certificate of this machine, which this process believes from now on."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address(HOST))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "certificate.pem", folder / "key.pem"
    public.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    private.write_bytes(key.private_bytes(*form))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    monkeypatch.setenv("SSL_CERT_FILE", str(public))
    return context
