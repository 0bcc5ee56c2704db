"""The customer's phone: the payment code of this minute as numbers, as a picture, as a page."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Final, Literal

from fastapi import APIRouter, HTTPException
from fastapi.responses import HTMLResponse, Response
from PIL import Image

from scanrefund.sandbox.business import Order, rfc3339
from scanrefund.sandbox.numbers import CODE_LIFE_S, payment_code
from scanrefund.sandbox.state import Store

WalletName = Literal["wechat", "alipay"]
_NO_STORE: Final = {"cache-control": "no-store"}
_NAMES: Final = {"wechat": "微信支付 WeChat Pay", "alipay": "支付宝 Alipay"}


@dataclass(frozen=True, slots=True)
class Shown:
    """What the phone shows in one minute of business time; its form on paper hides the digits."""

    digits: str
    issued_at: float
    now: float

    def __repr__(self) -> str:
        return f"Shown(issued_at={self.issued_at})"

    @property
    def expires_at(self) -> float:
        return self.issued_at + CODE_LIFE_S


def shown(store: Store, wallet: str) -> Shown:
    """The code of this minute: nothing but seed, wallet and minute decides it."""
    with store.turn() as turn:
        minute = int(turn.now // CODE_LIFE_S)
        return Shown(payment_code(turn.seed, wallet, minute), float(minute * CODE_LIFE_S), turn.now)


def phone(store: Store) -> APIRouter:
    """The routes below `/sandbox/phone/`. No address ever contains a code."""
    router = APIRouter(prefix="/sandbox/phone")

    @router.get("/{wallet}/code.json")
    def code_json(wallet: WalletName, answer: Response) -> dict[str, str]:
        answer.headers.update(_NO_STORE)
        code = shown(store, wallet)
        issued, expires = rfc3339(code.issued_at), rfc3339(code.expires_at)
        return {"digits": code.digits, "issued_at": issued, "expires_at": expires}

    @router.get("/{wallet}/code.png")
    def code_png(wallet: WalletName) -> Response:
        return Response(_png(wallet, shown(store, wallet).digits), media_type="image/png", headers=_NO_STORE)

    @router.get("/{wallet}/bill/{order_id}.png")
    def bill_png(wallet: WalletName, order_id: str) -> Response:
        with store.turn() as turn:
            order = turn.order(wallet, order_id=order_id)
        if order is None or order.paid_at is None:
            raise HTTPException(404, f"{wallet} has no bill for this order")
        return Response(_bill(order), media_type="image/png")

    @router.get("/{wallet}")
    def page(wallet: WalletName) -> HTMLResponse:
        code = shown(store, wallet)
        wait_s = max(1, round(code.expires_at - code.now))
        return HTMLResponse(_page(wallet, wait_s), headers=_NO_STORE)

    return router


def _png(wallet: str, digits: str) -> bytes:
    # Drawing opens OpenCV and the decoders; a sandbox that nobody looks at starts without them.
    from scanrefund.sandbox.drawing import code_page  # noqa: PLC0415

    return _as_png(code_page(wallet, digits))


def _bill(order: Order) -> bytes:
    from scanrefund.sandbox.drawing import bill_page  # noqa: PLC0415

    return _as_png(bill_page(order.wallet, "交易单号", order.wallet_order_id, order.amount_fen))


def _as_png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def _page(wallet: str, wait_s: int) -> str:
    return (
        "<!doctype html><html lang=zh-Hans><meta charset=utf-8>"
        f"<meta http-equiv=refresh content={wait_s}><meta name=viewport content='width=device-width'>"
        f"<title>REHEARSAL – {_NAMES[wallet]}</title>"
        "<body style='margin:0;text-align:center;font-family:sans-serif'>"
        f"<p>REHEARSAL – {_NAMES[wallet]}</p>"
        f"<img src='{wallet}/code.png' alt='payment code' style='max-width:100%'>"
    )
