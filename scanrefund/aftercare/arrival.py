"""When the customer has the money, and where to look for it: what the wallets promise, as catalogue keys.

Sources: WeChat Pay document 4013070371 (balance about five minutes, bank cards one to three working days;
`user_received_account` names the place). Alipay returns to the ways of paying; a bank takes its own days.
"""

from __future__ import annotations

from typing import Final

from scanrefund.model.other_way import Method
from scanrefund.model.refund import Refund, RefundState

_S = RefundState
_NOTHING_COMES: Final = frozenset({_S.CLOSED, _S.CANCELLED, _S.RETURNED_TO_MERCHANT})
_ACCEPTED: Final = frozenset({_S.PROCESSING, _S.SUCCEEDED, _S.EXTERNAL})

# What the wallets call the places, WeChat Pay in Chinese words.
_BALANCE: Final = ("零钱", "余额")
_BANK: Final = ("银行", "信用卡", "借记卡", "储蓄卡")


def arrival(refund: Refund) -> str:
    """`balance`, `bank` or `either` for what a wallet has accepted; `cash` or `transfer` for what was paid by
    hand; `none`, or `open` while nobody knows yet.
    """
    if refund.state is _S.PAID_OTHER_WAY:
        return "transfer" if refund.method is Method.BANK else "cash"
    if refund.state in _NOTHING_COMES:
        return "none"
    return _place(refund.received_account) if refund.state in _ACCEPTED else "open"


def _place(account: str) -> str:
    """A card of a bank is looked for first: some banks have `零钱` in a product's name."""
    if any(word in account for word in _BANK):
        return "bank"
    return "balance" if any(word in account for word in _BALANCE) else "either"
