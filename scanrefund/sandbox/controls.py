"""The rehearsal controls under `/sandbox/`: known to people and tests, to no wallet."""

from __future__ import annotations

import csv
import io
import re
import sqlite3
from datetime import datetime
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, HTTPException
from fastapi.responses import PlainTextResponse
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from scanrefund.sandbox import numbers
from scanrefund.sandbox.business import Order, Refund, is_notify_address, rfc3339
from scanrefund.sandbox.faults import CALLS, DELAY_S_MAX, PLAYED_ON, TIMES_MAX, WECHAT_ONLY, plays
from scanrefund.sandbox.state import Store, Turn

# A million yuan: neither wallet takes more in one payment.
AMOUNT_FEN_MAX: Final = 100_000_000
# Ten years: enough to pass every window.
ADVANCE_S_MAX: Final = 10 * 366 * 86_400
_ORDER_ID: Final = {
    "wechat": re.compile(r"[0-9A-Za-z_\-|*]{1,32}"),
    "alipay": re.compile(r"[0-9A-Za-z_\-]{1,64}"),
}
_CSV_HEADER: Final = ("order_id", "wallet", "wallet_order_id", "amount_fen", "paid_at", "state", "payer_id")
_CSV_STATE: Final = {"paid": "PAID", "unpaid": "UNPAID", "closed": "CANCELLED"}


def _known(name: str) -> str:
    if name not in PLAYED_ON:
        raise ValueError(f"is not a fault this sandbox plays; it plays {', '.join(sorted(PLAYED_ON))}")
    return name


def _address(url: str | None) -> str | None:
    if url is not None and not is_notify_address(url):
        raise ValueError("is neither public HTTPS without a query nor HTTP to this machine")
    return url


WalletName = Literal["wechat", "alipay"]
FaultName = Annotated[str, AfterValidator(_known)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class NewOrder(_Body):
    """A payment that has happened, or was meant to."""

    wallet: WalletName
    amount_fen: Annotated[int, Field(ge=1, le=AMOUNT_FEN_MAX)]
    order_id: str | None = None
    payer: Annotated[str, Field(min_length=1, max_length=64)] = "customer"
    paid_at: Annotated[AwareDatetime | None, Field(strict=False)] = None
    notify_url: Annotated[str | None, AfterValidator(_address)] = None
    fault: FaultName | None = None
    state: Literal["paid", "unpaid", "closed"] = "paid"


class NewFault(_Body):
    """Something that shall go wrong."""

    wallet: WalletName
    on: Literal["refund", "ask", "order", "payer", "bill", "notice", "any"]
    fault: FaultName
    times: Annotated[int, Field(ge=1, le=TIMES_MAX)] = 1
    order_id: str | None = None
    delay_s: Annotated[float | None, Field(gt=0, le=DELAY_S_MAX, strict=False)] = None


class Advance(_Body):
    """Business time moves on, never back."""

    advance_s: Annotated[float, Field(ge=0, le=ADVANCE_S_MAX, strict=False)]


def controls(store: Store) -> APIRouter:
    """The routes, on one sandbox's state."""
    router = APIRouter(prefix="/sandbox")

    @router.post("/orders")
    def add_order(body: NewOrder) -> dict[str, Any]:
        with store.turn() as turn:
            order = _new_order(turn, body)
            if body.fault:
                _refuse_unplayable(body.wallet, "refund", body.fault)
                turn.arm(body.wallet, "refund", body.fault, 1, order.order_id, None)
            return _told(order)

    @router.get("/orders")
    def list_orders() -> list[dict[str, Any]]:
        with store.turn() as turn:
            return [_told(order) for order in turn.orders()]

    @router.get("/orders.csv")
    def export_orders() -> PlainTextResponse:
        with store.turn() as turn:
            return PlainTextResponse(_csv(turn.orders()), media_type="text/csv")

    @router.get("/refunds")
    def list_refunds() -> list[dict[str, Any]]:
        with store.turn() as turn:
            return [_refund_told(refund) for refund in turn.refunds()]

    @router.post("/faults")
    def arm(body: NewFault) -> dict[str, Any]:
        _refuse_unplayable(body.wallet, body.on, body.fault)
        with store.turn() as turn:
            turn.arm(body.wallet, body.on, body.fault, body.times, body.order_id, body.delay_s)
        return body.model_dump()

    @router.delete("/faults")
    def disarm() -> dict[str, int]:
        with store.turn() as turn:
            return {"disarmed": turn.disarm()}

    @router.post("/clock")
    def advance(body: Advance) -> dict[str, str]:
        with store.turn() as turn:
            turn.advance(body.advance_s)
            return {"now": rfc3339(turn.now)}

    @router.post("/settle")
    def settle() -> dict[str, int]:
        with store.turn() as turn:
            return {"settled": turn.settle_all()}

    return router


def _refuse_unplayable(wallet: str, on: str, fault: str) -> None:
    """A fault that could never fire is refused, not forgotten."""
    if wallet == "alipay" and fault in WECHAT_ONLY:
        raise HTTPException(400, f"alipay does not play {fault}: its answers have no word for it")
    if not plays(fault, on):
        calls = ", ".join(sorted(call for call in CALLS if plays(fault, call)))
        raise HTTPException(400, f"{fault} does not happen on {on}, only on {calls}")


def _new_order(turn: Turn, body: NewOrder) -> Order:
    number = turn.next_number()
    order_id = body.order_id or f"SB{number:08d}"
    if not _ORDER_ID[body.wallet].fullmatch(order_id):
        raise HTTPException(
            400, "order_id: letters, digits, _ and -, at most 32 (wechat) or 64 (alipay) characters"
        )
    paid_at = _paid_at(turn, body)
    known_since = turn.now if paid_at is None else paid_at
    make = numbers.wechat_order_number if body.wallet == "wechat" else numbers.alipay_order_number
    order = Order(
        wallet=body.wallet,
        order_id=order_id,
        wallet_order_id=make(turn.seed, number, known_since),
        payer_id=numbers.payer_id(turn.seed, body.wallet, body.payer),
        amount_fen=body.amount_fen,
        state=body.state,
        paid_at=paid_at,
        created_at=known_since,
        notify_url=body.notify_url,
    )
    try:
        turn.add_order(order)
    except sqlite3.IntegrityError:
        raise HTTPException(409, f"{body.wallet} has an order {order_id} already") from None
    return order


def _paid_at(turn: Turn, body: NewOrder) -> float | None:
    if body.state != "paid":
        if body.paid_at is not None:
            raise HTTPException(400, f"paid_at: an order that is {body.state} was not paid")
        return None
    return turn.now if body.paid_at is None else _seconds(body.paid_at)


def _seconds(at: datetime) -> float:
    if not 2000 <= at.year <= 2100:
        raise HTTPException(400, "paid_at: between the years 2000 and 2100")
    return at.timestamp()


def _told(order: Order) -> dict[str, Any]:
    return {
        "wallet": order.wallet,
        "order_id": order.order_id,
        "wallet_order_id": order.wallet_order_id,
        "payer_id": order.payer_id,
        "amount_fen": order.amount_fen,
        "paid_at": None if order.paid_at is None else rfc3339(order.paid_at),
        "state": order.state,
    }


def _refund_told(refund: Refund) -> dict[str, Any]:
    return {
        "wallet": refund.wallet,
        "order_id": refund.order_id,
        "refund_id": refund.refund_id,
        "wallet_refund_id": refund.wallet_refund_id,
        "amount_fen": refund.amount_fen,
        "status": refund.status,
        "times_sent": refund.times_sent,
        "times_asked": refund.times_asked,
    }


def _csv(orders: list[Order]) -> str:
    """The desk's import form."""
    out = io.StringIO()
    rows = csv.DictWriter(out, _CSV_HEADER, lineterminator="\n")
    rows.writeheader()
    for order in orders:
        told = {name: value for name, value in _told(order).items() if name in _CSV_HEADER}
        rows.writerow({**told, "paid_at": told["paid_at"] or "", "state": _CSV_STATE[order.state]})
    return out.getvalue()
