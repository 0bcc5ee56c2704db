"""The table of faults, cell by cell: the whole desk against the real sandbox over loopback."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from scanrefund.ledger.notices import Notices
from scanrefund.model.bill import BillKind
from scanrefund.model.order import Order
from scanrefund.model.refund import Refund, RefundState
from scanrefund.model.wallet import Wallet
from scanrefund.sandbox.faults import PLAYED_ON
from scanrefund.wallets.reading import BEIJING
from tests.contract.fault_table import CALLS, FAULTS, cell, page
from tests.contract.rehearsal import HEARD_S_MAX, POLL_S, Rehearsal, rehearsing

ROUNDS_MAX = 8
# States in which the wallet has moved the money, or holds it on its way.
MOVED = {RefundState.SUCCEEDED, RefundState.ABNORMAL, RefundState.RETURNED_TO_MERCHANT}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rehearsal]:
    with rehearsing(tmp_path_factory.mktemp("shop"), wallet_must_confirm_order=True) as rehearsal:
        yield rehearsal


@pytest.fixture(scope="module")
def two_days_later(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Rehearsal, date]]:
    with rehearsing(tmp_path_factory.mktemp("later")) as rehearsal:
        for wallet in Wallet:
            rehearsal.refund(rehearsal.pay(wallet))
        rehearsal.control("settle", {})
        rehearsal.control("clock", {"advance_s": 2 * 86_400})
        yield rehearsal, datetime.now(UTC).astimezone(BEIJING).date()


def cells(call: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Every playable cell of one call."""
    playable = [
        pytest.param(fault, wallet, id=f"{fault}-{wallet}")
        for fault in FAULTS
        for wallet in Wallet
        if not cell(fault, call, wallet).startswith("n/a")
    ]
    return pytest.mark.parametrize(("fault", "wallet"), playable)


# A drip that would last a minute, and a delay past our patience; an answer that is late all the same.
LATE = {"slow_drip": {"delay_s": 0.1}, "delay": {"delay_s": 3.0}}


def patience(shop: Rehearsal, fault: str) -> AbstractContextManager[None]:
    """What is only late meets a desk in a hurry; everything else has all the time it takes."""
    return shop.hurried() if fault in LATE else nullcontext()


def brought_on(shop: Rehearsal, order: Order) -> Refund:
    """The refund after every trip it plans, with nothing else broken."""
    shop.control("faults", method="DELETE")
    for _ in range(ROUNDS_MAX):
        refund = shop.refund_of(order)
        if refund.next_try_at is None:
            break
        shop.control("settle", {})
        shop.time.at = max(shop.time.at, refund.next_try_at)
        shop.house.desk.status(refund.refund_id, ask=True)
    return shop.refund_of(order)


def judged(shop: Rehearsal, order: Order, first: RefundState | None) -> str:
    """The cell as it came out; what the books say moved must be what the wallet moved, once."""
    ended = brought_on(shop, order)
    assert shop.refunded_fen(order) == (300 if ended.state in MOVED else 0)
    assert shop.house.ledger.first_broken_entry() is None
    return f"{first}, then {ended.state}"


@cells("refund")
def test_a_broken_refund(shop: Rehearsal, fault: str, wallet: Wallet) -> None:
    order = shop.pay(wallet)
    shop.arm(order, "refund", fault, **LATE.get(fault, {}))
    with patience(shop, fault):
        first = shop.refund(order).state
    assert judged(shop, order, first) == cell(fault, "refund", wallet)


@cells("ask")
def test_a_broken_ask(shop: Rehearsal, fault: str, wallet: Wallet) -> None:
    order = shop.pay(wallet)
    shop.arm(order, "refund", "drop_after")
    assert shop.refund(order).state is RefundState.UNKNOWN
    shop.arm(order, "ask", fault, **LATE.get(fault, {}))
    shop.time.forward(60)
    with patience(shop, fault):
        first = shop.house.desk.status(shop.refund_of(order).refund_id, ask=True).state
    assert judged(shop, order, first) == cell(fault, "ask", wallet)


@cells("order")
def test_a_broken_look_up_of_an_order(shop: Rehearsal, fault: str, wallet: Wallet) -> None:
    order = shop.pay(wallet)
    shop.arm(order, "order", fault, **LATE.get(fault, {}))
    with patience(shop, fault):
        receipt = shop.refund(order)
    assert f"refused: {receipt.reason}" == cell(fault, "order", wallet)
    assert shop.house.ledger.refunds(order_id=order.order_id) == []
    shop.control("faults", method="DELETE")
    assert shop.refund(order).state in {RefundState.SUCCEEDED, RefundState.PROCESSING}


@cells("bill")
def test_a_broken_bill(two_days_later: tuple[Rehearsal, date], fault: str, wallet: Wallet) -> None:
    shop, day = two_days_later
    # The whole of a bill may take eight times as long, each byte of it no longer than any other.
    late = {"delay_s": 3.0} if fault in LATE else {}
    shop.control("faults", {"wallet": wallet.value, "on": "bill", "fault": fault, **late})
    gateway = shop.house.gateways[wallet]
    with patience(shop, fault):
        assert gateway.bill(day, BillKind.TRADES).look == cell(fault, "bill", wallet)
    shop.control("faults", method="DELETE")
    assert gateway.bill(day, BillKind.TRADES).look == "FETCHED"


@cells("notice")
def test_a_broken_notice(
    shop: Rehearsal, fault: str, wallet: Wallet, caplog: pytest.LogCaptureFixture
) -> None:
    _hear_all(shop)
    order = shop.pay(wallet)
    shop.arm(order, "refund", "drop_after")
    shop.arm(order, "notice", fault, **({"delay_s": 0.3} if fault == "delay" else {}))
    assert shop.refund(order).state is RefundState.UNKNOWN
    shop.control("settle", {})
    expected = cell(fault, "notice", wallet)
    arrives = expected == "SUCCEEDED"
    _until(lambda: any(one["tries"] for one in shop.notices(order)))
    if arrives:
        _until(lambda: any(one.order_id == order.order_id for one in Notices(shop.house.ledger).waiting(50)))
    elif fault not in {"drop_before", "truncated"}:
        _until(lambda: f"wallet={wallet}" in caplog.text)
    _hear_all(shop)
    state = shop.refund_of(order).state
    assert judged(shop, order, state) == f"{expected}, then SUCCEEDED"


def _hear_all(shop: Rehearsal) -> None:
    """Let the worker hear every notice that waits, those of earlier cells too."""
    for _ in range(ROUNDS_MAX):
        shop.house.worker.run_once()


def _until(true: Callable[[], bool]) -> None:
    until = time.monotonic() + HEARD_S_MAX
    while not true():
        assert time.monotonic() < until
        time.sleep(POLL_S)


@pytest.mark.parametrize("wallet", list(Wallet), ids=str)
def test_what_is_not_in_the_table_cannot_be_played(shop: Rehearsal, wallet: Wallet) -> None:
    for call in CALLS:
        for fault in FAULTS:
            playable = not cell(fault, call, wallet).startswith("n/a")
            body = {"wallet": wallet.value, "on": call, "fault": fault}
            assert shop.may("faults", body) is playable, (call, fault)
    shop.control("faults", method="DELETE")


def test_the_table_holds_every_fault_of_the_sandbox() -> None:
    assert set(FAULTS) == set(PLAYED_ON)


def test_the_documents_show_the_table() -> None:
    path = Path(__file__).parents[2] / "docs" / "reliability" / "faults.md"
    _, _, below = path.read_text(encoding="utf-8").partition("<!-- table -->\n")
    assert below.strip() == page().strip()
