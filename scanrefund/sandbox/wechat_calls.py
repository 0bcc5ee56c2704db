"""WeChat Pay's calls: refund, ask, order, certificates.

Sources: merchant documents 4013071036 (refund), 4013071041 (ask), 4013070354 and 4013070356 (order).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final
from urllib.parse import parse_qsl, unquote

from scanrefund.sandbox import business, numbers
from scanrefund.sandbox.business import CLOSED, PROCESSING, SUCCESS, Order, Refund, Refused
from scanrefund.sandbox.faults import Fault, play
from scanrefund.sandbox.folder import WechatSide
from scanrefund.sandbox.signing import aes_gcm, certificate_pem, serial_of
from scanrefund.sandbox.spoken import Call, Reply, Said, Seal
from scanrefund.sandbox.state import Store, Turn
from scanrefund.sandbox.wechat_answers import order_content, refund_content
from scanrefund.sandbox.wechat_forms import refund_fields
from scanrefund.sandbox.wechat_wire import WechatTongue, error, stopped_at_the_door, to_bytes, wrong_parameter

WALLET: Final = "wechat"
_ENDS: Final = {"abnormal": business.ABNORMAL, "closed": CLOSED}
_STATE: Final = {"paid": "SUCCESS", "unpaid": "NOTPAY", "closed": "CLOSED"}
_STATE_TEXT: Final = {
    "SUCCESS": "支付成功",
    "REFUND": "转入退款",
    "NOTPAY": "订单未支付",
    "CLOSED": "订单已关闭",
}
_NO_ORDER: Final = error(404, "RESOURCE_NOT_EXISTS", "订单不存在")
_NO_REFUND: Final = error(404, "RESOURCE_NOT_EXISTS", "退款单不存在")
_DECLINED: Final = {
    "not_enough": error(403, "NOT_ENOUGH", "基本账户余额不足，请充值后重新发起"),
    "account_abnormal": error(403, "USER_ACCOUNT_ABNORMAL", "用户账户异常，退款请求失败"),
    "false_not_found": _NO_ORDER,
}

Handler = Callable[[Call, str, WechatTongue], Reply]


class WechatPay:
    """WeChat Pay's server: one call in, one reply out."""

    def __init__(self, side: WechatSide, store: Store, *, keeps_spacing: bool) -> None:
        self._side = side
        self._store = store
        self._spacing_s = business.WECHAT_SPACING_S if keeps_spacing else 0
        self._routes: tuple[tuple[str, re.Pattern[str], Handler], ...] = (
            ("POST", re.compile(r"/v3/refund/domestic/refunds()"), self._refund),
            ("GET", re.compile(r"/v3/refund/domestic/refunds/([^/]+)"), self._ask),
            ("GET", re.compile(r"/v3/pay/transactions/out-trade-no/([^/]+)"), self._order_by_ours),
            ("GET", re.compile(r"/v3/pay/transactions/id/([^/]+)"), self._order_by_theirs),
            ("GET", re.compile(r"/v3/certificates()"), self._certificates),
        )

    def answer(self, call: Call, real_now: float) -> Reply | None:
        """The reply, or None when the path is not WeChat Pay's."""
        found = [(method, path.fullmatch(call.path), act) for method, path, act in self._routes]
        here = [(method, match, act) for method, match, act in found if match]
        if not here:
            return None
        for method, match, act in here:
            if method == call.method:
                return self._authentic(call, unquote(match.group(1)), act, real_now)
        return Reply(405)

    def _authentic(self, call: Call, number: str, act: Handler, real_now: float) -> Reply:
        tongue = WechatTongue(self._side, call.headers.get("wechatpay-serial", ""), real_now)
        stopped = stopped_at_the_door(call, self._side, real_now)
        return tongue.dress(stopped, Seal.NONE) if stopped else act(call, number, tongue)

    def _refund(self, call: Call, _: str, tongue: WechatTongue) -> Reply:
        fields = refund_fields(call.body)
        if isinstance(fields, Said):
            return tongue.dress(fields, Seal.RIGHT)
        with self._store.turn() as turn:
            order = turn.order(
                WALLET, order_id=fields.get("out_trade_no"), wallet_order_id=fields.get("transaction_id")
            )
            fault = turn.take_fault(WALLET, "refund", order.order_id if order else None)
            return play(fault, lambda: self._apply(turn, order, fields, fault), tongue)

    def _apply(self, turn: Turn, order: Order | None, fields: dict[str, Any], fault: Fault | None) -> Said:
        if fault and fault.name in _DECLINED:
            return _DECLINED[fault.name]
        if order is None or order.state != "paid":
            return _NO_ORDER
        first = turn.refund(WALLET, fields["out_refund_no"])
        if first is not None:
            return self._repeat(turn, order, first, fields)
        amount = fields["amount"]
        earlier = turn.refunds_of(order)
        refused = business.wechat_refusal(
            order, earlier, amount["refund"], amount["total"], turn.now, self._spacing_s
        )
        if refused:
            return _said(refused)
        refund = _accepted(turn, order, fields, fault)
        turn.save(refund)
        return Said(200, refund_content(order, refund))

    def _repeat(self, turn: Turn, order: Order, first: Refund, fields: dict[str, Any]) -> Said:
        refused = business.wechat_repeat_refusal(first, order, fields["amount"]["refund"], _fixed(fields))
        if refused:
            return _said(refused)
        again = replace(first, times_sent=first.times_sent + 1)
        turn.save(again)
        return Said(200, refund_content(order, again))

    def _ask(self, call: Call, refund_id: str, tongue: WechatTongue) -> Reply:
        if call.query:
            return tongue.dress(wrong_parameter("query", "", "参数中含有非法的额外参数", "query"), Seal.RIGHT)
        with self._store.turn() as turn:
            refund = turn.refund(WALLET, refund_id)
            fault = turn.take_fault(WALLET, "ask", refund.order_id if refund else None)
            return play(fault, lambda: _look_up(turn, refund, fault), tongue)

    def _order_by_ours(self, call: Call, number: str, tongue: WechatTongue) -> Reply:
        return self._order(call, tongue, {"order_id": number})

    def _order_by_theirs(self, call: Call, number: str, tongue: WechatTongue) -> Reply:
        return self._order(call, tongue, {"wallet_order_id": number})

    def _order(self, call: Call, tongue: WechatTongue, number: dict[str, str]) -> Reply:
        wrong = self._wrong_query(call)
        if wrong:
            return tongue.dress(wrong, Seal.RIGHT)
        with self._store.turn() as turn:
            order = turn.order(WALLET, **number)
            fault = turn.take_fault(WALLET, "order", order.order_id if order else None)
            return play(fault, lambda: self._tell_order(turn, order, number, fault), tongue)

    def _wrong_query(self, call: Call) -> Said | None:
        query = dict(parse_qsl(call.query, keep_blank_values=True))
        extra = query.keys() - {"mchid"}
        if extra:
            return wrong_parameter(min(extra)[:64], "", "参数中含有非法的额外参数", "query")
        if "mchid" not in query:
            return wrong_parameter("mchid", "", "必填参数缺失", "query")
        if query["mchid"] != self._side.mchid:
            return error(400, "MCH_NOT_EXISTS", "商户号不存在")
        return None

    def _tell_order(
        self, turn: Turn, order: Order | None, number: dict[str, str], fault: Fault | None
    ) -> Said:
        # An unpaid order has no number of WeChat Pay's yet.
        hidden = order is not None and order.paid_at is None and "wallet_order_id" in number
        if order is None or hidden or (fault and fault.name == "false_not_found"):
            return error(404, "ORDER_NOT_EXIST", "订单不存在")
        refunded = any(refund.status != CLOSED for refund in turn.refunds_of(order))
        state = "REFUND" if refunded else _STATE[order.state]
        content = {"appid": self._side.appid, "mchid": self._side.mchid, **order_content(order)}
        return Said(200, {**content, "trade_state": state, "trade_state_desc": _STATE_TEXT[state]})

    def _certificates(self, _call: Call, _: str, tongue: WechatTongue) -> Reply:
        cert = self._side.platform_certificate
        nonce, sealed = aes_gcm(self._side.apiv3_key, certificate_pem(cert), "certificate")
        entry = {
            "serial_no": serial_of(cert),
            "effective_time": cert.not_valid_before_utc.isoformat(),
            "expire_time": cert.not_valid_after_utc.isoformat(),
            "encrypt_certificate": {
                "algorithm": "AEAD_AES_256_GCM",
                "nonce": nonce,
                "associated_data": "certificate",
                "ciphertext": sealed,
            },
        }
        return tongue.dress(Said(200, {"data": [entry]}), Seal.RIGHT)


def _said(refused: Refused) -> Said:
    return error(refused.status, refused.code, refused.message)


def _fixed(fields: dict[str, Any]) -> str:
    return to_bytes(fields).decode()


def _accepted(turn: Turn, order: Order, fields: dict[str, Any], fault: Fault | None) -> Refund:
    name = fault.name if fault else ""
    wait_s: float | None = business.SETTLE_S
    if fault and name == "processing":
        wait_s = fault.delay_s
    return Refund(
        wallet=WALLET,
        order_id=order.order_id,
        refund_id=fields["out_refund_no"],
        wallet_refund_id=numbers.wechat_refund_number(turn.seed, turn.next_number(), turn.now),
        amount_fen=fields["amount"]["refund"],
        content=_fixed(fields),
        status=PROCESSING,
        ends_as=_ENDS.get(name, SUCCESS),
        payee="merchant" if name == "returned_to_merchant" else "customer",
        created_at=turn.now,
        settles_at=None if wait_s is None else turn.now + wait_s,
    )


def _look_up(turn: Turn, refund: Refund | None, fault: Fault | None) -> Said:
    if refund is None:
        return _NO_REFUND
    asked = replace(refund, times_asked=refund.times_asked + 1)
    turn.save(asked)
    order = turn.order(WALLET, order_id=refund.order_id)
    if order is None or (fault and fault.name == "false_not_found"):
        return _NO_REFUND
    if fault and fault.name == "processing":
        asked = replace(asked, status=PROCESSING, settled_at=None)
    return Said(200, refund_content(order, asked))
