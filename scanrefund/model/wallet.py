"""A registry entry per wallet: everything about a wallet that is a fact and not a conversation.

A third wallet is one more entry here, one more file in `wallets/` and one more line in `assemble.py`.
Sources: WeChat Pay, merchant documents 4014959631 (refund practice) and V2 4011937125 (payment codes);
Alipay, `alipay.trade.refund` and `alipay.trade.pay` (opendocs).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from scanrefund.model.payment_code import mask

# Neither wallet took payments earlier; a later year is a typing error.
_FIRST_YEAR: Final = 2004
_LAST_YEAR: Final = 2099


class Wallet(StrEnum):
    WECHAT = "wechat"
    ALIPAY = "alipay"


@dataclass(frozen=True, slots=True)
class NoticeAnswer:
    """How a wallet wants its notices answered: taken, by this status and body; not, by a body with our code.

    Sources: WeChat Pay, merchant document 4013071196 (204, or a failure as JSON); Alipay, asynchronous
    notices (the seven letters `success`, anything else is sent again).
    """

    taken_status: int
    taken: str
    refused: str
    media_type: str

    def refusal(self, code: str) -> str:
        """What is answered where a notice was not taken."""
        return self.refused.format(code=code)


@dataclass(frozen=True, slots=True)
class WalletFacts:
    """What a wallet's documents fix. Lengths in digits, ages in seconds, windows in days.

    `order_missing_codes` are the refusals of a send that say there is no such paid order; shortly after the
    payment they may be wrong. `other_content_codes` say that a number already stands for
    another refund. `order_number_date_at` is where the day of the payment, YYYYMMDD, begins in an order
    number, counted from 0: seen in real bills, promised by no document.
    """

    wallet: Wallet
    code_prefixes: tuple[str, ...]
    code_digits_min: int
    code_digits_max: int
    code_age_s_max: int
    refund_window_days: int
    refunds_per_order_max: int
    refund_spacing_s: int
    ask_after_send_s: int
    order_number: re.Pattern[str]
    order_number_date_at: int
    refund_number: re.Pattern[str] | None
    order_missing_codes: frozenset[str]
    other_content_codes: frozenset[str]
    notice_answer: NoticeAnswer

    def owns_code(self, digits: str) -> bool:
        """Whether ASCII digits have the form of this wallet's payment code."""
        return (
            self.code_digits_min <= len(digits) <= self.code_digits_max
            and digits.startswith(self.code_prefixes)
            and digits.isascii()
            and digits.isdigit()
        )


FACTS: Final[dict[Wallet, WalletFacts]] = {
    Wallet.WECHAT: WalletFacts(
        wallet=Wallet.WECHAT,
        code_prefixes=("10", "11", "12", "13", "14", "15"),
        code_digits_min=18,
        code_digits_max=18,
        code_age_s_max=60,
        refund_window_days=365,
        refunds_per_order_max=50,
        refund_spacing_s=60,
        ask_after_send_s=10,
        order_number=re.compile(r"42[0-9]{26}"),
        order_number_date_at=10,
        refund_number=re.compile(r"5[02][0-9]{27}"),
        order_missing_codes=frozenset({"RESOURCE_NOT_EXISTS", "ORDER_NOT_EXIST", "ORDERNOTEXIST"}),
        # WeChat Pay says it as INVALID_REQUEST, a code with many meanings.
        other_content_codes=frozenset(),
        notice_answer=NoticeAnswer(204, "", '{{"code":"FAIL","message":"{code}"}}', "application/json"),
    ),
    Wallet.ALIPAY: WalletFacts(
        wallet=Wallet.ALIPAY,
        code_prefixes=("25", "26", "27", "28", "29", "30"),
        code_digits_min=16,
        code_digits_max=24,
        code_age_s_max=60,
        refund_window_days=365,
        refunds_per_order_max=50,
        refund_spacing_s=3,
        ask_after_send_s=10,
        order_number=re.compile(r"20[0-9]{26}"),
        order_number_date_at=0,
        refund_number=None,
        order_missing_codes=frozenset({"ACQ.TRADE_NOT_EXIST"}),
        other_content_codes=frozenset({"ACQ.DISCORDANT_REPEAT_REQUEST"}),
        notice_answer=NoticeAnswer(200, "success", "fail: {code}", "text/plain"),
    ),
}


def wallet_of_code(digits: str) -> Wallet | None:
    """The wallet whose payment code these digits are, or None."""
    return next((wallet for wallet, facts in FACTS.items() if facts.owns_code(digits)), None)


def day_in_order_number(wallet: Wallet, number: str) -> date | None:
    """The day an order number says it was paid on (China's time); None where the digits are no such day.

    A hint: it may show a typing error or an old sale, and proves nothing.
    """
    start = FACTS[wallet].order_number_date_at
    digits = number[start : start + 8]
    try:
        day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
    return day if _FIRST_YEAR <= day.year <= _LAST_YEAR else None


def safe_number(text: str) -> str:
    """A number somebody gave us, masked when it has the form of a payment code put in the wrong place."""
    return mask(text) if wallet_of_code(text) else text
