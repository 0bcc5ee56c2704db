"""Notices in the ledger, on SQLite and on PostgreSQL: kept once, however often and at once they come."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from scanrefund.ledger.notices import Notices
from scanrefund.model.notice import Notice
from scanrefund.model.wallet import Wallet
from tests.unit.builders import NOW, open_ledger_at

NOTICE = Notice(Wallet.WECHAT, "N1", "REFUND.SUCCESS", "A1", "SR_1", "0" * 64)


def test_a_notice_is_kept_once_and_waits_until_it_was_heard(ledger_url: str) -> None:
    ledger = open_ledger_at(ledger_url)
    notices = Notices(ledger)
    assert notices.keep(NOTICE, NOW)
    assert not notices.keep(NOTICE, NOW + timedelta(hours=1))
    assert notices.waiting(10) == [NOTICE]
    notices.heard(NOTICE, NOW)
    assert notices.waiting(10) == []
    assert not notices.keep(NOTICE, NOW)
    assert notices.waiting(10) == []
    ledger.close()


def test_both_wallets_may_use_one_number(ledger_url: str) -> None:
    ledger = open_ledger_at(ledger_url)
    notices = Notices(ledger)
    other = Notice(Wallet.ALIPAY, "N1", "TRADE_SUCCESS", "B1", "", "1" * 64)
    assert [notices.keep(one, NOW) for one in (NOTICE, other)] == [True, True]
    assert len(notices.waiting(10)) == 2
    assert len(notices.waiting(1)) == 1
    ledger.close()


def test_what_a_wallet_writes_is_kept_whatever_its_length(ledger_url: str) -> None:
    ledger = open_ledger_at(ledger_url)
    long = Notice(Wallet.WECHAT, "N" * 256, "E" * 256, "A" * 256, "S" * 256, "0" * 64)
    notices = Notices(ledger)
    assert notices.keep(long, NOW)
    [kept] = notices.waiting(10)
    assert (kept.notice_id, kept.refund_id) == ("N" * 64, "S" * 64)
    notices.heard(kept, NOW, alarm="notice_of_unknown_refund")
    assert notices.waiting(10) == []
    ledger.close()


@pytest.mark.parametrize("turn", range(3))
def test_of_notices_that_come_at_once_one_is_kept(ledger_url: str, turn: int) -> None:
    ledger = open_ledger_at(ledger_url)
    notices = Notices(ledger)
    together = threading.Barrier(4)
    kept: list[bool] = []

    def take() -> None:
        together.wait()
        kept.append(notices.keep(NOTICE, NOW))

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(kept) == [False, False, False, True]
    ledger.close()
