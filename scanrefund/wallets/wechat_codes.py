"""WeChat Pay's error codes: one line each, per call, with the reason for its outcome.

Sources: merchant documents 4013071036 (apply), 4013071041 (query), 4013070354 and 4013070356 (order),
4013071193 (second try), 4014959631 (refund practice), 4012354972 (HTTP status), and the V2 refund page for
the older spellings.
Only the code counts, never the message. Codes without a line prove nothing. The HTTP status decides
before the code does: 5xx, 429 and 202 are unknown whatever they say (`wechat.py`).
"""

from __future__ import annotations

from typing import Final

from scanrefund.model.outcome import Outcome
from scanrefund.wallets.code_table import RATE_WAIT_S, CodeTable, Line

_UNKNOWN, _HELD = Outcome.UNKNOWN, Outcome.HELD
_DECLINED, _ABSENT = Outcome.DECLINED, Outcome.ABSENT

# What any call may answer.
ANY_CALL: Final[CodeTable] = {
    "SYSTEM_ERROR": Line(_UNKNOWN, "the refund may have been made: ask, then the same number"),
    "SYSTEMERROR": Line(_UNKNOWN, "older spelling of SYSTEM_ERROR"),
    "BIZ_ERR_NEED_RETRY": Line(_UNKNOWN, "not finished: the same number again"),
    "BIZERR_NEED_RETRY": Line(_UNKNOWN, "older spelling of BIZ_ERR_NEED_RETRY"),
    "SERVICE_UNAVAILABLE": Line(_UNKNOWN, "their service is down: the same number later"),
    "BANK_ERROR": Line(_UNKNOWN, "the bank's side failed: nobody has said how it ended"),
    "BANKERROR": Line(_UNKNOWN, "older spelling of BANK_ERROR"),
    "FREQUENCY_LIMITED": Line(
        _UNKNOWN, "the pages disagree whether it was taken: ask after a minute", wait_s=RATE_WAIT_S
    ),
    "RATELIMIT_EXCEEDED": Line(_UNKNOWN, "another name of FREQUENCY_LIMITED", wait_s=RATE_WAIT_S),
    "RATELIMIT_EXCEED": Line(_UNKNOWN, "another name of FREQUENCY_LIMITED", wait_s=RATE_WAIT_S),
    "INVALID_REQ_TOO_MUCH": Line(_UNKNOWN, "too many wrong requests: ask after a minute", wait_s=RATE_WAIT_S),
    "SIGN_ERROR": Line(_HELD, "our key, serial or clock is wrong; never signed, as they cannot know us"),
    "SIGNERROR": Line(_HELD, "older spelling of SIGN_ERROR"),
    "CERT_ERROR": Line(_HELD, "our certificate is wrong"),
    "NO_AUTH": Line(_HELD, "the shop has no right to this call: ask for it in the merchant platform"),
    "NOAUTH": Line(_HELD, "older spelling of NO_AUTH"),
    "PARAM_ERROR": Line(_HELD, "a field of ours is wrong: set-up or program, not the customer"),
    "MCH_NOT_EXISTS": Line(_HELD, "the merchant number of the set-up is wrong"),
    "REQUEST_BLOCKED": Line(_HELD, "blocked for a reason that only the merchant platform shows"),
    "RULE_LIMIT": Line(_HELD, "a limit of the merchant's product"),
}

SEND: Final[CodeTable] = {
    **ANY_CALL,
    "NOT_ENOUGH": Line(_HELD, "the merchant's account is short: top up, then the same number"),
    "NOTENOUGH": Line(_HELD, "older spelling of NOT_ENOUGH"),
    "INVALID_REQUEST": Line(_DECLINED, "refused by a business rule; may be our own earlier twin: ask"),
    "RESOURCE_NOT_EXISTS": Line(_DECLINED, "no such paid order; may be false just after payment: ask"),
    "ORDER_NOT_EXIST": Line(_DECLINED, "no such order"),
    "ORDERNOTEXIST": Line(_DECLINED, "older spelling of ORDER_NOT_EXIST"),
    "INVALID_TRANSACTIONID": Line(_DECLINED, "no such transaction"),
    "REFUND_NOT_EXISTS": Line(_UNKNOWN, "makes no sense on a send", alarm=True),
    "ORDER_NOT_READY": Line(_UNKNOWN, "the order is being worked on: ask, then the same number later"),
    "USER_ACCOUNT_ABNORMAL": Line(_DECLINED, "the customer closed the account: refund another way"),
    "TRADE_OVERDUE": Line(_DECLINED, "more than a year after payment"),
    "REFUND_FEE_MISMATCH": Line(_DECLINED, "another amount than before under this number: ask"),
    "TRADE_ERROR": Line(_DECLINED, "the order's state does not allow it: ask"),
    "ERROR": Line(_UNKNOWN, "a failure without a name"),
}

ASK: Final[CodeTable] = {
    **ANY_CALL,
    "RESOURCE_NOT_EXISTS": Line(_ABSENT, "no refund under this number: the same number again"),
    "REFUND_NOT_EXISTS": Line(_ABSENT, "another name of RESOURCE_NOT_EXISTS"),
    "REFUNDNOTEXIST": Line(_ABSENT, "older spelling of REFUND_NOT_EXISTS"),
    "INVALID_REQUEST": Line(_UNKNOWN, "the ask was refused, which says nothing of the refund", alarm=True),
}

ORDER: Final[CodeTable] = {
    **ANY_CALL,
    "ORDER_NOT_EXIST": Line(_ABSENT, "no such order at this merchant"),
    "ORDERNOTEXIST": Line(_ABSENT, "older spelling of ORDER_NOT_EXIST"),
    "RESOURCE_NOT_EXISTS": Line(_ABSENT, "another name of ORDER_NOT_EXIST"),
    "INVALID_REQUEST": Line(_UNKNOWN, "the look-up was refused, which says nothing of the order"),
    "TRADE_ERROR": Line(_UNKNOWN, "the look-up failed, which says nothing of the order"),
}

# A second try of a stuck refund (4013071193): what it says is about the try, never about the refund.
ABNORMAL: Final[CodeTable] = {
    **ANY_CALL,
    "INVALID_REQUEST": Line(_DECLINED, "the second try was refused: the refund is as it was, ask"),
    "RESOURCE_NOT_EXISTS": Line(_DECLINED, "no refund under this number of the wallet: ask by ours"),
}

CLOSE: Final[CodeTable] = {
    **ANY_CALL,
    "ORDER_NOT_EXIST": Line(_ABSENT, "no such order at this merchant"),
    "RESOURCE_NOT_EXISTS": Line(_ABSENT, "another name of ORDER_NOT_EXIST"),
    "ORDER_PAID": Line(_DECLINED, "it was paid meanwhile"),
    "ORDERPAID": Line(_DECLINED, "older spelling of ORDER_PAID"),
    "INVALID_REQUEST": Line(_DECLINED, "its state does not allow it, or it is paid by code"),
    "TRADE_ERROR": Line(_DECLINED, "its state does not allow it"),
}
