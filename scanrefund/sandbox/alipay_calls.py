"""Alipay's methods and the three ways in: the v2 gateway, v3's paths, and the bill behind its address."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from urllib.parse import parse_qsl

from scanrefund.sandbox import alipay_bills, alipay_refunds, alipay_trades, business
from scanrefund.sandbox.alipay_asked import WALLET, Asked, Fields, order_of
from scanrefund.sandbox.alipay_rest import AlipayRestTongue, credentials_of, stopped_at_the_rest_door
from scanrefund.sandbox.alipay_wire import (
    AlipayTongue,
    failure,
    parameters_of,
    read_object,
    stopped_at_the_door,
)
from scanrefund.sandbox.faults import play
from scanrefund.sandbox.folder import AlipaySide
from scanrefund.sandbox.spoken import Call, Reply, Said, Seal, Tongue
from scanrefund.sandbox.state import Store

PATH: Final = "/gateway.do"
REST: Final = "/v3/"
_NO_OBJECT: Final = failure("40002", "isv.illegal-json", "业务参数不是合法的JSON")

# Each method with the place where faults meet it.
METHODS: Final[dict[str, tuple[str, Callable[[Asked], Said]]]] = {
    "alipay.trade.refund": ("refund", alipay_refunds.refund),
    "alipay.trade.fastpay.refund.query": ("ask", alipay_refunds.ask),
    "alipay.trade.query": ("order", alipay_trades.tell),
    "alipay.trade.close": ("order", alipay_trades.close),
    "alipay.trade.cancel": ("order", alipay_trades.cancel),
    alipay_bills.METHOD: ("bill", alipay_bills.bill_address),
}
# In v3 everything is POST but this.
_BY_GET: Final = frozenset({alipay_bills.METHOD})


class Alipay:
    """Alipay's side: one call in, one reply out."""

    def __init__(self, side: AlipaySide, store: Store, *, keeps_spacing: bool) -> None:
        self._side = side
        self._store = store
        self._spacing_s = business.ALIPAY_SPACING_S if keeps_spacing else 0

    def answer(self, call: Call, real_now: float) -> Reply | None:
        """The reply, or None when the path is not Alipay's."""
        if call.path == PATH:
            return self._gateway(call, real_now)
        if call.path.startswith(REST + "alipay/"):
            return self._rest(call, real_now)
        if call.path == alipay_bills.PATH:
            return alipay_bills.download(call, self._side, self._store, real_now)
        return None

    def _gateway(self, call: Call, real_now: float) -> Reply:
        if call.method not in {"GET", "POST"}:
            return Reply(405)
        parameters, charset = parameters_of(call)
        method = parameters.get("method", "")
        known = method in METHODS
        node = method.replace(".", "_") + "_response" if known else "error_response"
        tongue = AlipayTongue(self._side, node, charset, "app_cert_sn" in parameters)
        stopped = stopped_at_the_door(parameters, charset, self._side, frozenset(METHODS), real_now)
        if stopped:
            # Errors that belong to no method are not signed.
            return tongue.dress(stopped.said, stopped.seal if known else Seal.NONE)
        fields = read_object(parameters.get("biz_content", ""))
        return (
            tongue.dress(_NO_OBJECT, Seal.RIGHT) if fields is None else self._do(method, fields, call, tongue)
        )

    def _rest(self, call: Call, real_now: float) -> Reply:
        tongue = AlipayRestTongue(self._side, "app_cert_sn" in credentials_of(call), real_now)
        stopped = stopped_at_the_rest_door(call, self._side, real_now)
        if stopped:
            return tongue.dress(stopped, Seal.NONE)
        method = call.path.removeprefix(REST).replace("/", ".")
        if method not in METHODS:
            no = tongue.dress(failure("40002", "isv.invalid-method", "不存在的方法名"), Seal.NONE)
            return Reply(404, no.headers, no.body)
        fields = _rest_fields(call, by_get=method in _BY_GET)
        return (
            tongue.dress(fields, Seal.NONE)
            if isinstance(fields, Said)
            else self._do(method, fields, call, tongue)
        )

    def _do(self, method: str, fields: Fields, call: Call, tongue: Tongue) -> Reply:
        met_at, act = METHODS[method]
        base_url = f"http://{call.headers.get('host', '127.0.0.1')}"
        with self._store.turn() as turn:
            order = order_of(turn, fields)
            fault = turn.take_fault(WALLET, met_at, order.order_id if order else None)
            asked = Asked(turn, self._side, fields, order, fault, self._spacing_s, base_url)
            return play(fault, lambda: act(asked), tongue)


def _rest_fields(call: Call, *, by_get: bool) -> Fields | Said:
    if call.method != ("GET" if by_get else "POST"):
        return failure("40002", "isv.invalid-http-method", "HTTP方法不正确")
    if by_get:
        return dict(parse_qsl(call.query))
    if not call.headers.get("content-type", "").lower().startswith("application/json"):
        return failure("40002", "isv.invalid-content-type", "Content-Type不正确")
    fields = read_object(call.body.decode("utf-8", errors="replace"))
    return _NO_OBJECT if fields is None else fields
