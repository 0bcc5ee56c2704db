"""Alipay's notice of a refund: a signed form, posted to the address the payment named.

Source: opendocs, asynchronous notices. A part paid back comes as another `TRADE_SUCCESS`, the last fen as
`TRADE_CLOSED`; which of them a real shop gets depends on switches, here it gets both. Everything but `sign`
and `sign_type` is signed. Only the seven characters `success` stop the schedule.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from typing import Final
from urllib.parse import urlencode

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from scanrefund.sandbox.alipay_answers import logon_id
from scanrefund.sandbox.alipay_asked import yuan
from scanrefund.sandbox.alipay_wire import signed_text
from scanrefund.sandbox.business import Order, Refund, day, wall_clock
from scanrefund.sandbox.folder import AlipaySide
from scanrefund.sandbox.notice_box import Manner, Notice
from scanrefund.sandbox.notices import Answer, Letter
from scanrefund.sandbox.signing import new_key, sign
from scanrefund.sandbox.state import Turn

_MINUTE_S: Final = 60.0
_HOUR_S: Final = 3600.0
# Longer ago than any notice of the schedule that a shop might still be waiting for.
_STALE_S: Final = 26 * _HOUR_S
_CONTENT_TYPE: Final = ("content-type", "application/x-www-form-urlencoded; charset=utf-8")


class AlipayHerald:
    """Writes Alipay's notices."""

    wallet = "alipay"
    pauses_s: tuple[float, ...] = (
        *(4 * _MINUTE_S, 10 * _MINUTE_S, 10 * _MINUTE_S),
        *(_HOUR_S, 2 * _HOUR_S, 6 * _HOUR_S, 15 * _HOUR_S),
    )

    def __init__(self, side: AlipaySide) -> None:
        self._side = side

    def letter(
        self, notice: Notice, order: Order, refunds: Sequence[Refund], turn: Turn, manner: Manner
    ) -> Letter:
        told_at = turn.now - (_STALE_S if manner is Manner.STALE else 0)
        told = {
            **_envelope(self._side, notice, told_at),
            **_trade(order),
            **_refunded(order, refunds, notice),
        }
        return Letter((_CONTENT_TYPE,), urlencode({**told, **self._signature(told, manner)}).encode())

    def _signature(self, told: dict[str, str], manner: Manner) -> dict[str, str]:
        if manner is Manner.UNSIGNED:
            return {}
        key = _foreign_key() if manner is Manner.FORGED else self._side.signer
        text = signed_text(told) + (" " if manner is Manner.PROBE else "")
        return {"sign_type": "RSA2", "sign": sign(key, text.encode())}

    def accepted(self, answer: Answer) -> bool:
        return answer.status == 200 and answer.body == b"success"


@cache
def _foreign_key() -> RSAPrivateKey:
    """Somebody else's key, made when a first notice is forged."""
    return new_key()


def _envelope(side: AlipaySide, notice: Notice, told_at: float) -> dict[str, str]:
    """The same `notify_id` on every try of one notice."""
    number = int(notice.notice_id.replace("-", ""), 16) % 10**21
    return {
        "notify_time": wall_clock(told_at),
        "notify_type": "trade_status_sync",
        "notify_id": f"{day(notice.happened_at)}00222{number:021d}",
        "app_id": side.app_id,
        "auth_app_id": side.app_id,
        "charset": "utf-8",
        "version": "1.0",
        "seller_id": side.seller_id,
    }


def _trade(order: Order) -> dict[str, str]:
    paid = yuan(order.amount_fen)
    amounts = dict.fromkeys(("total_amount", "receipt_amount", "buyer_pay_amount", "invoice_amount"), paid)
    return {
        "trade_no": order.wallet_order_id,
        "out_trade_no": order.order_id,
        "buyer_id": order.payer_id,
        "buyer_logon_id": logon_id(order),
        **amounts,
        "point_amount": "0.00",
        "subject": "演练 REHEARSAL",
        "gmt_create": wall_clock(order.created_at),
        "gmt_payment": wall_clock(order.paid_at or order.created_at),
        "fund_bill_list": json.dumps([{"amount": paid, "fundChannel": "ALIPAYACCOUNT"}]),
    }


def _refunded(order: Order, refunds: Sequence[Refund], notice: Notice) -> dict[str, str]:
    """The trade as this refund left it: `refund_fee` counts all refunds until then, `out_biz_no` names it."""
    until = [one for one in refunds if one.settled_at is not None and one.settled_at <= notice.happened_at]
    returned_fen = sum(one.amount_fen for one in until)
    closed = returned_fen == order.amount_fen
    told = {
        "trade_status": "TRADE_CLOSED" if closed else "TRADE_SUCCESS",
        "out_biz_no": notice.refund_id,
        "refund_fee": yuan(returned_fen),
        "gmt_refund": f"{wall_clock(notice.happened_at)}.000",
    }
    return {**told, "gmt_close": wall_clock(notice.happened_at)} if closed else told
