"""How one order's numbers are asked one by one: which, how many, and in whose name."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path

import pytest

from scanrefund.errors import Bug, UsageFault
from scanrefund.ledger.by_hand import ByHand, Hand
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.numbers import SEQUENCE_MAX
from scanrefund.model.money import Money
from scanrefund.model.order import IN_VAIN_MAX
from scanrefund.model.outcome import Outcome
from scanrefund.model.payment_code import PaymentCode
from scanrefund.model.refund import Refund, RefundState
from scanrefund.model.wallet import FACTS
from tests.unit.builders import ACCOUNT, NOW, ORDER, WECHAT_DIGITS, answering, open_ledger, reserve
from tests.unit.dispatch.restored import Restored, number

S = RefundState


@pytest.fixture
def restored(ledger: Ledger) -> Restored:
    return Restored(ledger)


def test_an_ask_for_a_number_of_which_our_books_know_nothing_names_the_order_and_no_amount(
    restored: Restored,
) -> None:
    restored.recovery.one(ORDER.order_id)
    assert restored.wallet.asked[0] == Refund(
        refund_id=number(1),
        order_id=ORDER.order_id,
        request_id="",
        wallet=ORDER.wallet,
        wallet_order_id=ORDER.wallet_order_id,
        order_amount=ORDER.amount,
        amount=Money(0),
        reason="",
        body=b"",
        state=S.UNKNOWN,
        created_at=restored.wallet.asked[0].created_at,
        account=ACCOUNT,
    )
    assert NOW <= restored.wallet.asked[0].created_at <= restored.time.at


def test_five_numbers_that_nobody_knows_end_a_look_up_at_five_asks_a_second(restored: Restored) -> None:
    restored.recovery.one(ORDER.order_id)
    assert [refund.refund_id for refund in restored.wallet.asked] == [number(n) for n in range(1, 6)]
    assert (restored.time.at - NOW).total_seconds() == pytest.approx(1.0)


def test_the_last_number_that_the_ledger_lets_pass_is_seen_behind_all_that_came_to_nothing(
    restored: Restored, tmp_path: Path, sample_ledger: Path
) -> None:
    true = open_ledger(Path(shutil.copy(sample_ledger, tmp_path / "true.sqlite3")))
    numbers = []
    for wish in range(SEQUENCE_MAX):
        with contextlib.suppress(Bug):
            numbers.append(reserve(true, amount_fen=1, request_id=str(wish)).refund_id)
            ByHand(true).cancel(numbers[-1], Hand("Li", "slip"), NOW)
    true.close()
    assert restored.lost(len(numbers), 9_000) == numbers[-1] == number(IN_VAIN_MAX)
    assert [found.refund_id for found in restored.recovery.one(ORDER.order_id).found] == [numbers[-1]]
    assert restored.order.remaining == Money(1_000)


def test_a_look_up_is_in_the_book_with_what_it_found(restored: Restored) -> None:
    restored.lost(1, 2_000)
    restored.recovery.one(ORDER.order_id)
    with restored.ledger.reading() as connection:
        query = "SELECT subject, facts FROM book WHERE kind='order_looked_up'"
        entries = [tuple(row) for row in connection.exec_driver_sql(query)]
    assert entries == [(ORDER.order_id, '{"found":1}')]


def test_every_number_a_wallet_takes_for_an_order_is_asked_and_none_beyond(restored: Restored) -> None:
    most = FACTS[ORDER.wallet].refunds_per_order_max
    for sequence in range(1, most + 1):
        restored.lost(sequence, 1)
    assert len(restored.recovery.one(ORDER.order_id).found) == most
    assert len(restored.wallet.trips) == most + IN_VAIN_MAX


def test_a_wallet_that_claims_refunds_without_end_is_not_asked_without_end(restored: Restored) -> None:
    for sequence in range(1, SEQUENCE_MAX + 1):
        restored.lost(sequence, 1)
    assert len(restored.recovery.one(ORDER.order_id).found) == SEQUENCE_MAX


def test_a_number_our_books_hold_breaks_a_row_of_absent_ones(restored: Restored) -> None:
    reserve(restored.ledger)
    lost = restored.lost(1 + IN_VAIN_MAX, 2_000)
    assert [found.refund_id for found in restored.recovery.one(ORDER.order_id).found] == [lost]


@pytest.mark.parametrize(
    ("order_id", "told"), [("nobody", "nobody"), (WECHAT_DIGITS, PaymentCode(WECHAT_DIGITS).masked)]
)
def test_an_order_our_books_do_not_hold_cannot_be_looked_up(
    restored: Restored, order_id: str, told: str
) -> None:
    with pytest.raises(UsageFault) as caught:
        restored.recovery.one(order_id)
    assert (caught.value.code, caught.value.details) == ("order_unknown", {"order_id": told})


def test_a_number_from_a_bill_is_asked_for_once_and_written_down_as_the_wallet_tells_it(
    ledger: Ledger,
) -> None:
    restored = Restored(ledger, noticed=False)
    restored.wallet.paid["OTHER_1"], restored.wallet.ended["OTHER_1"] = Money(300), Outcome.SUCCEEDED
    told = restored.recovery.named(ORDER.order_id, "OTHER_1")
    assert [(one.refund_id, one.state, one.amount.fen) for one in told.found] == [
        ("OTHER_1", S.EXTERNAL, 300)
    ]
    assert restored.recovery.named(ORDER.order_id, "OTHER_1").found == ()
    assert [one.refund_id for one in restored.wallet.asked] == ["OTHER_1"]
    order = ledger.order(ORDER.order_id)
    assert order is not None
    assert order.remaining == ORDER.amount - Money(300)
    assert order.looked_up_at is None


def test_a_number_the_wallet_does_not_hold_writes_nothing_and_silence_proves_nothing(ledger: Ledger) -> None:
    restored = Restored(ledger, noticed=False)
    absent = restored.recovery.named(ORDER.order_id, "OTHER_1")
    assert (absent.found, absent.complete) == ((), True)
    restored.wallet.asks.append(answering(Outcome.UNKNOWN))
    silent = restored.recovery.named(ORDER.order_id, "OTHER_1")
    assert (silent.found, silent.complete) == ((), False)
    assert ledger.refunds() == []


@pytest.mark.parametrize(
    ("order_id", "number", "code"),
    [
        ("nobodys", "OTHER_1", "order_unknown"),
        (ORDER.order_id, "../etc", "refund_number_wrong"),
        (ORDER.order_id, "x" * 65, "refund_number_wrong"),
        (ORDER.order_id, "", "refund_number_wrong"),
    ],
)
def test_only_numbers_of_orders_in_our_books_are_asked_for(
    ledger: Ledger, order_id: str, number: str, code: str
) -> None:
    restored = Restored(ledger, noticed=False)
    with pytest.raises(UsageFault) as caught:
        restored.recovery.named(order_id, number)
    assert (caught.value.code, restored.wallet.asked) == (code, [])
