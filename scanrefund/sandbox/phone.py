"""The customer's phone: a page that turns its code each minute, lists bills and tells of refunds.

`code.json`, `code.png` and the bills' pictures are for scripts, everything else is what the page asks for.
No address ever contains a code.
"""

from __future__ import annotations

import io
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

from fastapi import APIRouter, HTTPException
from fastapi.responses import HTMLResponse, Response

from scanrefund.sandbox.business import Order, rfc3339
from scanrefund.sandbox.phone_screen import bill, screen, shown
from scanrefund.sandbox.state import Store

WalletName = Literal["wechat", "alipay"]
PartName = Literal["phone.css", "phone.js"]
_NO_STORE: Final = {"cache-control": "no-store"}
_POLICY: Final = "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'"
_PAGE_HEADERS: Final = {**_NO_STORE, "content-security-policy": _POLICY}
_KINDS: Final = {"phone.css": "text/css", "phone.js": "text/javascript"}
_NAMES: Final = {"wechat": "微信支付", "alipay": "支付宝"}


def phone(store: Store) -> APIRouter:
    """The routes below `/sandbox/phone/`."""
    router = APIRouter(prefix="/sandbox/phone")
    router.include_router(_pictures(store))

    @router.get("/{wallet}/code.json")
    def code_json(wallet: WalletName, answer: Response) -> dict[str, str]:
        answer.headers.update(_NO_STORE)
        code = shown(store, wallet)
        issued, expires = rfc3339(code.issued_at), rfc3339(code.expires_at)
        return {"digits": code.digits, "issued_at": issued, "expires_at": expires}

    @router.get("/{wallet}/screen.json")
    def screen_json(wallet: WalletName, answer: Response) -> dict[str, Any]:
        answer.headers.update(_NO_STORE)
        return screen(store, wallet)

    @router.get("/{wallet}/bill/{order_id}.json")
    def bill_json(wallet: WalletName, order_id: str, answer: Response) -> dict[str, Any]:
        answer.headers.update(_NO_STORE)
        found = bill(store, wallet, order_id)
        if found is None:
            raise HTTPException(404, f"{wallet} has no bill for this order")
        return found

    @router.get("/{wallet}")
    def page(wallet: WalletName) -> HTMLResponse:
        text = _part("phone.html").replace("{wallet}", wallet).replace("{name}", _NAMES[wallet])
        return HTMLResponse(text, headers=_PAGE_HEADERS)

    @router.get("/{wallet}/{name}")
    def part(wallet: WalletName, name: PartName) -> Response:  # noqa: ARG001 - both phones look alike
        return Response(_part(name), media_type=_KINDS[name], headers=_NO_STORE)

    return router


def _pictures(store: Store) -> APIRouter:
    router = APIRouter()

    @router.get("/{wallet}/code.png")
    def code_png(wallet: WalletName) -> Response:
        return _png(_drawing().code_page(wallet, shown(store, wallet).digits))

    @router.get("/{wallet}/qr.png")
    def qr_png(wallet: WalletName) -> Response:
        return _png(_drawing().qr(shown(store, wallet).digits))

    @router.get("/{wallet}/bars.png")
    def bars_png(wallet: WalletName) -> Response:
        return _png(_drawing().code128(shown(store, wallet).digits))

    @router.get("/{wallet}/bill/{order_id}.png")
    def bill_png(wallet: WalletName, order_id: str) -> Response:
        order = _paid(store, wallet, order_id)
        return _png(_drawing().bill_page(wallet, "交易单号", order.wallet_order_id, order.amount_fen))

    @router.get("/{wallet}/bill/{order_id}/bars.png")
    def bill_bars_png(wallet: WalletName, order_id: str) -> Response:
        return _png(_drawing().code128(_paid(store, wallet, order_id).wallet_order_id))

    return router


def _paid(store: Store, wallet: str, order_id: str) -> Order:
    with store.turn() as turn:
        order = turn.order(wallet, order_id=order_id)
    if order is None or order.paid_at is None:
        raise HTTPException(404, f"{wallet} has no bill for this order")
    return order


def _drawing() -> Any:
    # Drawing opens OpenCV and the decoders; a sandbox that nobody looks at starts without them.
    from scanrefund.sandbox import drawing  # noqa: PLC0415

    return drawing


def _png(picture: Any) -> Response:
    """A drawn picture; PIL is not named here for the same reason."""
    out = io.BytesIO()
    picture.save(out, "PNG")
    return Response(out.getvalue(), media_type="image/png", headers=_NO_STORE)


@cache
def _part(name: str) -> str:
    return files("scanrefund.sandbox").joinpath("phone_page", name).read_text("utf-8")
