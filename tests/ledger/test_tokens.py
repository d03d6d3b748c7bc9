"""Tokens lie encrypted, belong to their row, and are refreshed by one at a time."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet

from engine.ledger import owner
from engine.ledger.store import LedgerError, Store
from engine.ledger.tokens import LedgerTokens, key_for
from engine.system.port import Token, Tokens
from tests.ledger.conftest import Clock

KEY = Fernet.generate_key().decode()


def tokens(store: Store, clock: Clock, key: str = KEY, connection: str = "demo") -> LedgerTokens[Token]:
    return LedgerTokens(store, connection, clock, key, Token)


@pytest.fixture
def token(clock: Clock) -> Token:
    return Token("access-1", clock.now() + timedelta(minutes=30), "refresh-1")


def test_a_token_comes_back_and_does_not_lie_open(store: Store, clock: Clock, token: Token) -> None:
    kept: Tokens = tokens(store, clock)
    assert kept.get("xero") is None
    kept.put("xero", token)
    kept.put("xero", Token("access-2", token.expires, "refresh-2"))
    assert tokens(store, clock).get("xero") == Token("access-2", token.expires, "refresh-2")
    assert kept.get("procore") is None
    with store.look() as tx:
        rows = str([bytes(row.secret) for row in tx.execute(sa.text("select secret from token"))])
    assert "access" not in rows
    assert "refresh" not in rows


def test_another_key_is_said_not_guessed(store: Store, clock: Clock, token: Token) -> None:
    tokens(store, clock).put("xero", token)
    with pytest.raises(LedgerError, match="the token of xero was encrypted with another key") as told:
        tokens(store, clock, Fernet.generate_key().decode()).get("xero")
    assert "CROSSWALK_LEDGER_KEY" in told.value.fix
    with pytest.raises(LedgerError, match="not a key of 32 bytes"):
        tokens(store, clock, "secret")


def test_a_key_is_changed_by_naming_both(store: Store, clock: Clock, token: Token) -> None:
    new = Fernet.generate_key().decode()
    tokens(store, clock).put("xero", token)
    both = tokens(store, clock, f"{new}, {KEY}")
    assert both.get("xero") == token
    both.put("xero", token)
    assert tokens(store, clock, new).get("xero") == token


def test_a_row_copied_to_another_customer_does_not_open(store: Store, clock: Clock, token: Token) -> None:
    tokens(store, clock).put("xero", token)
    with store.begin() as tx:
        tx.execute(sa.text("update token set connection = 'other'"))
    with pytest.raises(LedgerError):
        tokens(store, clock, connection="other").get("xero")


def test_one_refreshes_at_a_time(store: Store, clock: Clock, token: Token) -> None:
    one = tokens(store, clock)
    assert one.claim("xero", 30)
    assert not one.claim("xero", 30)
    assert one.claim("procore", 30)
    one.put("xero", token)  # no lock is held meanwhile, and the claim stays
    assert not one.claim("xero", 30)
    one.release("xero")
    assert one.claim("xero", 30)
    assert one.get("xero") == token


def test_a_claim_runs_out_and_its_old_owner_frees_nothing(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = tokens(store, clock)
    assert one.claim("xero", 30)
    clock.move(seconds=31)
    with monkeypatch.context() as patch:
        patch.setattr(owner, "me", lambda: "elsewhere:1")
        assert one.claim("xero", 30)
    one.release("xero")
    assert not one.claim("xero", 30)


def test_the_claim_of_a_dead_process_stops_nobody(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    host, _, rest = owner.me().split(":")
    with monkeypatch.context() as patch:
        patch.setattr(owner, "me", lambda: f"{host}:{2**22 + 1}:{rest}")
        assert tokens(store, clock).claim("xero", 3000)
    assert tokens(store, clock).claim("xero", 30)


def test_a_clock_put_right_by_a_day_does_not_hold_the_claim_for_a_day(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(owner, "me", lambda: "elsewhere:1")
        assert tokens(store, clock).claim("xero", 30)
    clock.move(days=-1)
    assert tokens(store, clock).claim("xero", 30)


# ---------------------------------------------------------------- the key


@pytest.fixture
def local(tmp_path: Path) -> Store:
    return Store(str(tmp_path / "ledger.sqlite"))


def test_the_key_is_made_once_beside_the_file_for_its_owner_only(local: Store, tmp_path: Path) -> None:
    key = key_for(local, {})
    assert key_for(local, {}) == key
    path = tmp_path / "ledger.sqlite.key"
    assert path.stat().st_mode & 0o777 == 0o600
    assert sorted(each.name for each in tmp_path.iterdir()) == [path.name]
    path.chmod(0o644)
    with pytest.raises(LedgerError, match="others on this machine can read"):
        key_for(local, {})


def test_the_environment_goes_first(local: Store, tmp_path: Path) -> None:
    assert key_for(local, {"CROSSWALK_LEDGER_KEY": KEY}) == KEY
    mounted = tmp_path / "mounted"
    mounted.write_text(f"{KEY}\n")
    assert key_for(local, {"CROSSWALK_LEDGER_KEY_FILE": str(mounted)}) == KEY
    with pytest.raises(LedgerError, match="cannot be read"):
        key_for(local, {"CROSSWALK_LEDGER_KEY_FILE": str(tmp_path / "none")})


def test_a_ledger_on_a_server_needs_a_key_from_outside() -> None:
    store = Store("postgresql://nobody@127.0.0.1:9/ledger")
    with pytest.raises(LedgerError, match="need a key") as told:
        key_for(store, {})
    assert "openssl rand" in told.value.fix
    store.close()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_said(local: Store, tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(LedgerError, match="cannot be made"):
        key_for(local, {})
