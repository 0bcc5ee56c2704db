"""Every fault the sandbox plays × every call × both wallets: what the desk makes of it, or why it cannot be.

A refund or ask has two cells in one: the refund's state after the broken call, and the state it is brought to
when nothing else breaks. An order look-up has the ladder's answer where the shop wants the wallet's word; a
bill has how fetching it ended; a notice has the refund's state after it, from UNKNOWN.
"""

from __future__ import annotations

from typing import Final

from scanrefund.model.wallet import Wallet

CALLS: Final = ("refund", "ask", "order", "bill", "notice")

# What is heard of the wallet is broken, whatever it did: nothing is known.
WIRE: Final = (
    "drop_before",
    "drop_after",
    "delay",
    "slow_drip",
    "truncated",
    "garbage",
    "http_429",
    "http_500_before",
    "http_500_after",
    "http_502",
    "bad_signature",
    "unsigned",
)
BUSINESS: Final = (
    "false_not_found",
    "processing",
    "not_enough",
    "account_abnormal",
    "abnormal",
    "closed",
    "returned_to_merchant",
)
FAULTS: Final = WIRE + BUSINESS

NO_SUCH_ANSWER: Final = "n/a: this call has no such answer"
NO_WORD: Final = "n/a: Alipay's answers have no word for it"
OURS_TO_ANSWER: Final = "n/a: the wallet calls, and the shop answers"
_ENDS_WELL: Final = "UNKNOWN, then SUCCEEDED"

_REFUND: Final[dict[str, str | dict[Wallet, str]]] = {
    **dict.fromkeys(WIRE, _ENDS_WELL),
    # Refused as unknown; asked, then sent again, because just after a payment that may be wrong.
    "false_not_found": _ENDS_WELL,
    "processing": "PROCESSING, then SUCCEEDED",
    "not_enough": "HELD, then HELD",
    # Declined, and asked at once: absent, and no trip was ever unknown.
    "account_abnormal": "UNKNOWN, then CLOSED",
    "abnormal": {
        Wallet.WECHAT: "PROCESSING, then ABNORMAL",
        # The money left; what a bank sends back later, the bill tells.
        Wallet.ALIPAY: "SUCCEEDED, then SUCCEEDED",
    },
    "closed": {
        Wallet.WECHAT: "PROCESSING, then CLOSED",
        # Accepted by its own word, then not found: a person must look.
        Wallet.ALIPAY: "PROCESSING, then PROCESSING",
    },
    "returned_to_merchant": {
        Wallet.WECHAT: "PROCESSING, then RETURNED_TO_MERCHANT",
        Wallet.ALIPAY: NO_WORD,
    },
}
_ASK: Final[dict[str, str | dict[Wallet, str]]] = {
    **dict.fromkeys(WIRE, _ENDS_WELL),
    # Believed, so the same number goes out again: the wallet pays it once.
    "false_not_found": _ENDS_WELL,
    "processing": {
        Wallet.WECHAT: "PROCESSING, then SUCCEEDED",
        # Alipay says so by saying nothing.
        Wallet.ALIPAY: _ENDS_WELL,
    },
}
_ORDER: Final[dict[str, str | dict[Wallet, str]]] = {
    **dict.fromkeys(WIRE, "refused: wallet_stopped"),
    "false_not_found": "refused: order_not_paid",
}
_BILL: Final[dict[str, str | dict[Wallet, str]]] = {
    **dict.fromkeys(WIRE, "NOT_FETCHED"),
    "false_not_found": {Wallet.WECHAT: "EMPTY", Wallet.ALIPAY: "NOT_READY"},
}
_NOTICE: Final[dict[str, str | dict[Wallet, str]]] = {
    "drop_before": "UNKNOWN",
    "drop_after": "SUCCEEDED",
    "delay": "SUCCEEDED",
    "truncated": "UNKNOWN",
    "garbage": "UNKNOWN",
    "bad_signature": "UNKNOWN",
    "unsigned": "UNKNOWN",
}
_TABLE: Final = {"refund": _REFUND, "ask": _ASK, "order": _ORDER, "bill": _BILL, "notice": _NOTICE}


def cell(fault: str, call: str, wallet: Wallet) -> str:
    """What is expected, or `n/a` with its cause."""
    found = _TABLE[call].get(fault, OURS_TO_ANSWER if call == "notice" else NO_SUCH_ANSWER)
    if fault == "returned_to_merchant" and wallet is Wallet.ALIPAY:
        return NO_WORD
    return found if isinstance(found, str) else found[wallet]


def page() -> str:
    """The table as it stands in the documents."""
    lines = []
    for wallet in Wallet:
        lines += [f"### {wallet.value}", "", f"| fault | {' | '.join(CALLS)} |", "|---" * 6 + "|"]
        for fault in FAULTS:
            cells = [cell(fault, call, wallet) for call in CALLS]
            lines.append(f"| `{fault}` | {' | '.join(cells)} |")
        lines.append("")
    return "\n".join(lines)
