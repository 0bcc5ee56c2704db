"""Our own rule said no: a value, written in the book, never an exception."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Reason(StrEnum):
    """Why a refund may not go, in the order the ladder asks. A closed list."""

    CODE_UNREADABLE = "code_unreadable"
    NOT_A_PAYMENT_CODE = "not_a_payment_code"
    CODES_CONFLICT = "codes_conflict"
    CODE_EXPIRED = "code_expired"
    CODE_SEEN_BEFORE = "code_seen_before"
    PICTURE_TOO_OLD = "picture_too_old"
    PICTURE_UNDATED = "picture_undated"
    ORDER_NOT_FOUND = "order_not_found"
    ORDER_NOT_PAID = "order_not_paid"
    ORDER_CANCELLED = "order_cancelled"
    ORDER_NOT_RELEASED = "order_not_released"
    ORDER_ALREADY_REFUNDED = "order_already_refunded"
    WALLET_MISMATCH = "wallet_mismatch"
    PAYER_MISMATCH = "payer_mismatch"
    RETURN_WINDOW_PASSED = "return_window_passed"
    AMOUNT_NOT_POSITIVE = "amount_not_positive"
    AMOUNT_OVER_REMAINING = "amount_over_remaining"
    AMOUNT_OVER_CAP = "amount_over_cap"
    TOO_MANY_REFUNDS = "too_many_refunds"
    TOO_MANY_IN_VAIN = "too_many_in_vain"
    TOO_SOON_AFTER_LAST = "too_soon_after_last"
    REFUND_IN_FLIGHT = "refund_in_flight"
    WALLET_WINDOW_PASSED = "wallet_window_passed"
    WALLET_AMOUNT_LIMIT = "wallet_amount_limit"
    ORDER_FROZEN = "order_frozen"
    ORDER_CHANGED = "order_changed"
    CODE_REQUIRED = "code_required"
    NO_PERMISSION = "no_permission"
    NEEDS_APPROVAL = "needs_approval"
    APPROVAL_WRONG = "approval_wrong"
    APPROVAL_LOCKED = "approval_locked"
    CLERK_LIMIT_REACHED = "clerk_limit_reached"
    REASON_MISSING = "reason_missing"
    SELF_TEST_FAILED = "self_test_failed"
    MAINTENANCE = "maintenance"
    WALLET_STOPPED = "wallet_stopped"
    BOOKS_BEHIND = "books_behind"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A reason, and what its sentence needs: numbers, names, never a payment code."""

    reason: Reason
    detail: Mapping[str, str | int] = field(default_factory=dict)
