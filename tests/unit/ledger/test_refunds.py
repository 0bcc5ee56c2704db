from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from scanrefund.errors import Bug
from scanrefund.ledger.by_hand import ByHand, Hand
from scanrefund.ledger.engine import writing
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.numbers import refund_number
from scanrefund.ledger.refunds import AHEAD_MAX
from scanrefund.ledger.trips import Lease
from scanrefund.model.money import Money
from scanrefund.model.order import IN_VAIN_MAX
from scanrefund.model.refund import Command, Refund, RefundState
from scanrefund.model.refusal import Reason, Refusal
from scanrefund.model.wallet import Wallet
from tests.unit.builders import ACCOUNT, NOW, ORDER, WECHAT_DIGITS, an_order, keep, reserve

HERE = {Wallet.WECHAT: ACCOUNT}
LEASE = Lease("counter1", 30)


def book_of(ledger: Ledger) -> list[tuple[str, str, str]]:
    with writing(ledger._engine) as connection:
        rows = connection.exec_driver_sql("SELECT kind, subject, facts FROM book ORDER BY number")
        return [(row.kind, row.subject, row.facts) for row in rows]


def test_a_reserved_refund_has_number_body_and_first_step_on_disk(ledger: Ledger) -> None:
    refund = reserve(ledger)
    assert ledger.refund(refund.refund_id) == refund
    assert refund.refund_id == refund_number("shop1", ORDER.order_id, 1, rehearsal=True)
    assert refund.body == refund.refund_id.encode()
    assert (refund.state, refund.next_command, refund.next_try_at) == (RefundState.READY, Command.SEND, NOW)
    assert (refund.sends, refund.asks, refund.ever_unknown, refund.not_sent_only) == (0, 0, False, True)
    order = ledger.order(ORDER.order_id)
    assert order is not None
    assert order.wallet_reserved == order.customer_reserved == Money(2_500)
    assert book_of(ledger)[-1][:2] == ("refund_reserved", refund.refund_id)


def test_numbers_of_one_order_count_up(ledger: Ledger) -> None:
    numbers = [reserve(ledger, amount_fen=1, request_id=f"r{n}").refund_id for n in range(3)]
    assert [number[-2:] for number in numbers] == ["01", "02", "03"]


def test_one_request_makes_one_refund(ledger: Ledger) -> None:
    refund = reserve(ledger)
    assert ledger.refund_of_request("request-1") == refund
    with pytest.raises(IntegrityError):
        reserve(ledger, amount_fen=1)
    assert len(ledger.refunds()) == 1


def test_more_than_the_order_holds_is_never_reserved(ledger: Ledger) -> None:
    reserve(ledger, amount_fen=8_000)
    with pytest.raises(Bug) as caught:
        reserve(ledger, amount_fen=2_001, request_id="r2")
    assert caught.value.code == "reserve_over_cap"
    assert len(ledger.refunds()) == 1


def test_nothing_is_reserved_without_an_order(ledger: Ledger) -> None:
    with pytest.raises(Bug) as caught:
        reserve(ledger, "unknown")
    assert caught.value.code == "reserve_without_order"


def withdraw(ledger: Ledger, refund: Refund) -> None:
    ByHand(ledger).cancel(refund.refund_id, Hand("Li", "slip"), NOW)


def test_no_number_is_made_that_a_look_up_of_old_books_could_not_see(ledger: Ledger) -> None:
    for place in range(IN_VAIN_MAX):
        withdraw(ledger, reserve(ledger, amount_fen=1, request_id=f"r{place}"))
    with pytest.raises(Bug) as caught:
        reserve(ledger, request_id="one more")
    told = {"order_id": ORDER.order_id, "in_vain": IN_VAIN_MAX}
    assert (caught.value.code, caught.value.details) == ("reserve_out_of_sight", told)
    assert len(ledger.refunds()) == IN_VAIN_MAX


def test_a_refusal_is_a_fact_in_the_book(ledger: Ledger) -> None:
    with ledger.locked(ORDER.order_id) as locked:
        locked.record(Refusal(Reason.AMOUNT_OVER_CAP, {"amount_fen": 7, "cap_fen": 5}), NOW)
    assert book_of(ledger)[-1] == (
        "refund_refused", ORDER.order_id, '{"amount_fen":7,"cap_fen":5,"reason":"amount_over_cap"}',
    )  # fmt: skip


def test_what_was_shown_instead_of_a_code_stays_out_of_the_book(ledger: Ledger) -> None:
    shown = Refusal(Reason.NOT_A_PAYMENT_CODE, {"kind": "other_text", "text": "Zhang San 13800000000"})
    with ledger.locked(ORDER.order_id) as locked:
        locked.record(shown, NOW)
    assert "Zhang" not in str(book_of(ledger))


def test_a_payment_code_given_as_order_number_stays_out_of_the_book(ledger: Ledger) -> None:
    with ledger.locked(WECHAT_DIGITS) as locked:
        locked.record(Refusal(Reason.ORDER_NOT_FOUND), NOW)
    assert WECHAT_DIGITS not in str(book_of(ledger))


def test_the_newest_refunds_come_first_and_lists_are_bounded(ledger: Ledger) -> None:
    keep(ledger, an_order(order_id="B2"))
    first = reserve(ledger, amount_fen=1, request_id="r1")
    second = reserve(ledger, amount_fen=1, request_id="r2", now=NOW + timedelta(seconds=1))
    other = reserve(ledger, "B2", amount_fen=1, request_id="r3", now=NOW + timedelta(seconds=2))
    assert ledger.refunds() == [other, second, first]
    assert ledger.refunds(order_id=ORDER.order_id) == [second, first]
    assert ledger.refunds(limit=1) == [other]


def test_open_refunds_are_those_that_have_not_ended(ledger: Ledger) -> None:
    reserve(ledger, amount_fen=1, request_id="r1")
    still = reserve(ledger, amount_fen=1, request_id="r2")
    with writing(ledger._engine) as connection:
        connection.exec_driver_sql("UPDATE refunds SET state='SUCCEEDED' WHERE request_id='r1'")
    assert ledger.refunds(open_only=True) == [still]


def test_an_unknown_state_cannot_be_written(ledger: Ledger) -> None:
    reserve(ledger)
    with pytest.raises(IntegrityError), writing(ledger._engine) as connection:
        connection.exec_driver_sql("UPDATE refunds SET state='FAILED'")


def test_a_refund_is_due_when_its_time_has_come_and_nobody_works_on_it(ledger: Ledger) -> None:
    refund = reserve(ledger)
    assert ledger.due(NOW - timedelta(seconds=1), 10, HERE) == []
    assert ledger.due(NOW, 10, HERE) == [refund]
    ledger.begin(refund, Command.SEND, LEASE, NOW)
    assert ledger.due(NOW + timedelta(seconds=29), 10, HERE) == []
    assert [one.state for one in ledger.due(NOW + timedelta(seconds=30), 10, HERE)] == [RefundState.SENDING]


@pytest.mark.parametrize("accounts", [{}, {Wallet.ALIPAY: ACCOUNT}, {Wallet.WECHAT: "another"}])
def test_only_refunds_of_accounts_that_are_set_up_here_are_due(
    ledger: Ledger, accounts: dict[Wallet, str]
) -> None:
    reserve(ledger)
    assert ledger.due(NOW, 10, accounts) == []


def test_the_longest_due_come_first(ledger: Ledger) -> None:
    late = reserve(ledger, amount_fen=1, request_id="r1", now=NOW)
    early = reserve(ledger, amount_fen=1, request_id="r2", now=NOW - timedelta(hours=1))
    assert ledger.due(NOW, 10, HERE) == [early, late]
    assert ledger.due(NOW, 1, HERE) == [early]


def test_a_refund_written_by_a_clock_that_ran_ahead_is_not_stranded(ledger: Ledger) -> None:
    wrong = NOW + timedelta(days=365)
    refund = reserve(ledger, now=wrong)
    assert ledger.due(NOW, 10, HERE) == [refund]
    assert ledger.due(wrong - AHEAD_MAX, 10, HERE) == []
    ledger.begin(refund, Command.SEND, LEASE, wrong)
    taken = ledger.due(NOW, 10, HERE)
    assert ledger.take_over(taken[0], LEASE, NOW) is not None
