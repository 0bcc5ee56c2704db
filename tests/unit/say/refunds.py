"""A refund of ¥12.34 to change with `dataclasses.replace`, and one example of every cause."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from scanrefund.model.money import Money
from scanrefund.model.outcome import Outcome
from scanrefund.model.refund import Command, Refund, RefundState
from scanrefund.model.wallet import Wallet

S = RefundState

REFUND: Final = Refund(
    refund_id="SRT_shop1_00000000000000000000_01",
    order_id="A1001",
    request_id="r1",
    wallet=Wallet.WECHAT,
    wallet_order_id="4200001234202611230000000001",
    order_amount=Money(5000),
    amount=Money(1234),
    reason="too small",
    body=b"{}",
    state=S.READY,
    created_at=datetime(2026, 11, 23, 10, 0, tzinfo=UTC),
)


def held(code: str) -> Refund:
    return replace(REFUND, state=S.HELD, outcome=Outcome.HELD, wallet_code=code, not_sent_only=False)


def declined(code: str) -> Refund:
    """Refused, then asked for and proved absent: the ask leaves its own code behind."""
    return replace(
        REFUND, state=S.CLOSED, outcome=Outcome.ABSENT, declined_code=code, wallet_code="RESOURCE_NOT_EXISTS"
    )


EXAMPLES: Final = {
    "refund.wait_approval": replace(REFUND, state=S.WAIT_APPROVAL),
    "refund.ready": replace(REFUND, next_command=Command.SEND),
    "refund.on_hold": REFUND,
    "refund.sending": replace(REFUND, state=S.SENDING, sends=1),
    "refund.unknown": replace(
        REFUND, state=S.UNKNOWN, outcome=Outcome.UNKNOWN, ever_unknown=True, not_sent_only=False
    ),
    "refund.network_down": replace(REFUND, state=S.UNKNOWN, outcome=Outcome.NOT_SENT, sends=1),
    "refund.processing": replace(REFUND, state=S.PROCESSING, outcome=Outcome.PROCESSING),
    "refund.abnormal": replace(REFUND, state=S.ABNORMAL, outcome=Outcome.ABNORMAL),
    "refund.held_balance_short": held("NOT_ENOUGH"),
    "refund.held_setup": held("isv.invalid-signature"),
    "refund.held_clock": held("clock_skew:412"),
    "refund.held_frozen": held("ACQ.REASON_TRADE_BEEN_FREEZEN"),
    "refund.held_other": held("timeout"),
    "refund.succeeded": replace(REFUND, state=S.SUCCEEDED, outcome=Outcome.SUCCEEDED),
    "refund.returned_to_merchant": replace(
        REFUND, state=S.RETURNED_TO_MERCHANT, outcome=Outcome.RETURNED_TO_MERCHANT
    ),
    "refund.closed_order_missing": declined("ACQ.TRADE_NOT_EXIST"),
    "refund.closed_too_old": declined("ACQ.TRADE_HAS_FINISHED"),
    "refund.closed_buyer_gone": declined("USER_ACCOUNT_ABNORMAL"),
    "refund.closed_by_wallet": replace(REFUND, state=S.CLOSED, outcome=Outcome.CLOSED),
    "refund.closed_other": declined("ACQ.NOT_ALLOW_PARTIAL_REFUND"),
    "refund.cancelled": replace(REFUND, state=S.CANCELLED),
    "refund.paid_other_way": replace(REFUND, state=S.PAID_OTHER_WAY),
    "refund.external": replace(REFUND, state=S.EXTERNAL),
}
