"""Alipay's order query, cancel and close.

Source: opendocs, `alipay.trade.query`, `alipay.trade.cancel`, `alipay.trade.close`.
"""

from __future__ import annotations

from typing import Final

from scanrefund.sandbox import business
from scanrefund.sandbox.alipay_answers import order_said
from scanrefund.sandbox.alipay_asked import Asked, wrong_trade
from scanrefund.sandbox.alipay_refunds import executed, keep
from scanrefund.sandbox.alipay_wire import declined, success
from scanrefund.sandbox.business import Order, succeeded_fen
from scanrefund.sandbox.spoken import Said

# Alipay names the refusal (ACQ.TRADE_CANCEL_TIME_OUT) and no length; a day is this sandbox's own choice.
CANCEL_S_MAX: Final = 86_400
_NO_AMOUNTS: Final = dict.fromkeys(
    ("buyer_pay_amount", "invoice_amount", "point_amount", "receipt_amount"), "0.00"
)


def tell(asked: Asked) -> Said:
    """`alipay.trade.query`."""
    wrong = wrong_trade(asked.fields)
    if wrong:
        return declined("ACQ.INVALID_PARAMETER", f"参数无效：{wrong}", **_NO_AMOUNTS)
    if asked.order is None or asked.fault_name == "false_not_found":
        return declined("ACQ.TRADE_NOT_EXIST", "交易不存在", **_named(asked), **_NO_AMOUNTS)
    finished = business.too_old(asked.order, asked.turn.now)
    return order_said(asked.order, asked.turn.refunds_of(asked.order), finished=finished)


def close(asked: Asked) -> Said:
    """`alipay.trade.close`: a trade that nobody has paid, and no other."""
    wrong = wrong_trade(asked.fields)
    if wrong:
        return declined("ACQ.INVALID_PARAMETER", f"参数无效：{wrong}")
    order = asked.order
    if order is None or asked.fault_name == "false_not_found":
        return declined("ACQ.TRADE_NOT_EXIST", "交易不存在", **_named(asked))
    if order.state != "unpaid":
        return declined("ACQ.TRADE_STATUS_ERROR", "交易状态不合法", out_trade_no=order.order_id)
    asked.turn.close_order(order)
    return success(out_trade_no=order.order_id, trade_no=order.wallet_order_id)


def cancel(asked: Asked) -> Said:
    """`alipay.trade.cancel`: closes what was not paid, pays back what was.

    A trade that does not exist is answered with success and without `action`.
    """
    wrong = wrong_trade(asked.fields)
    if wrong:
        return declined("ACQ.INVALID_PARAMETER", f"参数无效：{wrong}", retry_flag="N")
    order = asked.order
    if order is None or asked.fault_name == "false_not_found":
        return success(**_named(asked), retry_flag="N")
    if order.state == "unpaid":
        asked.turn.close_order(order)
    if order.state != "paid":
        return _cancelled(order, "close")
    return _pay_back(asked, order)


def _pay_back(asked: Asked, order: Order) -> Said:
    """All of it at once, under the trade's own number, where no refund has gone before."""
    before = asked.turn.refunds_of(order)
    if any(one.refund_id == order.order_id and succeeded_fen([one]) == order.amount_fen for one in before):
        return _cancelled(order, "refund")
    no = _refusal(asked, order)
    if no or before:
        code, message = no or ("ACQ.CANCEL_NOT_ALLOWED", "该交易不允许撤销")
        return declined(code, message, out_trade_no=order.order_id, retry_flag="N")
    keep(asked.turn, executed(asked.turn.now, order, order.order_id, order.amount_fen))
    return _cancelled(order, "refund")


def _refusal(asked: Asked, order: Order) -> tuple[str, str] | None:
    if business.too_old(order, asked.turn.now):
        return "ACQ.TRADE_HAS_FINISHED", "交易已完结"
    if order.paid_at is not None and asked.turn.now - order.paid_at > CANCEL_S_MAX:
        return "ACQ.TRADE_CANCEL_TIME_OUT", "超过撤销时间范围"
    return None


def _cancelled(order: Order, action: str) -> Said:
    return success(action=action, out_trade_no=order.order_id, retry_flag="N", trade_no=order.wallet_order_id)


def _named(asked: Asked) -> dict[str, object]:
    """The trade number the caller gave, which the answer repeats."""
    ours = asked.fields.get("out_trade_no")
    return {} if ours is None else {"out_trade_no": ours}
