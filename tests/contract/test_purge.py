"""What points to persons goes in its time, open refunds keep it, and the book holds before and after."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.purge import STOCKS, KeepFor, Purge
from scanrefund.ledger.schema import attempts, codes, orders, refunds, signatures
from scanrefund.ledger.schema_after import contacts
from scanrefund.ledger.trips import Lease
from scanrefund.model.outcome import Answer, Outcome
from scanrefund.model.payment_code import PaymentCode
from scanrefund.model.refund import Command, RefundState
from scanrefund.model.wallet import Wallet
from tests.unit.builders import NOW, WECHAT_DIGITS, an_order, keep, open_ledger_at, reserve

TOLD = KeepFor(code_days=30, payer_days=400, account_days=180, photo_days=200)
PERSONAL = ("openid-hash", "招商银行信用卡0403", "张三", "code-hash-")
NAMES = [stock.name for stock in STOCKS]


@pytest.fixture
def ledger(ledger_url: str) -> Iterator[Ledger]:
    """Two orders with everything personal: the refund of `E1` has ended, that of `O1` is open."""
    opened = open_ledger_at(ledger_url)
    for order_id in ("E1", "O1"):
        order = an_order(order_id=order_id, paid_at=NOW - timedelta(days=1))
        keep(opened, replace(order, payer_fingerprint="openid-hash", extra={"contact": "张三"}))
        fingerprint = f"code-hash-{order_id}"
        opened.sight(fingerprint, PaymentCode(WECHAT_DIGITS), Wallet.WECHAT, NOW)
        made = reserve(opened, order_id, request_id=order_id, code_fingerprint=fingerprint)
        attempt = opened.begin(made, Command.SEND, Lease("test", 30), NOW)
        assert attempt is not None
        ended = RefundState.SUCCEEDED if order_id == "E1" else RefundState.UNKNOWN
        answer = Answer(Outcome.SUCCEEDED if order_id == "E1" else Outcome.UNKNOWN, message="张三的卡")
        changes = {"received_account": "招商银行信用卡0403"} | ({"ended_at": NOW} if order_id == "E1" else {})
        opened.end(attempt, answer, ended, changes, "", NOW)
        _with_customer(opened, order_id, made.refund_id)
    yield opened
    opened.close()


def _with_customer(ledger: Ledger, order_id: str, refund_id: str) -> None:
    told = {"channel": "email", "masked": "z•••@example.com", "language": "zh-Hans"}
    with ledger.writing() as connection:
        connection.execute(insert(contacts).values(order_id=order_id, closed="ab", kept_at=NOW, **told))
        connection.execute(insert(signatures).values(refund_id=refund_id, closed="cd", signed_at=NOW))


def held(ledger: Ledger) -> str:
    """Everything in the tables that hold persons."""
    with ledger.reading() as connection:
        tables = (orders, refunds, attempts, codes, contacts, signatures)
        rows = [connection.execute(select(table)).all() for table in tables]
    return str(rows)


def test_nothing_goes_before_its_time(ledger: Ledger) -> None:
    entries = ledger.audit([]).entries
    assert Purge(ledger, TOLD).run(NOW + timedelta(days=29)) == dict.fromkeys(NAMES, 0)
    assert ledger.audit([]).entries == entries


CODES = ("codes_of_refunds", "codes_seen")
ACCOUNTS = ("accounts", "wallet_words", "contacts", "signatures")


@pytest.mark.parametrize(
    ("days", "gone"), [(31, CODES), (181, (*CODES, *ACCOUNTS)), (401, (*CODES, *ACCOUNTS, "payers"))]
)
def test_each_stock_has_its_own_time(ledger: Ledger, days: int, gone: tuple[str, ...]) -> None:
    told = Purge(ledger, TOLD).run(NOW + timedelta(days=days))
    assert told == dict.fromkeys(NAMES, 0) | dict.fromkeys(gone, 1)
    assert Purge(ledger, TOLD).run(NOW + timedelta(days=days)) == dict.fromkeys(NAMES, 0)


def test_a_look_takes_nothing(ledger: Ledger) -> None:
    before, late = held(ledger), NOW + timedelta(days=401)
    told = Purge(ledger, TOLD).count(late)
    assert held(ledger) == before
    assert Purge(ledger, TOLD).run(late) == told
    assert any(told.values())


def test_the_open_refund_keeps_everything_and_the_ended_one_nothing(ledger: Ledger) -> None:
    Purge(ledger, TOLD).run(NOW + timedelta(days=3650))
    assert held(ledger).count("code-hash-E1") == 0
    assert held(ledger).count("code-hash-O1") == 2
    assert [held(ledger).count(text) for text in PERSONAL[:2]] == [1, 1]


def test_money_stays_and_the_book_holds_before_and_after(ledger: Ledger) -> None:
    before = ledger.audit([])
    money = [(one.refund_id, one.amount, one.state) for one in ledger.refunds()]
    Purge(ledger, TOLD).run(NOW + timedelta(days=401))
    after = ledger.audit([before.head])
    assert (before.is_whole, after.is_whole, after.entries) == (True, True, before.entries + 1)
    assert [(one.refund_id, one.amount, one.state) for one in ledger.refunds()] == money


def test_the_file_itself_no_longer_holds_it(ledger: Ledger, ledger_url: str) -> None:
    if not ledger_url.startswith("sqlite"):
        pytest.skip("a server's files are its own")
    path = Path(ledger_url.removeprefix("sqlite:///"))
    assert b"code-hash-E1" in path.read_bytes()
    # Some builds of SQLite overwrite by themselves; the others must be told.
    with ledger.writing() as connection:
        connection.exec_driver_sql("PRAGMA secure_delete=OFF")
    Purge(ledger, TOLD).run(NOW + timedelta(days=401))
    assert b"code-hash-E1" not in path.read_bytes()


def test_the_book_holds_nobody(ledger: Ledger) -> None:
    with ledger.reading() as connection:
        text = str(connection.exec_driver_sql("SELECT * FROM book").all())
    assert [name for name in PERSONAL if name in text] == []
