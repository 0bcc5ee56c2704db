from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from scanrefund.ledger.ledger import Ledger
from scanrefund.model.payment_code import PaymentCode
from scanrefund.model.shown import Sighting
from scanrefund.model.wallet import Wallet
from tests.unit.builders import KEYS, NOW, ORDER, WECHAT_DIGITS, an_order, keep, reserve

PRINT = KEYS.fingerprint(WECHAT_DIGITS)


def sight(ledger: Ledger, seconds: float = 0) -> None:
    ledger.sight(PRINT, PaymentCode(WECHAT_DIGITS), Wallet.WECHAT, NOW + timedelta(seconds=seconds))


def test_only_the_first_sight_of_a_code_counts(ledger: Ledger) -> None:
    assert ledger.sighting(PRINT) is None
    sight(ledger)
    sight(ledger, 30)
    assert ledger.sighting(PRINT) == Sighting(NOW)


def test_a_code_tells_which_refund_it_is_bound_to(ledger: Ledger) -> None:
    sight(ledger)
    refund = reserve(ledger, code_fingerprint=PRINT)
    assert ledger.sighting(PRINT) == Sighting(NOW, refund.refund_id)


def test_a_code_is_bound_once(ledger: Ledger) -> None:
    keep(ledger, an_order(order_id="B2", wallet_order_id=""))
    reserve(ledger, code_fingerprint=PRINT)
    with pytest.raises(IntegrityError):
        reserve(ledger, "B2", code_fingerprint=PRINT, request_id="request-2")
    untouched = ledger.order("B2")
    assert untouched is not None
    assert untouched.wallet_reserved.fen == 0


def test_refunds_without_a_code_do_not_get_in_each_others_way(ledger: Ledger) -> None:
    reserve(ledger, amount_fen=1)
    assert reserve(ledger, amount_fen=1, request_id="request-2").order_id == ORDER.order_id


def test_the_file_holds_fingerprint_and_mask_and_never_the_digits(ledger: Ledger, ledger_path: Path) -> None:
    sight(ledger)
    reserve(ledger, code_fingerprint=PRINT)
    ledger.close()
    content = b"".join(path.read_bytes() for path in ledger_path.parent.iterdir() if path.is_file())
    assert WECHAT_DIGITS.encode() not in content
    assert PRINT.encode() in content
    assert PaymentCode(WECHAT_DIGITS).masked.encode() in content
