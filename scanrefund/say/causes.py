"""From what happened to its cause: the key of the failure table and of the catalogues.

Wallet codes are sorted into the few classes a clerk can act on. This is about words only: whether a code
means HELD, DECLINED or UNKNOWN is decided in `wallets/`, and nothing here moves a refund.
Sources of the codes: WeChat Pay, merchant documents on refund errors; Alipay, `alipay.trade.refund`
business codes and the gateway's common codes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from scanrefund.model.outcome import CLOCK_SKEW, Outcome
from scanrefund.model.refund import Refund, RefundState
from scanrefund.model.refusal import Reason, Refusal
from scanrefund.model.shown import Kind


def _by_code(classes: Mapping[str, str]) -> dict[str, str]:
    return {code: cause for cause, codes in classes.items() for code in codes.split()}


# Codes without their dotted prefix (`ACQ.`, `isv.`, `aop.`) and without what follows a colon (the seconds
# of `clock_skew:412`), one class a line.
HELD_CODES: Final = _by_code(
    {
        "refund.held_balance_short": "NOT_ENOUGH NOTENOUGH SELLER_BALANCE_NOT_ENOUGH",
        "refund.held_setup": (
            "SIGN_ERROR SIGNERROR NO_AUTH NOAUTH PARAM_ERROR MCH_NOT_EXISTS CERT_ERROR INVALID_PARAMETER"
            " REFUNDALLOC_UNAUTH_LIMIT OVERDRAFT_AGREEMENT_NOT_MATCH OVERDRAFT_ASSIGN_ACCOUNT_INVALID"
            " REFUND_ACCOUNT_NOT_EXIST 20001 40001 40002 40003 40006"
            " invalid-auth-token auth-token-time-out invalid-app-auth-token invalid-app-auth-token-no-api"
            " app-auth-token-time-out no-product-reg-by-partner"
            " missing-method missing-signature missing-signature-type missing-signature-key missing-app-id"
            " missing-timestamp missing-version missing-app-cert-sn missing-alipay-root-cert-sn"
            " invalid-signature invalid-app-id invalid-timestamp invalid-charset invalid-format"
            " invalid-method invalid-parameter invalid-signature-type invalid-encrypt invalid-encrypt-type"
            " illegal-json suspected-attack app-cert-expired code-invalid not-online-app"
            " missing-signature-config decryption-error-unknown"
            " insufficient-isv-permissions insufficient-user-permissions self-invoke-forbidden"
        ),
        "refund.held_clock": CLOCK_SKEW,
        "refund.held_frozen": (
            "REASON_TRADE_BEEN_FREEZEN REASON_TRADE_STATUS_INVALID USER_NOT_MATCH_ERR REQUEST_BLOCKED"
            " RULE_LIMIT TRADE_SETTLE_ERROR ALLOC_AMOUNT_VALIDATE_ERROR"
            " REFUND_ROYALTY_PAYEE_ACCOUNT_NOT_EXIST"
        ),
    }
)
CLOSED_CODES: Final = _by_code(
    {
        "refund.closed_order_missing": (
            "RESOURCE_NOT_EXISTS ORDER_NOT_EXIST ORDERNOTEXIST INVALID_TRANSACTIONID"
            " TRADE_NOT_EXIST TRADE_STATUS_ERROR"
        ),
        "refund.closed_too_old": "TRADE_OVERDUE TRADE_HAS_FINISHED",
        "refund.closed_buyer_gone": (
            "USER_ACCOUNT_ABNORMAL BUYER_NOT_EXIST BUYER_ERROR BUYER_ENABLE_STATUS_FORBID"
            " CUSTOMER_VALIDATE_ERROR"
        ),
    }
)


def cause_of_kind(kind: str) -> str:
    """The cause when something else than a payment code was shown; an unlisted kind is some text."""
    return f"kind.{kind}" if kind in frozenset(Kind) else f"kind.{Kind.OTHER_TEXT.value}"


def cause_of_refusal(refusal: Refusal) -> str:
    """The cause of a refusal: its reason, and four that have sentences of their own.

    For `not_a_payment_code` it is what was shown instead; for a code, that the wallet itself refuses it;
    for a picture, that its time lies ahead of ours; for an approval, that nobody else here could give it.
    """
    if refusal.reason is Reason.NOT_A_PAYMENT_CODE:
        return cause_of_kind(str(refusal.detail.get("kind", "")))
    if refusal.reason is Reason.CODE_EXPIRED and "refused_by" in refusal.detail:
        return "refusal.code_refused_by_wallet"
    if refusal.reason is Reason.PICTURE_TOO_OLD and "ahead_s" in refusal.detail:
        return "refusal.picture_from_the_future"
    if refusal.reason is Reason.NEEDS_APPROVAL and "key" in refusal.detail:
        return "refusal.needs_approval_alone"
    return f"refusal.{refusal.reason.value}"


def cause_of_refund(refund: Refund) -> str:
    """The cause that says where a refund is, with its class where people must do different things."""
    match refund.state:
        case RefundState.READY if refund.next_command is None:
            # Whatever is to be sent has a plan, but what somebody put on hold.
            return "refund.on_hold"
        case RefundState.UNKNOWN if _never_left(refund):
            return "refund.network_down"
        case RefundState.HELD:
            return _class_of(HELD_CODES, "refund.held_other", telling_code(refund))
        case RefundState.CLOSED if refund.outcome is Outcome.CLOSED:
            return "refund.closed_by_wallet"
        case RefundState.CLOSED:
            # Only the refusal names the cause: the ask that proved absence has a code of its own.
            return _class_of(CLOSED_CODES, "refund.closed_other", refund.declined_code)
        case state:
            return f"refund.{state.value.lower()}"


def telling_code(refund: Refund) -> str:
    """The wallet's code that people should be given: what holds the refund now, else what refused it."""
    if refund.outcome is Outcome.HELD:
        return refund.wallet_code
    return refund.declined_code or refund.wallet_code


def has_not_left(refund: Refund) -> bool:
    """Whether provably nothing of an open refund has left this machine, and no person has to act first."""
    return refund.state is RefundState.READY or (refund.state is RefundState.UNKNOWN and _never_left(refund))


def _never_left(refund: Refund) -> bool:
    return refund.outcome is Outcome.NOT_SENT and refund.not_sent_only and not refund.ever_unknown


def _class_of(classes: Mapping[str, str], other: str, code: str) -> str:
    return classes.get(code.rpartition(".")[2].partition(":")[0], other)
