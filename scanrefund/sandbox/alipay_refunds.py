"""Alipay's refund and refund query. Source: opendocs, `alipay.trade.refund` and `…fastpay.refund.query`.

`code` 10000 says that a call was understood; whether money moved stands in `fund_change` and
`refund_status` alone.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from scanrefund.sandbox import business
from scanrefund.sandbox.alipay_answers import ask_said, refund_said
from scanrefund.sandbox.alipay_asked import WALLET, Asked, Fields, fen_of, is_number, wrong_trade, yuan
from scanrefund.sandbox.alipay_wire import declined, failure, success
from scanrefund.sandbox.business import ABNORMAL, CLOSED, PROCESSING, SUCCESS, Order, Refund
from scanrefund.sandbox.faults import Fault
from scanrefund.sandbox.spoken import Said
from scanrefund.sandbox.state import Turn

_NOT_MOVED: Final = {"refund_fee": "0.00", "send_back_fee": "0.00"}
_DECLINED: Final = {
    "not_enough": ("ACQ.SELLER_BALANCE_NOT_ENOUGH", "卖家余额不足"),
    "account_abnormal": ("ACQ.BUYER_ENABLE_STATUS_FORBID", "买家状态异常"),
    "false_not_found": ("ACQ.TRADE_NOT_EXIST", "交易不存在"),
}


def refund(asked: Asked) -> Said:
    """`alipay.trade.refund`."""
    wrong = _wrong_fields(asked.fields)
    if wrong:
        return declined("ACQ.INVALID_PARAMETER", f"参数无效：{wrong}", **_NOT_MOVED)
    if asked.fault_name in _DECLINED:
        return declined(*_DECLINED[asked.fault_name], **_NOT_MOVED)
    order = asked.order
    if order is None:
        return declined("ACQ.TRADE_NOT_EXIST", "交易不存在", **_NOT_MOVED)
    amount_fen = fen_of(asked.fields["refund_amount"])
    if not amount_fen:
        return _refused(order, "ACQ.REFUND_FEE_ERROR", "退款金额错误")
    if "out_request_no" not in asked.fields and amount_fen != order.amount_fen:
        return _refused(order, "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL", "部分退款必须传入退款请求号")
    return _move(asked, order, asked.fields.get("out_request_no", order.order_id), amount_fen)


def ask(asked: Asked) -> Said:
    """`alipay.trade.fastpay.refund.query`."""
    wrong = wrong_trade(asked.fields)
    if wrong or not is_number(asked.fields.get("out_request_no")):
        return declined("ACQ.INVALID_PARAMETER", f"参数无效：{wrong or 'out_request_no'}")
    if asked.order is None:
        return declined("ACQ.TRADE_NOT_EXIST", "交易不存在")
    number = asked.fields["out_request_no"]
    found = next((one for one in asked.turn.refunds_of(asked.order) if one.refund_id == number), None)
    if found is None:
        return success()
    asked.turn.save(replace(found, times_asked=found.times_asked + 1))
    hidden = asked.fault_name in {"false_not_found", "processing"}
    # A refund that has not been executed is told like one that never was: success, and no business field.
    if hidden or found.status in {PROCESSING, CLOSED}:
        return success()
    return ask_said(asked.order, found, asked.fields.get("query_options"))


def _refused(order: Order, code: str, message: str) -> Said:
    return declined(code, message, out_trade_no=order.order_id, **_NOT_MOVED)


def _wrong_fields(fields: Fields) -> str:
    """The name of the first field of a refund that has no valid form, or nothing."""
    wrong = wrong_trade(fields)
    if wrong:
        return wrong
    if "out_request_no" in fields and not is_number(fields["out_request_no"]):
        return "out_request_no"
    if fen_of(fields.get("refund_amount")) is None:
        return "refund_amount"
    reason = fields.get("refund_reason", "")
    return "" if isinstance(reason, str) and len(reason) <= 256 else "refund_reason"


def _move(asked: Asked, order: Order, number: str, amount_fen: int) -> Said:
    before = asked.turn.refunds_of(order)
    first = next((one for one in before if one.refund_id == number), None)
    # A number whose refund came to nothing is executed when it is sent again.
    if first is not None and first.status != CLOSED:
        return _repeat(asked, order, first, amount_fen)
    earlier = [one for one in before if one.refund_id != number]
    no = business.alipay_refusal(order, earlier, amount_fen, asked.turn.now, asked.spacing_s)
    if no and no.code.startswith("isv."):
        return failure("40005", no.code, no.message)
    if no:
        return _refused(order, no.code, no.message)
    made = executed(asked.turn.now, order, number, amount_fen, asked.fault)
    if first is not None:
        made = replace(made, times_sent=first.times_sent + 1, times_asked=first.times_asked)
    keep(asked.turn, made)
    return _told(asked, order, made, moved=made.status in {SUCCESS, ABNORMAL})


def _repeat(asked: Asked, order: Order, first: Refund, amount_fen: int) -> Said:
    """The same number again: nothing moves, and another amount is refused."""
    if amount_fen != first.amount_fen:
        return _refused(order, "ACQ.DISCORDANT_REPEAT_REQUEST", "同一退款请求号的退款金额不一致")
    asked.turn.save(replace(first, times_sent=first.times_sent + 1))
    return _told(asked, order, first, moved=False)


def _told(asked: Asked, order: Order, refund: Refund, *, moved: bool) -> Said:
    refunds = asked.turn.refunds_of(order)
    return refund_said(order, refunds, refund, asked.fields.get("query_options"), moved=moved)


def keep(turn: Turn, refund: Refund) -> None:
    """Write a refund down; where it has ended already, its notice is due."""
    turn.save(refund)
    if refund.settled_at is not None:
        turn.announce(refund, refund.settled_at)


def executed(now: float, order: Order, number: str, amount_fen: int, fault: Fault | None = None) -> Refund:
    """A refund as it stands after it was carried out, or as the fault lets it stand."""
    name = fault.name if fault else ""
    status = {"processing": PROCESSING, "abnormal": ABNORMAL, "closed": CLOSED}.get(name, SUCCESS)
    wait_s = fault.delay_s if fault and status == PROCESSING else None
    return Refund(
        wallet=WALLET,
        order_id=order.order_id,
        refund_id=number,
        wallet_refund_id="",
        amount_fen=amount_fen,
        content=yuan(amount_fen),
        status=status,
        ends_as=SUCCESS if status == PROCESSING else status,
        payee="customer",
        created_at=now,
        settles_at=None if wait_s is None else now + wait_s,
        settled_at=None if status in {PROCESSING, CLOSED} else now,
        notify_url=order.notify_url,
    )
