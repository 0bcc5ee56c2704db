"""The ladder: one function per reason, in a documented order. The first that says no is the answer.

The order is that of `model/refusal.py`: first the code (the customer can show another at once), then the
order, then the amount, then the shop.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from scanrefund.check import amount_rules, code_rules, counter_rules, order_rules, permission
from scanrefund.check.case import Case, PayerCheck
from scanrefund.model.refusal import Reason, Refusal

_COMPARED: Final = frozenset({PayerCheck.SAME, PayerCheck.OTHER})

Test = Callable[[Case], Refusal | None]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rung. `of_reading`, `of_order` and the like say what must be there for it to mean anything."""

    reason: Reason
    test: Test
    of_reading: bool = False
    of_order: bool = False
    of_payer: bool = False
    of_people: bool = False
    of_self_test: bool = False
    # Where the rung passes although the wallet could not be asked what it is about.
    unsure: Callable[[Case], bool] = lambda _case: False

    def applies(self, case: Case) -> bool:
        there = (
            case.reading is not None or not self.of_reading,
            case.order is not None or not self.of_order,
            case.payer in _COMPARED or not self.of_payer,
            case.people is not None or not self.of_people,
            case.failed_checks is not None or not self.of_self_test,
        )
        return all(there)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one rung said. `skipped` where it had nothing to judge, `unsure` where it passed without proof."""

    reason: Reason
    refusal: Refusal | None
    skipped: bool
    unsure: bool = False


def _code(reason: Reason, test: Test) -> Rule:
    return Rule(reason, test, of_reading=True)


def _order(reason: Reason, test: Test) -> Rule:
    return Rule(reason, test, of_order=True)


def _people(reason: Reason, test: Test) -> Rule:
    return Rule(reason, test, of_people=True)


LADDER: Final[tuple[Rule, ...]] = (
    _code(Reason.CODE_UNREADABLE, code_rules.code_unreadable),
    _code(Reason.NOT_A_PAYMENT_CODE, code_rules.not_a_payment_code),
    _code(Reason.CODES_CONFLICT, code_rules.codes_conflict),
    _code(Reason.CODE_EXPIRED, code_rules.code_expired),
    _code(Reason.CODE_SEEN_BEFORE, code_rules.code_seen_before),
    _code(Reason.PICTURE_TOO_OLD, code_rules.picture_too_old),
    _code(Reason.PICTURE_UNDATED, code_rules.picture_undated),
    Rule(Reason.ORDER_NOT_FOUND, order_rules.order_not_found),
    _order(Reason.ORDER_NOT_PAID, order_rules.order_not_paid),
    _order(Reason.ORDER_CANCELLED, order_rules.order_cancelled),
    _order(Reason.ORDER_NOT_RELEASED, order_rules.order_not_released),
    _order(Reason.ORDER_ALREADY_REFUNDED, order_rules.order_already_refunded),
    Rule(Reason.WALLET_MISMATCH, order_rules.wallet_mismatch, of_reading=True, of_order=True),
    Rule(
        Reason.PAYER_MISMATCH,
        order_rules.payer_mismatch,
        of_payer=True,
        unsure=order_rules.payer_not_compared,
    ),
    _order(Reason.RETURN_WINDOW_PASSED, order_rules.return_window_passed),
    Rule(Reason.AMOUNT_NOT_POSITIVE, amount_rules.amount_not_positive),
    _order(Reason.AMOUNT_OVER_REMAINING, amount_rules.amount_over_remaining),
    Rule(Reason.AMOUNT_OVER_CAP, amount_rules.amount_over_cap),
    _order(Reason.TOO_MANY_REFUNDS, amount_rules.too_many_refunds),
    _order(Reason.TOO_MANY_IN_VAIN, amount_rules.too_many_in_vain),
    _order(Reason.TOO_SOON_AFTER_LAST, amount_rules.too_soon_after_last),
    _order(Reason.REFUND_IN_FLIGHT, amount_rules.refund_in_flight),
    _order(Reason.WALLET_WINDOW_PASSED, order_rules.wallet_window_passed),
    Rule(Reason.WALLET_AMOUNT_LIMIT, amount_rules.wallet_amount_limit),
    _order(Reason.ORDER_FROZEN, order_rules.order_frozen),
    _order(Reason.ORDER_CHANGED, order_rules.order_changed),
    Rule(Reason.CODE_REQUIRED, code_rules.code_required),
    _people(Reason.NO_PERMISSION, permission.no_permission),
    _people(Reason.NEEDS_APPROVAL, permission.needs_approval),
    _people(Reason.APPROVAL_WRONG, permission.approval_wrong),
    _people(Reason.APPROVAL_LOCKED, permission.approval_locked),
    _people(Reason.CLERK_LIMIT_REACHED, permission.clerk_limit_reached),
    Rule(Reason.REASON_MISSING, amount_rules.reason_missing),
    Rule(Reason.SELF_TEST_FAILED, counter_rules.self_test_failed, of_self_test=True),
    Rule(
        Reason.WALLET_STOPPED, order_rules.wallet_stopped, of_order=True, unsure=order_rules.wallet_not_asked
    ),
    _order(Reason.BOOKS_BEHIND, order_rules.books_behind),
)


def first_refusal(case: Case) -> Refusal | None:
    """The answer of the ladder: the first rung that says no, or None when the refund may go."""
    return next((refusal for rule in LADDER if (refusal := rule.test(case))), None)


def verdicts(case: Case) -> list[Verdict]:
    """Every rung with its verdict, for the dry run and the page's check list."""
    return [
        Verdict(rule.reason, rule.test(case), not rule.applies(case), rule.unsure(case)) for rule in LADDER
    ]
