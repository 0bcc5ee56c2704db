"""Alipay's error codes: one line each, per call, with the reason for its outcome.

Sources: opendocs `alipay.trade.refund` (31 codes), `alipay.trade.fastpay.refund.query`,
`alipay.trade.query`, `alipay.trade.close`, and the gateway's public codes (common/02km9f). `name_of` picks
the code that counts; messages never count. Codes without a line prove nothing.
"""

from __future__ import annotations

from typing import Final

from scanrefund.model.outcome import Outcome
from scanrefund.wallets.code_table import RATE_WAIT_S, CodeTable, Line

_UNKNOWN, _HELD = Outcome.UNKNOWN, Outcome.HELD
_DECLINED, _ABSENT = Outcome.DECLINED, Outcome.ABSENT

SYSTEM_ERROR: Final = "ACQ.SYSTEM_ERROR"
UNKNOWN_ERROR: Final = "unknow-error"


def name_of(code: str, sub_code: str) -> str:
    """The code to look up: `sub_code` where there is one, else `code`.

    System errors come as `ACQ.`, `AQC.` (their misspelling), `aop.ACQ.` and bare; unknown errors as
    `isp.` and `aop.`: both are matched by their ends.
    """
    if sub_code.endswith("SYSTEM_ERROR"):
        return SYSTEM_ERROR
    if sub_code.endswith((UNKNOWN_ERROR, "unknown-error")):
        return UNKNOWN_ERROR
    return sub_code or code


_SET_UP: Final = Line(_HELD, "our request or set-up is wrong; not carried out")
_TOKEN: Final = Line(_HELD, "an authorisation is missing or over; not carried out")
_RIGHT: Final = Line(_HELD, "the app has no right to this call: sign the product")
_RATE: Final = Line(_UNKNOWN, "too many calls: the same number later", wait_s=RATE_WAIT_S)

# What any call may answer.
GATEWAY: Final[CodeTable] = {
    SYSTEM_ERROR: Line(_UNKNOWN, "the refund may have been made: ask, or the same number and amount again"),
    UNKNOWN_ERROR: Line(_UNKNOWN, "the gateway or the service behind it cannot say how it ended"),
    "10003": Line(_UNKNOWN, "still under way"),
    "20000": Line(_UNKNOWN, "service unavailable: nobody has said how it ended"),
    "20001": _TOKEN,
    "aop.invalid-auth-token": _TOKEN,
    "aop.auth-token-time-out": _TOKEN,
    "aop.invalid-app-auth-token": _TOKEN,
    "aop.invalid-app-auth-token-no-api": _TOKEN,
    "aop.app-auth-token-time-out": _TOKEN,
    "aop.no-product-reg-by-partner": _TOKEN,
    "40001": _SET_UP,
    "isv.missing-method": _SET_UP,
    "isv.missing-signature": _SET_UP,
    "isv.missing-signature-type": _SET_UP,
    "isv.missing-signature-key": _SET_UP,
    "isv.missing-app-id": _SET_UP,
    "isv.missing-timestamp": _SET_UP,
    "isv.missing-version": _SET_UP,
    "isv.missing-app-cert-sn": _SET_UP,
    "isv.missing-alipay-root-cert-sn": _SET_UP,
    "40002": _SET_UP,
    "isv.invalid-signature": _SET_UP,
    "isv.invalid-app-id": _SET_UP,
    "isv.invalid-timestamp": _SET_UP,
    "isv.invalid-charset": _SET_UP,
    "isv.invalid-format": _SET_UP,
    "isv.invalid-method": _SET_UP,
    "isv.invalid-parameter": _SET_UP,
    "isv.invalid-signature-type": _SET_UP,
    "isv.invalid-encrypt": _SET_UP,
    "isv.invalid-encrypt-type": _SET_UP,
    "isv.illegal-json": _SET_UP,
    "isv.suspected-attack": _SET_UP,
    "isv.app-cert-expired": _SET_UP,
    "isv.code-invalid": _SET_UP,
    "not-online-app": _SET_UP,
    "40003": _SET_UP,
    "isv.missing-signature-config": _SET_UP,
    "isv.decryption-error-unknown": _SET_UP,
    "40004": Line(_UNKNOWN, "a business failure without a name proves nothing", alarm=True),
    "40005": _RATE,
    "isv.app-call-limited": _RATE,
    "isv.method-call-limited": _RATE,
    "40006": _RIGHT,
    "isv.insufficient-isv-permissions": _RIGHT,
    "isv.insufficient-user-permissions": _RIGHT,
    "isv.self-invoke-forbidden": _RIGHT,
    "ACQ.INVALID_PARAMETER": Line(_HELD, "a field of ours is wrong: set-up or program, not the customer"),
}

_ORDER: Final = Line(_DECLINED, "no such paid trade, or not in a state to refund: ask")
_OVER: Final = Line(_DECLINED, "more than the trade has left; may be our own earlier twin: ask")
_AMOUNT_KIND: Final = Line(_DECLINED, "this amount cannot be refunded on this trade")
_BUYER: Final = Line(_DECLINED, "the customer's account is gone or closed: refund another way")
_SPLIT: Final = Line(_HELD, "the money of this trade was split: its shares or rights must be put right")
_ADVANCE: Final = Line(_HELD, "the account that should pay the refund is not agreed or not there")

SEND: Final[CodeTable] = {
    **GATEWAY,
    "ACQ.REFUND_CHARGE_ERROR": Line(
        _UNKNOWN, "the fee could not be returned; not said what became of the rest"
    ),
    "ACQ.DISCORDANT_REPEAT_REQUEST": Line(
        _UNKNOWN, "this number already paid back another amount: ask, and never a new number", alarm=True
    ),
    "ACQ.SELLER_BALANCE_NOT_ENOUGH": Line(
        _HELD, "the merchant's balance is short: top up, then the same number"
    ),
    "ACQ.TRADE_NOT_EXIST": _ORDER,
    "ACQ.TRADE_STATUS_ERROR": _ORDER,
    "ACQ.REASON_TRADE_STATUS_INVALID": Line(_HELD, "if the trade is paid, only Alipay can say why not"),
    "ACQ.TRADE_HAS_CLOSE": Line(_DECLINED, "never paid, or all paid back already, maybe by us: ask"),
    "ACQ.TRADE_HAS_FINISHED": Line(_DECLINED, "past the refund period: refund another way"),
    "ACQ.TRADE_NOT_ALLOW_REFUND": Line(_DECLINED, "this trade cannot be refunded"),
    "ACQ.NOT_ALLOW_PARTIAL_REFUND": Line(_DECLINED, "this trade can only be refunded whole"),
    "ACQ.ONLINE_TRADE_VOUCHER_NOT_ALLOW_REFUND": Line(_DECLINED, "the bought voucher was used"),
    "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL": _OVER,
    "ACQ.REASON_TRADE_REFUND_FEE_ERR": _OVER,
    "ACQ.REFUND_FEE_ERROR": _AMOUNT_KIND,
    "ACQ.CURRENCY_NOT_SUPPORT": _AMOUNT_KIND,
    "ACQ.REASON_TRADE_BEEN_FREEZEN": Line(_HELD, "the trade is frozen: only Alipay can free it"),
    "ACQ.BUYER_NOT_EXIST": _BUYER,
    "ACQ.BUYER_ERROR": _BUYER,
    "ACQ.BUYER_ENABLE_STATUS_FORBID": _BUYER,
    "ACQ.CUSTOMER_VALIDATE_ERROR": _BUYER,
    "ACQ.USER_NOT_MATCH_ERR": Line(_HELD, "the trade's parties do not fit: only Alipay can say why"),
    "ACQ.TRADE_SETTLE_ERROR": _SPLIT,
    "ACQ.ALLOC_AMOUNT_VALIDATE_ERROR": _SPLIT,
    "ACQ.REFUNDALLOC_UNAUTH_LIMIT": _SPLIT,
    "ACQ.REFUND_ROYALTY_PAYEE_ACCOUNT_NOT_EXIST": _SPLIT,
    "ACQ.OVERDRAFT_AGREEMENT_NOT_MATCH": _ADVANCE,
    "ACQ.OVERDRAFT_ASSIGN_ACCOUNT_INVALID": _ADVANCE,
    "ACQ.REFUND_ACCOUNT_NOT_EXIST": _ADVANCE,
    "ACQ.ENTERPRISE_PAY_BIZ_ERROR": Line(_HELD, "the enterprise that paid a part refuses it"),
}

_NO_TRADE: Final = Line(_ABSENT, "no such trade, so no refund of it under this number")

ASK: Final[CodeTable] = {
    **GATEWAY,
    "ACQ.TRADE_NOT_EXIST": _NO_TRADE,
    "TRADE_NOT_EXIST": _NO_TRADE,
    "ACQ.ENTERPRISE_PAY_BIZ_ERROR": Line(_UNKNOWN, "speaks of the enterprise's part, not of this refund"),
}

ORDER: Final[CodeTable] = {
    **GATEWAY,
    "ACQ.TRADE_NOT_EXIST": Line(_ABSENT, "no such trade at this merchant"),
    "ACQ.ENTERPRISE_PAY_BIZ_ERROR": Line(_UNKNOWN, "speaks of the enterprise's part, not of the trade"),
}

_NOT_CLOSABLE: Final = Line(_DECLINED, "it was paid, or its state does not allow it")

CLOSE: Final[CodeTable] = {
    **GATEWAY,
    "ACQ.TRADE_NOT_EXIST": Line(_ABSENT, "no such trade, or no customer has opened it yet"),
    "ACQ.TRADE_STATUS_ERROR": _NOT_CLOSABLE,
    "ACQ.REASON_TRADE_STATUS_INVALID": _NOT_CLOSABLE,
    "ACQ.REASON_ILLEGAL_STATUS": _NOT_CLOSABLE,
}
