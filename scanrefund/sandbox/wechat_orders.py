"""WeChat Pay's orders: query by both numbers, close.

Sources: merchant documents 4013070354 and 4013070356 (query) and the page on closing an order.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qsl

from scanrefund.sandbox.business import CLOSED, Order
from scanrefund.sandbox.faults import Fault, play
from scanrefund.sandbox.folder import WechatSide
from scanrefund.sandbox.spoken import Call, Reply, Said, Seal
from scanrefund.sandbox.state import Store, Turn
from scanrefund.sandbox.wechat_answers import order_content
from scanrefund.sandbox.wechat_forms import close_fields
from scanrefund.sandbox.wechat_wire import WechatTongue, error, wrong_parameter

WALLET: Final = "wechat"
_STATE: Final = {"paid": "SUCCESS", "unpaid": "NOTPAY", "closed": "CLOSED"}
_STATE_TEXT: Final = {
    "SUCCESS": "支付成功",
    "REFUND": "转入退款",
    "NOTPAY": "订单未支付",
    "CLOSED": "订单已关闭",
}
_NO_ORDER: Final = error(404, "ORDER_NOT_EXIST", "订单不存在")
_NO_MERCHANT: Final = error(400, "MCH_NOT_EXISTS", "商户号不存在")


class WechatOrders:
    """Everything under `/v3/pay/transactions`."""

    def __init__(self, side: WechatSide, store: Store) -> None:
        self._side = side
        self._store = store

    def by_ours(self, call: Call, number: str, tongue: WechatTongue) -> Reply:
        return self._query(call, tongue, {"order_id": number})

    def by_theirs(self, call: Call, number: str, tongue: WechatTongue) -> Reply:
        return self._query(call, tongue, {"wallet_order_id": number})

    def _query(self, call: Call, tongue: WechatTongue, number: dict[str, str]) -> Reply:
        wrong = self._wrong_query(call)
        if wrong:
            return tongue.dress(wrong, Seal.RIGHT)
        with self._store.turn() as turn:
            order = turn.order(WALLET, **number)
            fault = turn.take_fault(WALLET, "order", order.order_id if order else None)
            return play(fault, lambda: self._tell(turn, order, number, fault), tongue)

    def close(self, call: Call, number: str, tongue: WechatTongue) -> Reply:
        fields = close_fields(call.body)
        if isinstance(fields, Said):
            return tongue.dress(fields, Seal.RIGHT)
        with self._store.turn() as turn:
            order = turn.order(WALLET, order_id=number)
            fault = turn.take_fault(WALLET, "order", order.order_id if order else None)
            return play(fault, lambda: self._shut(turn, order, fields["mchid"], fault), tongue)

    def _shut(self, turn: Turn, order: Order | None, mchid: str, fault: Fault | None) -> Said:
        """204 for an order nobody paid, and again for one that is closed."""
        if mchid != self._side.mchid:
            return _NO_MERCHANT
        if order is None or (fault and fault.name == "false_not_found"):
            return _NO_ORDER
        if order.state == "paid":
            return error(400, "ORDER_PAID", "订单已支付")
        turn.close_order(order)
        return Said(204)

    def _wrong_query(self, call: Call) -> Said | None:
        query = dict(parse_qsl(call.query, keep_blank_values=True))
        extra = query.keys() - {"mchid"}
        if extra:
            return wrong_parameter(min(extra)[:64], "", "参数中含有非法的额外参数", "query")
        if "mchid" not in query:
            return wrong_parameter("mchid", "", "必填参数缺失", "query")
        return None if query["mchid"] == self._side.mchid else _NO_MERCHANT

    def _tell(self, turn: Turn, order: Order | None, number: dict[str, str], fault: Fault | None) -> Said:
        # An unpaid order has no number of WeChat Pay's yet.
        hidden = order is not None and order.paid_at is None and "wallet_order_id" in number
        if order is None or hidden or (fault and fault.name == "false_not_found"):
            return _NO_ORDER
        refunded = any(refund.status != CLOSED for refund in turn.refunds_of(order))
        state = "REFUND" if refunded else _STATE[order.state]
        content = {"appid": self._side.appid, "mchid": self._side.mchid, **order_content(order)}
        return Said(200, {**content, "trade_state": state, "trade_state_desc": _STATE_TEXT[state]})
