"""The stories: what a customer shows, what must happen, what the clerk is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from scanrefund.aftercare.receipt import Receipt
from scanrefund.cli.demo.stage import Sale, Stage
from scanrefund.model.money import Money
from scanrefund.model.shown import Reading
from scanrefund.model.wallet import FACTS, Wallet
from scanrefund.wish import RefundRequest

# The clerk's patience in the stories, in the demo's own time: long enough for every documented retry.
PATIENCE_S: Final = 600.0
REASON: Final = "七天无理由退货"


@dataclass(frozen=True, slots=True)
class Scene:
    """How a story ended: what happened in one line, and the receipts the clerk held in turn."""

    happened: str
    receipts: tuple[Receipt, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """`name` is also the catalogue's key for the title; `expected` is compared with what happened."""

    name: str
    expected: str
    sales: tuple[tuple[Wallet, int, str], ...]
    play: Callable[[Stage, list[Sale]], Scene]


def _refund(stage: Stage, sale: Sale, reading: Reading, amount_fen: int | None = None) -> tuple[Receipt, ...]:
    """One refund: the receipt at once, and the one at the end where that is another."""
    amount = None if amount_fen is None else Money(amount_fen)
    first = stage.house.desk.refund(RefundRequest(sale.order_id, amount, REASON, reading))
    if first.refund_id is None:
        return (first,)
    last = stage.house.desk.wait(first.refund_id, PATIENCE_S)
    return (last,) if last.state is first.state else (first, last)


def _told(receipts: tuple[Receipt, ...]) -> str:
    receipt = receipts[-1]
    if receipt.reason is not None:
        return f"refused: {receipt.reason.value}"
    amount = receipt.amount.yuan() if receipt.amount else "?"
    return f"{receipt.state} {amount}"


def _scene(receipts: tuple[Receipt, ...]) -> Scene:
    return Scene(_told(receipts), receipts)


def wechat_succeeds(stage: Stage, sales: list[Sale]) -> Scene:
    """By webcam: the whole road once."""
    return _scene(_refund(stage, sales[0], stage.filmed(Wallet.WECHAT)))


def alipay_partial(stage: Stage, sales: list[Sale]) -> Scene:
    """A part of the sale goes back."""
    return _scene(_refund(stage, sales[0], stage.photographed(Wallet.ALIPAY), 4_000))


def two_partials_then_maximum(stage: Stage, sales: list[Sale]) -> Scene:
    """Two parts fit, the third does not, and the refusal says what would."""
    told: list[str] = []
    last: tuple[Receipt, ...] = ()
    for amount_fen in (6_000, 3_000, 2_000):
        last = _refund(stage, sales[0], stage.photographed(Wallet.WECHAT), amount_fen)
        told.append(_told(last))
    remaining = stage.house.orders.show(sales[0].order_id).remaining
    return Scene(f"{' · '.join(told)} (maximum {remaining.yuan()})", last)


def expired_code(stage: Stage, sales: list[Sale]) -> Scene:
    """The code was first seen more than a minute ago."""
    reading = stage.filmed(Wallet.WECHAT)
    stage.house.desk.see(reading)
    stage.advance(FACTS[Wallet.WECHAT].code_age_s_max + 5)
    return _scene(_refund(stage, sales[0], reading))


def same_code_twice(stage: Stage, sales: list[Sale]) -> Scene:
    """One presentation, two refunds: the second is refused."""
    reading = stage.photographed(Wallet.ALIPAY)
    first = _refund(stage, sales[0], reading)
    second = _refund(stage, sales[1], reading)
    return Scene(f"{_told(first)} · {_told(second)}", second)


def wrong_wallet(stage: Stage, sales: list[Sale]) -> Scene:
    """The sale was paid by WeChat; the customer opened Alipay."""
    return _scene(_refund(stage, sales[0], stage.photographed(Wallet.ALIPAY)))


def collection_code(stage: Stage, sales: list[Sale]) -> Scene:
    """The code that takes money, shown for the one that proves presence."""
    return _scene(_refund(stage, sales[0], stage.collection_code()))


def cancelled_order(stage: Stage, sales: list[Sale]) -> Scene:
    """A cancelled order stays closed to refunds."""
    return _scene(_refund(stage, sales[0], stage.photographed(Wallet.WECHAT)))


def lost_reply(stage: Stage, sales: list[Sale]) -> Scene:
    """The wallet pays, and its answer is lost on the way: asked, found, not sent twice."""
    stage.fault(sales[0], "drop_after")
    receipts = _refund(stage, sales[0], stage.photographed(Wallet.WECHAT))
    return Scene(f"{_told(receipts)}, {_trips(stage, sales[0])}", receipts)


def busy_wallet(stage: Stage, sales: list[Sale]) -> Scene:
    """The wallet is too busy once; the same number goes again after an ask."""
    stage.fault(sales[0], "http_429")
    receipts = _refund(stage, sales[0], stage.photographed(Wallet.WECHAT))
    return Scene(f"{_told(receipts)}, {len(stage.at_wallet(sales[0]))} refund at the wallet", receipts)


def _trips(stage: Stage, sale: Sale) -> str:
    at_wallet = stage.at_wallet(sale)
    asked = all(int(one["times_asked"]) > 0 for one in at_wallet)
    sent = sum(int(one["times_sent"]) for one in at_wallet)
    return f"sent {sent}×, {'asked' if asked else 'never asked'}, {len(at_wallet)} refund at the wallet"


_W, _A = Wallet.WECHAT, Wallet.ALIPAY

STORIES: Final[tuple[Story, ...]] = (
    Story("wechat_succeeds", "SUCCEEDED 128.00", ((_W, 12_800, "paid"),), wechat_succeeds),
    Story("alipay_partial", "SUCCEEDED 40.00", ((_A, 10_000, "paid"),), alipay_partial),
    Story(
        "two_partials_then_maximum",
        "SUCCEEDED 60.00 · SUCCEEDED 30.00 · refused: amount_over_remaining (maximum 10.00)",
        ((_W, 10_000, "paid"),),
        two_partials_then_maximum,
    ),
    Story("expired_code", "refused: code_expired", ((_W, 5_900, "paid"),), expired_code),
    Story(
        "same_code_twice",
        "SUCCEEDED 25.50 · refused: code_seen_before",
        ((_A, 2_550, "paid"), (_A, 1_990, "paid")),
        same_code_twice,
    ),
    Story("wrong_wallet", "refused: wallet_mismatch", ((_W, 8_800, "paid"),), wrong_wallet),
    Story("collection_code", "refused: not_a_payment_code", ((_W, 3_500, "paid"),), collection_code),
    Story("cancelled_order", "refused: order_cancelled", ((_W, 4_200, "closed"),), cancelled_order),
    Story(
        "lost_reply",
        "SUCCEEDED 66.00, sent 1×, asked, 1 refund at the wallet",
        ((_W, 6_600, "paid"),),
        lost_reply,
    ),
    Story("busy_wallet", "SUCCEEDED 19.90, 1 refund at the wallet", ((_W, 1_990, "paid"),), busy_wallet),
)
