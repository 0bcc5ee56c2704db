"""The failure table: for every cause, what the program does next and what the clerk does.

The single source for the command line, the page, `docs/failures.md` and the tests. The sentences stand in
the catalogues under the same key: `<cause>.clerk`, `<cause>.customer`, `<cause>.next`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Sentence:
    """What the clerk reads, what the customer may be shown, and the next step; in one language."""

    clerk: str
    customer: str
    next_step: str


class Automatic(StrEnum):
    """What the program does next, by itself."""

    KEEPS_ORDER = "keeps the order open and scans again"
    REFUSES = "sends nothing and ends the request"
    PAUSES = "sends nothing until the cause is gone"
    WAITS_FOR_APPROVAL = "keeps the amount reserved until a supervisor decides"
    SENDS = "sends, under the refund's own number"
    ASKS_WALLET = "asks the wallet until it knows, then goes on under the same number"
    WAITS_FOR_CURE = "keeps the amount reserved until a person has cured the cause"
    BOOKS = "writes the end into the book"
    GIVES_BACK = "gives the amount back to the order"


class ClerkDoes(StrEnum):
    """What the clerk does next."""

    SCANS_AGAIN = "scans again"
    ASKS_FRESH_CODE = "asks the customer to refresh the code"
    ASKS_PAYMENT_CODE = "asks for the payment code"
    CHECKS_ORDER = "checks the order number"
    CORRECTS_AMOUNT = "corrects the amount"
    FILLS_IN = "fills in what is missing"
    LOOKS_UP_REFUND = "looks up the other refund"
    EXPLAINS = "explains it to the customer"
    WAITS = "waits"
    CHECKS_NETWORK = "checks the network"
    CALLS_SUPERVISOR = "calls the supervisor"
    STARTS_AGAIN = "starts a new refund"
    GIVES_SLIP = "gives the slip"
    GOES_ON = "goes on"


@dataclass(frozen=True, slots=True)
class Failure:
    """One line of the table. `cause` is the catalogue key its sentences stand under."""

    cause: str
    automatic: Automatic
    clerk_does: ClerkDoes


_A, _C = Automatic, ClerkDoes

_CODE: Final = (
    Failure("refusal.code_unreadable", _A.KEEPS_ORDER, _C.SCANS_AGAIN),
    Failure("refusal.codes_conflict", _A.KEEPS_ORDER, _C.SCANS_AGAIN),
    Failure("refusal.code_expired", _A.KEEPS_ORDER, _C.ASKS_FRESH_CODE),
    Failure("refusal.code_refused_by_wallet", _A.KEEPS_ORDER, _C.ASKS_FRESH_CODE),
    Failure("refusal.code_seen_before", _A.KEEPS_ORDER, _C.ASKS_FRESH_CODE),
    Failure("refusal.picture_too_old", _A.KEEPS_ORDER, _C.ASKS_PAYMENT_CODE),
    Failure("refusal.picture_from_the_future", _A.KEEPS_ORDER, _C.ASKS_PAYMENT_CODE),
    Failure("refusal.picture_undated", _A.KEEPS_ORDER, _C.ASKS_PAYMENT_CODE),
    Failure("refusal.code_required", _A.KEEPS_ORDER, _C.ASKS_PAYMENT_CODE),
    Failure("kind.payment_code", _A.KEEPS_ORDER, _C.GOES_ON),
    Failure("kind.wallet_order_number", _A.KEEPS_ORDER, _C.ASKS_PAYMENT_CODE),
    Failure("kind.wallet_refund_number", _A.KEEPS_ORDER, _C.LOOKS_UP_REFUND),
    Failure("kind.our_refund_number", _A.KEEPS_ORDER, _C.LOOKS_UP_REFUND),
    Failure("kind.slip", _A.KEEPS_ORDER, _C.LOOKS_UP_REFUND),
    Failure("kind.our_slip", _A.KEEPS_ORDER, _C.LOOKS_UP_REFUND),
    Failure("kind.forged_slip", _A.KEEPS_ORDER, _C.CALLS_SUPERVISOR),
    Failure("kind.merchant_order_number", _A.KEEPS_ORDER, _C.ASKS_PAYMENT_CODE),
    Failure("kind.collection_code", _A.KEEPS_ORDER, _C.ASKS_PAYMENT_CODE),
    Failure("kind.bill_to_pay", _A.KEEPS_ORDER, _C.ASKS_PAYMENT_CODE),
    Failure("kind.face_code", _A.KEEPS_ORDER, _C.ASKS_PAYMENT_CODE),
    Failure("kind.other_wallet_code", _A.KEEPS_ORDER, _C.ASKS_PAYMENT_CODE),
    Failure("kind.unknown_wallet_code", _A.KEEPS_ORDER, _C.ASKS_PAYMENT_CODE),
    Failure("kind.ecny_code", _A.KEEPS_ORDER, _C.ASKS_PAYMENT_CODE),
    Failure("kind.product_barcode", _A.KEEPS_ORDER, _C.ASKS_PAYMENT_CODE),
    Failure("kind.id_card_number", _A.KEEPS_ORDER, _C.ASKS_FRESH_CODE),
    Failure("kind.fapiao", _A.KEEPS_ORDER, _C.ASKS_PAYMENT_CODE),
    Failure("kind.web_address", _A.KEEPS_ORDER, _C.ASKS_PAYMENT_CODE),
    Failure("kind.not_ascii_digits", _A.KEEPS_ORDER, _C.SCANS_AGAIN),
    Failure("kind.long_number", _A.KEEPS_ORDER, _C.ASKS_PAYMENT_CODE),
    Failure("kind.other_text", _A.KEEPS_ORDER, _C.ASKS_PAYMENT_CODE),
    Failure("kind.nothing", _A.KEEPS_ORDER, _C.SCANS_AGAIN),
)
_ORDER: Final = (
    Failure("refusal.order_not_found", _A.REFUSES, _C.CHECKS_ORDER),
    Failure("refusal.order_not_paid", _A.REFUSES, _C.CHECKS_ORDER),
    Failure("refusal.order_cancelled", _A.REFUSES, _C.EXPLAINS),
    Failure("refusal.order_not_released", _A.REFUSES, _C.FILLS_IN),
    Failure("refusal.order_already_refunded", _A.REFUSES, _C.EXPLAINS),
    Failure("refusal.wallet_mismatch", _A.KEEPS_ORDER, _C.ASKS_PAYMENT_CODE),
    Failure("refusal.payer_mismatch", _A.REFUSES, _C.CALLS_SUPERVISOR),
    Failure("refusal.return_window_passed", _A.REFUSES, _C.EXPLAINS),
    Failure("refusal.refund_in_flight", _A.ASKS_WALLET, _C.WAITS),
    Failure("refusal.wallet_window_passed", _A.REFUSES, _C.CALLS_SUPERVISOR),
    Failure("refusal.order_frozen", _A.PAUSES, _C.CALLS_SUPERVISOR),
    Failure("refusal.order_changed", _A.REFUSES, _C.CHECKS_ORDER),
)
_AMOUNT: Final = (
    Failure("refusal.amount_not_positive", _A.KEEPS_ORDER, _C.CORRECTS_AMOUNT),
    Failure("refusal.amount_over_remaining", _A.KEEPS_ORDER, _C.CORRECTS_AMOUNT),
    Failure("refusal.amount_over_cap", _A.REFUSES, _C.CALLS_SUPERVISOR),
    Failure("refusal.too_many_refunds", _A.REFUSES, _C.CALLS_SUPERVISOR),
    Failure("refusal.too_many_in_vain", _A.REFUSES, _C.CALLS_SUPERVISOR),
    Failure("refusal.too_soon_after_last", _A.KEEPS_ORDER, _C.WAITS),
    Failure("refusal.wallet_amount_limit", _A.KEEPS_ORDER, _C.CORRECTS_AMOUNT),
)
_SHOP: Final = (
    Failure("refusal.no_permission", _A.REFUSES, _C.CALLS_SUPERVISOR),
    Failure("refusal.needs_approval", _A.REFUSES, _C.CALLS_SUPERVISOR),
    Failure("refusal.needs_approval_alone", _A.REFUSES, _C.CALLS_SUPERVISOR),
    Failure("refusal.approval_wrong", _A.REFUSES, _C.CALLS_SUPERVISOR),
    Failure("refusal.approval_locked", _A.REFUSES, _C.CALLS_SUPERVISOR),
    Failure("refusal.clerk_limit_reached", _A.REFUSES, _C.CALLS_SUPERVISOR),
    Failure("refusal.reason_missing", _A.KEEPS_ORDER, _C.FILLS_IN),
    Failure("refusal.self_test_failed", _A.PAUSES, _C.CALLS_SUPERVISOR),
    Failure("refusal.maintenance", _A.PAUSES, _C.WAITS),
    Failure("refusal.wallet_stopped", _A.PAUSES, _C.CHECKS_NETWORK),
    Failure("refusal.books_behind", _A.PAUSES, _C.CALLS_SUPERVISOR),
)
_REFUND: Final = (
    Failure("refund.wait_approval", _A.WAITS_FOR_APPROVAL, _C.CALLS_SUPERVISOR),
    Failure("refund.ready", _A.SENDS, _C.WAITS),
    Failure("refund.on_hold", _A.WAITS_FOR_CURE, _C.CALLS_SUPERVISOR),
    Failure("refund.sending", _A.ASKS_WALLET, _C.WAITS),
    Failure("refund.unknown", _A.ASKS_WALLET, _C.WAITS),
    Failure("refund.network_down", _A.SENDS, _C.CHECKS_NETWORK),
    Failure("refund.processing", _A.ASKS_WALLET, _C.WAITS),
    Failure("refund.abnormal", _A.ASKS_WALLET, _C.CALLS_SUPERVISOR),
    Failure("refund.held_balance_short", _A.WAITS_FOR_CURE, _C.CALLS_SUPERVISOR),
    Failure("refund.held_setup", _A.WAITS_FOR_CURE, _C.CALLS_SUPERVISOR),
    Failure("refund.held_clock", _A.WAITS_FOR_CURE, _C.CALLS_SUPERVISOR),
    Failure("refund.held_frozen", _A.WAITS_FOR_CURE, _C.CALLS_SUPERVISOR),
    Failure("refund.held_other", _A.WAITS_FOR_CURE, _C.CALLS_SUPERVISOR),
    Failure("refund.succeeded", _A.BOOKS, _C.GIVES_SLIP),
    Failure("refund.returned_to_merchant", _A.BOOKS, _C.CALLS_SUPERVISOR),
    Failure("refund.closed_order_missing", _A.GIVES_BACK, _C.CHECKS_ORDER),
    Failure("refund.closed_too_old", _A.GIVES_BACK, _C.CALLS_SUPERVISOR),
    Failure("refund.closed_buyer_gone", _A.GIVES_BACK, _C.CALLS_SUPERVISOR),
    Failure("refund.closed_by_wallet", _A.GIVES_BACK, _C.STARTS_AGAIN),
    Failure("refund.closed_other", _A.GIVES_BACK, _C.CALLS_SUPERVISOR),
    Failure("refund.cancelled", _A.GIVES_BACK, _C.STARTS_AGAIN),
    Failure("refund.paid_other_way", _A.BOOKS, _C.GIVES_SLIP),
    Failure("refund.external", _A.BOOKS, _C.CALLS_SUPERVISOR),
)

# The sections of the table, in the order a refund meets them.
SECTIONS: Final[Mapping[str, tuple[Failure, ...]]] = MappingProxyType(
    {
        "The code": _CODE,
        "The order": _ORDER,
        "The amount": _AMOUNT,
        "The shop": _SHOP,
        "The refund": _REFUND,
    }
)
FAILURES: Final[Mapping[str, Failure]] = MappingProxyType(
    {failure.cause: failure for section in SECTIONS.values() for failure in section}
)
