"""Mail over real SMTP: who hears of a rejection, the daily summary, what becomes of what cannot leave."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from engine.ledger import events
from engine.live import digest, outbox
from engine.live.declined import Declined
from engine.system import smtp
from engine.workspace import Workspace
from tests.worlds.gated import APPROVER, OFFICE, READER, Gated, behind_the_gate
from tests.worlds.postbox import FROM, PASSWORD, USER, Postbox, free_port, postbox, trusted
from tests.worlds.sandboxed import ROOT, Sandbox
from tests.worlds.subcontract import CHANGE, CONTRACT, comes, is_changed

SITE, ACCOUNTS = "site@harbour-builders.example", "accounts@harbour-builders.example"
DAY = 24 * 3600


@contextmanager
def office(sandbox: Sandbox, ledger: str | Path, box: Postbox | None, **settings: Any) -> Iterator[Gated]:
    """The first day behind the gate; the site office and the approver have mail addresses."""
    told = {**(box.settings() if box is not None else {}), **settings}
    with behind_the_gate(sandbox, ledger, **told) as made:
        made.grant(OFFICE, mail=SITE)
        made.grant(APPROVER, mail=ACCOUNTS, full_name="Accounts Office")
        yield made


@pytest.fixture
def box() -> Iterator[Postbox]:
    """A mail server that asks for nothing."""
    with postbox() as made:
        yield made


@pytest.fixture
def gated(sandbox: Sandbox, tmp_path: Path, box: Postbox) -> Iterator[Gated]:
    """The office with that server."""
    with office(sandbox, tmp_path / "ledger.db", box) as made:
        yield made


def code(gated: Gated) -> str:
    """A cost code that may be sent."""
    from engine.live.tabs import looked

    every = looked(gated.connection, ("cost_codes",), False).of("cost_codes")
    return next(one.own for one in every if not one.unmet)


def reject(gated: Gated, mapping: str, name: object, why: str = "wrong code") -> str:
    """The approver rejects; gives what was said besides."""
    (done,) = gated.act(APPROVER, "reject", mapping, name, why=why)
    assert done.state == "rejected", done
    return done.note


def noted(gated: Gated, *what: str) -> list[tuple[str, str]]:
    """What the log has of mails."""
    ledger = gated.connection.ledger
    with ledger.look() as tx:
        return [(one.what, one.why) for one in events.of(ledger, tx, what)]


def body(mail: EmailMessage, kind: str) -> str:
    """One part of a mail."""
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def tried(gated: Gated) -> list[outbox.Sent]:
    """What `crosswalk run` does every minute."""
    return outbox.deliver(gated.connection, "schedule")


# ---------------------------------------------------------------- rejections


def test_whoever_sent_a_cost_code_is_told_why_it_was_rejected(gated: Gated, box: Postbox) -> None:
    own = code(gated)
    gated.send("cost_codes", own)
    assert not box.mails  # nobody is told at once that something was sent
    assert reject(gated, "cost_codes", own) == "site office is told by mail"
    (mail,) = box.mails
    assert (mail["To"], mail["From"]) == (f"{SITE}", FROM)
    assert mail["Subject"].startswith("ERP Integrations: cost code ")
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "wrong code" in body(mail, "plain")
    assert "You get this since you sent it" in body(mail, "plain")
    assert [what for what, _ in noted(gated, outbox.OWED, outbox.MAILED)] == ["mail owed", "mailed"]
    assert not tried(gated)  # once


def test_who_created_a_commitment_is_told_and_not_who_sent_it(gated: Gated, box: Postbox) -> None:
    """Procore tells the creator by number; an invoice of the same person tells whose it is."""
    gated.codes_synced()
    gated.grant("sender", tools={"commitments": "admin"}, mail="sender@harbour-builders.example")
    gated.send("commitments", CONTRACT, who="sender")
    note = reject(gated, "commitments", CONTRACT)
    assert note.startswith("nobody is told by mail, for 5511, who created it in Procore, is not known here")
    assert noted(gated, outbox.NOT_MAILED)[0][1] == note
    assert not box.mails
    comes(gated.sandbox, "INV-501")
    gated.sync()
    gated.act("sender", "resend", "commitments", CONTRACT)
    assert reject(gated, "commitments", CONTRACT) == "site office is told by mail"
    assert [mail["To"] for mail in box.mails] == [SITE]
    assert "You get this since you created it in Procore" in body(box.mails[0], "html")


def test_a_commitments_creator_may_be_known_by_the_number_in_procore(gated: Gated, box: Postbox) -> None:
    gated.codes_synced()
    gated.grant("builder", mail="builder@harbour-builders.example", procore_id="5511")
    gated.send("commitments", CONTRACT)
    reject(gated, "commitments", CONTRACT)
    assert [mail["To"] for mail in box.mails] == ["builder@harbour-builders.example"]


def test_who_created_a_change_order_is_told(gated: Gated, box: Postbox) -> None:
    gated.codes_synced()
    gated.grant("sender", tools={"commitments": "admin"})
    gated.send("commitments", CONTRACT)
    gated.accept("commitments", CONTRACT)
    gated.sync()
    is_changed(gated.sandbox)
    gated.sync()
    gated.send("change_orders", CHANGE, who="sender")
    reject(gated, "change_orders", CHANGE)
    assert [mail["To"] for mail in box.mails] == [SITE]


def test_a_sender_without_an_address_is_named_in_the_output_and_in_the_log(
    gated: Gated, box: Postbox
) -> None:
    gated.grant("hand", tools={"company_admin": "admin"})
    own = code(gated)
    gated.send("cost_codes", own, who="hand")
    note = reject(gated, "cost_codes", own)
    assert "hand, who sent it, has no mail address here: crosswalk erp grant story hand --mail" in note
    assert noted(gated, outbox.NOT_MAILED) == [("not mailed", note)]
    assert not box.mails


def test_without_a_host_or_a_sender_nothing_is_sent_nor_owed(sandbox: Sandbox, tmp_path: Path) -> None:
    for lacking in ("mail_host", "mail_from"):
        settings = {"mail_host": "127.0.0.1", "mail_port": free_port(), "mail_from": FROM, lacking: ""}
        with office(sandbox, tmp_path / f"{lacking}.db", None, **settings) as gated:
            own = code(gated)
            gated.send("cost_codes", own)
            assert reject(gated, "cost_codes", own) == ""
            assert digest.owe(gated.connection, "schedule") == 0
            assert noted(gated, outbox.OWED, outbox.MAILED, outbox.NOT_MAILED) == []


# ---------------------------------------------------------------- the daily summary


def test_approvers_are_told_once_a_day_what_waits(gated: Gated, box: Postbox) -> None:
    assert digest.owe(gated.connection, "schedule") == 0  # nothing waits
    gated.codes_synced()
    gated.send("commitments", CONTRACT)
    assert digest.owe(gated.connection, "schedule") == 1
    assert digest.owe(gated.connection, "schedule") == 0
    tried(gated)
    (mail,) = box.mails
    assert mail["Subject"] == "ERP Integrations Daily Summary"
    assert mail["To"] == f"Accounts Office <{ACCOUNTS}>"
    assert "1 item waits" in body(mail, "plain")
    assert "SC-1001" in body(mail, "html")
    gated.sandbox.clock.move(DAY)
    assert digest.owe(gated.connection, "schedule") == 1
    tried(gated)
    assert len(box.mails) == 2
    assert len({mail["Message-ID"] for mail in box.mails}) == 2


def test_who_has_opted_out_or_may_not_accept_such_a_thing_gets_no_summary(gated: Gated, box: Postbox) -> None:
    gated.send("cost_codes", code(gated))
    gated.grant(READER, mail="reader@harbour-builders.example")
    gated.grant("second", level="standard", approver=True, exports=("invoices",), mail="b@example.com")
    gated.grant(APPROVER, digest=False)
    assert digest.owe(gated.connection, "schedule") == 0
    gated.grant(APPROVER, digest=True)
    assert digest.owe(gated.connection, "schedule") == 1
    gated.grant(APPROVER, digest=False)
    (sent,) = tried(gated)
    assert sent.final
    assert "does not want" in sent.reason
    assert not box.mails


def test_a_summary_that_could_not_leave_gives_way_to_the_next_days(sandbox: Sandbox, tmp_path: Path) -> None:
    box = Postbox(free_port())
    with office(sandbox, tmp_path / "ledger.db", box) as gated:
        gated.send("cost_codes", code(gated))
        digest.owe(gated.connection, "schedule")
        assert "cannot be reached" in tried(gated)[0].reason
        sandbox.clock.move(DAY)
        digest.owe(gated.connection, "schedule")
        with postbox(port=box.port) as up:
            tried(gated)
            assert len(up.mails) == 1
        assert noted(gated, outbox.NOT_MAILED) == [("not mailed", "a newer summary goes instead")]


# ---------------------------------------------------------------- when it does not leave


def test_a_server_that_is_down_fails_no_rejection_and_the_next_verb_tries_again(
    sandbox: Sandbox, url: str
) -> None:
    box = Postbox(free_port())
    with office(sandbox, url, box) as gated:
        own = code(gated)
        gated.send("cost_codes", own)
        note = reject(gated, "cost_codes", own)
        assert "cannot be reached" in note
        assert note.endswith("it is tried again")
        with postbox(port=box.port) as up:
            gated.act(OFFICE, "resend", "cost_codes", own)
            assert [mail["To"] for mail in up.mails] == [SITE]


def test_a_copy_of_a_mail_is_known_as_one(
    gated: Gated, box: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between the server's yes and our note of it."""

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    own = code(gated)
    gated.send("cost_codes", own)
    with monkeypatch.context() as patch:
        patch.setattr(outbox, "closed", dies)
        with pytest.raises(KeyboardInterrupt):
            reject(gated, "cost_codes", own)
    assert gated.state("cost_codes", own) == "rejected"
    tried(gated)
    first, second = box.mails
    assert bytes(first) == bytes(second)
    assert first["Message-ID"] == second["Message-ID"]
    assert not tried(gated)


def test_two_processes_do_not_send_the_same_letters(gated: Gated, box: Postbox) -> None:
    from engine.ledger.ledger import Ledger

    gated.send("cost_codes", code(gated))
    digest.owe(gated.connection, "schedule")
    with Ledger(gated.connection.store, f"story{outbox.AT_ONCE}", gated.connection.clock).leased():
        assert tried(gated) == []
    assert len(tried(gated)) == 1
    assert len(box.mails) == 1


def test_a_recipient_the_server_does_not_know_is_not_tried_again(gated: Gated, box: Postbox) -> None:
    own = code(gated)
    gated.send("cost_codes", own)
    box.refuses[SITE] = "550 5.1.1 no such\x07 person"
    note = reject(gated, "cost_codes", own)
    assert f"does not take mail for {SITE}: 550 5.1.1 no such person" in note
    assert not tried(gated)
    assert len(noted(gated, outbox.NOT_MAILED)) == 1


def test_a_recipient_who_is_busy_is_tried_again_for_days_and_no_longer(gated: Gated, box: Postbox) -> None:
    own = code(gated)
    gated.send("cost_codes", own)
    box.refuses[SITE] = "451 4.7.1 greylisted, come back later"
    assert "tried again" in reject(gated, "cost_codes", own)
    assert not tried(gated)[0].final
    gated.sandbox.clock.move(5 * DAY)
    assert tried(gated)[0].final
    assert not tried(gated)


# ---------------------------------------------------------------- TLS and the login


@pytest.mark.filterwarnings("ignore:Requiring AUTH")  # said of the server, which is under TLS from the start
@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_under_tls_with_a_login(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, security: str
) -> None:
    context = trusted(tmp_path, monkeypatch)
    with postbox(security, context) as box, office(sandbox, tmp_path / "ledger.db", box) as gated:
        own = code(gated)
        assert gated.connection.settings()["mail_security"] == security
        gated.send("cost_codes", own)
        assert "530" in reject(gated, "cost_codes", own)  # it wants a login
        gated.connection.environ = {**gated.connection.environ, "CROSSWALK_MAIL_USER": USER}
        gated.connection.environ |= {"CROSSWALK_MAIL_PASSWORD": "not it"}
        (sent,) = tried(gated)
        assert "does not know this login" in sent.reason
        assert "CROSSWALK_MAIL_PASSWORD" in sent.fix
        secret = tmp_path / "password"
        secret.write_text(f"{PASSWORD}\n", "utf-8")
        gated.connection.environ |= {"CROSSWALK_MAIL_PASSWORD": ""}
        gated.connection.environ |= {"CROSSWALK_MAIL_PASSWORD_FILE": str(secret)}
        assert [one.reason for one in tried(gated)] == [""]
        assert [mail["To"] for mail in box.mails] == [SITE]


def test_a_server_that_proves_nothing_gets_nothing(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = trusted(tmp_path, monkeypatch)
    monkeypatch.delenv("SSL_CERT_FILE")
    with postbox("starttls", context) as box, office(sandbox, tmp_path / "ledger.db", box) as gated:
        own = code(gated)
        gated.send("cost_codes", own)
        assert "is not trusted" in reject(gated, "cost_codes", own)
        assert not box.mails


def test_a_password_never_travels_in_the_open() -> None:
    from engine.system.secrets import Secret

    server = smtp.Server("mail.example.com", 25, "none", FROM, Secret(USER), Secret(PASSWORD))
    with pytest.raises(smtp.NotTaken, match=r"not sent to the mail server mail\.example\.com:25 in the open"):
        smtp.send(server, EmailMessage(), SITE)


# ---------------------------------------------------------------- what was typed by anybody


def test_no_line_of_anybodys_becomes_a_header_or_markup(gated: Gated, box: Postbox) -> None:
    own = code(gated)
    gated.send("cost_codes", own)
    reject(gated, "cost_codes", own, "no\r\nBcc: all@example.com\r\n<script>alert(1)</script>")
    (mail,) = box.mails
    assert mail["Bcc"] is None
    assert "<script>" not in body(mail, "html")
    assert "&lt;script&gt;" in body(mail, "html")


def test_what_is_no_plain_address_is_not_granted(gated: Gated) -> None:
    for address in ("ann", "a@b@c", "ann@example.com\r\nBcc: x@y.z", "<ann@example.com>", "a b@c.de"):
        with pytest.raises(Declined, match="is no mail address"):
            gated.grant("ann", mail=address)


def test_a_customers_own_templates_go_before_ours(gated: Gated, box: Postbox, tmp_path: Path) -> None:
    own, folder = code(gated), tmp_path / "mappings" / "customers" / "story" / "mail"
    folder.mkdir(parents=True)
    theirs = folder / "rejected.txt.j2"
    theirs.write_text("No: {{ reason }}", "utf-8")
    gated.connection.desk.workspace = Workspace(project(tmp_path))
    gated.send("cost_codes", own)
    note = reject(gated, "cost_codes", own)
    assert "mail template rejected.txt.j2: 'reason' is undefined; it is tried again" in note
    theirs.write_text("No: {{ why }}", "utf-8")
    tried(gated)
    assert body(box.mails[0], "plain").strip() == "No: wrong code"
    assert "<blockquote" in body(box.mails[0], "html")  # ours, since they have none


def project(folder: Path) -> Path:
    """A project's folder in which a customer may have files."""
    shutil.copytree(ROOT / "schemas", folder / "schemas")
    shutil.copytree(ROOT / "mappings" / "procore_xero", folder / "mappings" / "procore_xero")
    return folder
