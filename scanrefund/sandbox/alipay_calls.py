"""Alipay's calls: `alipay.trade.refund`, `alipay.trade.fastpay.refund.query`, `alipay.trade.query`.

Source: the pages of these three methods in opendocs. `code` 10000 says that a call was understood;
whether money moved stands in `fund_change` and `refund_status` alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from scanrefund.sandbox import business
from scanrefund.sandbox.alipay_answers import ask_said, order_said, refund_said, yuan
from scanrefund.sandbox.alipay_wire import (
    AlipayTongue,
    failure,
    parameters_of,
    read_object,
    stopped_at_the_door,
    success,
)
from scanrefund.sandbox.business import ABNORMAL, CLOSED, PROCESSING, SUCCESS, Order, Refund
from scanrefund.sandbox.faults import Fault, play
from scanrefund.sandbox.folder import AlipaySide
from scanrefund.sandbox.spoken import Call, Reply, Said, Seal
from scanrefund.sandbox.state import Store, Turn

WALLET: Final = "alipay"
PATH: Final = "/gateway.do"
_YUAN: Final = re.compile(r"([0-9]{1,8})(?:\.([0-9]{1,2}))?")
_NOT_MOVED: Final = {"refund_fee": "0.00", "send_back_fee": "0.00"}
_DECLINED: Final = {
    "not_enough": ("ACQ.SELLER_BALANCE_NOT_ENOUGH", "卖家余额不足"),
    "account_abnormal": ("ACQ.BUYER_ENABLE_STATUS_FORBID", "买家状态异常"),
    "false_not_found": ("ACQ.TRADE_NOT_EXIST", "交易不存在"),
}

Fields = dict[str, Any]
Handler = Callable[[Fields, AlipayTongue], Reply]


def fen_of(text: object) -> int | None:
    """Fen from yuan text with at most two decimals, or None."""
    found = _YUAN.fullmatch(text) if isinstance(text, str) and text.isascii() else None
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0")) if found else None


class Alipay:
    """Alipay's v2 gateway: one call in, one reply out."""

    def __init__(self, side: AlipaySide, store: Store, *, keeps_spacing: bool) -> None:
        self._side = side
        self._store = store
        self._spacing_s = business.ALIPAY_SPACING_S if keeps_spacing else 0
        self._methods: dict[str, Handler] = {
            "alipay.trade.refund": self._refund,
            "alipay.trade.fastpay.refund.query": self._ask,
            "alipay.trade.query": self._order,
        }

    def answer(self, call: Call, real_now: float) -> Reply | None:
        """The reply, or None when the path is not the gateway's."""
        if call.path != PATH:
            return None
        if call.method not in {"GET", "POST"}:
            return Reply(405)
        parameters, charset = parameters_of(call)
        act = self._methods.get(parameters.get("method", ""))
        node = parameters["method"].replace(".", "_") + "_response" if act else "error_response"
        tongue = AlipayTongue(self._side, node, charset, "app_cert_sn" in parameters)
        stopped = stopped_at_the_door(parameters, charset, self._side, frozenset(self._methods), real_now)
        if stopped or act is None:
            return tongue.dress(stopped.said, stopped.seal) if stopped else None
        fields = read_object(parameters.get("biz_content", ""))
        if fields is None:
            return tongue.dress(failure("40002", "isv.illegal-json", "业务参数不是合法的JSON"), Seal.RIGHT)
        return act(fields, tongue)

    def _refund(self, fields: Fields, tongue: AlipayTongue) -> Reply:
        with self._store.turn() as turn:
            order = _order_of(turn, fields)
            fault = turn.take_fault(WALLET, "refund", order.order_id if order else None)
            return play(fault, lambda: self._apply(turn, order, fields, fault), tongue)

    def _apply(self, turn: Turn, order: Order | None, fields: Fields, fault: Fault | None) -> Said:
        wrong = _wrong_fields(fields)
        if wrong:
            return _no("ACQ.INVALID_PARAMETER", f"参数无效：{wrong}", **_NOT_MOVED)
        if fault and fault.name in _DECLINED:
            return _no(*_DECLINED[fault.name], **_NOT_MOVED)
        if order is None:
            return _no("ACQ.TRADE_NOT_EXIST", "交易不存在", **_NOT_MOVED)
        amount_fen = fen_of(fields["refund_amount"])
        if not amount_fen:
            return _no("ACQ.REFUND_FEE_ERROR", "退款金额错误", out_trade_no=order.order_id, **_NOT_MOVED)
        if "out_request_no" not in fields and amount_fen != order.amount_fen:
            code = "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL"
            return _no(code, "部分退款必须传入退款请求号", out_trade_no=order.order_id, **_NOT_MOVED)
        return self._move(turn, order, fields.get("out_request_no", order.order_id), amount_fen, fault)

    def _move(self, turn: Turn, order: Order, number: str, amount_fen: int, fault: Fault | None) -> Said:
        before = turn.refunds_of(order)
        first = next((refund for refund in before if refund.refund_id == number), None)
        # A number whose refund came to nothing is executed when it is sent again.
        if first is not None and first.status != CLOSED:
            return _repeat(turn, order, first, amount_fen)
        earlier = [refund for refund in before if refund.refund_id != number]
        refused = business.alipay_refusal(order, earlier, amount_fen, turn.now, self._spacing_s)
        if refused and refused.code.startswith("isv."):
            return failure("40005", refused.code, refused.message)
        if refused:
            return _no(refused.code, refused.message, out_trade_no=order.order_id, **_NOT_MOVED)
        refund = _executed(turn.now, order, number, amount_fen, fault)
        turn.save(
            replace(refund, times_sent=first.times_sent + 1, times_asked=first.times_asked)
            if first
            else refund
        )
        moved = "Y" if refund.status in {SUCCESS, ABNORMAL} else "N"
        return refund_said(order, turn.refunds_of(order), moved)

    def _ask(self, fields: Fields, tongue: AlipayTongue) -> Reply:
        with self._store.turn() as turn:
            order = _order_of(turn, fields)
            fault = turn.take_fault(WALLET, "ask", order.order_id if order else None)
            return play(fault, lambda: _look_up(turn, order, fields, fault), tongue)

    def _order(self, fields: Fields, tongue: AlipayTongue) -> Reply:
        with self._store.turn() as turn:
            order = _order_of(turn, fields)
            fault = turn.take_fault(WALLET, "order", order.order_id if order else None)
            return play(fault, lambda: _tell_order(turn, order, fault), tongue)


def _no(code: str, message: str, **fields: object) -> Said:
    return failure("40004", code, message, **fields)


def _order_of(turn: Turn, fields: Fields) -> Order | None:
    """The trade both numbers may name; `trade_no` wins."""
    ours, theirs = fields.get("out_trade_no"), fields.get("trade_no")
    if not all(number is None or _is_number(number) for number in (ours, theirs)):
        return None
    return turn.order(WALLET, order_id=ours, wallet_order_id=theirs)


def _is_number(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[\x21-\x7e]{1,64}", value) is not None


def _wrong_fields(fields: Fields) -> str:
    """The name of the first field of a refund that has no valid form, or nothing."""
    for name in ("out_trade_no", "trade_no", "out_request_no"):
        if name in fields and not _is_number(fields[name]):
            return name
    if "out_trade_no" not in fields and "trade_no" not in fields:
        return "out_trade_no"
    if fen_of(fields.get("refund_amount")) is None:
        return "refund_amount"
    reason = fields.get("refund_reason", "")
    return "" if isinstance(reason, str) and len(reason) <= 256 else "refund_reason"


def _executed(now: float, order: Order, number: str, amount_fen: int, fault: Fault | None) -> Refund:
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
    )


def _repeat(turn: Turn, order: Order, first: Refund, amount_fen: int) -> Said:
    """The same number again: nothing moves, and another amount is refused."""
    if amount_fen != first.amount_fen:
        code = "ACQ.DISCORDANT_REPEAT_REQUEST"
        return _no(code, "同一退款请求号的退款金额不一致", out_trade_no=order.order_id, **_NOT_MOVED)
    turn.save(replace(first, times_sent=first.times_sent + 1))
    return refund_said(order, turn.refunds_of(order), "N")


def _look_up(turn: Turn, order: Order | None, fields: Fields, fault: Fault | None) -> Said:
    if not _is_number(fields.get("out_request_no")):
        return _no("ACQ.INVALID_PARAMETER", "参数无效：out_request_no")
    if order is None:
        return _no("ACQ.TRADE_NOT_EXIST", "交易不存在")
    found = next((one for one in turn.refunds_of(order) if one.refund_id == fields["out_request_no"]), None)
    if found is None:
        return success()
    turn.save(replace(found, times_asked=found.times_asked + 1))
    hidden = fault is not None and fault.name in {"false_not_found", "processing"}
    # A refund that has not been executed is told like one that never was: success, and no business field.
    if hidden or found.status in {PROCESSING, CLOSED}:
        return success()
    return ask_said(order, found, fields.get("query_options"))


def _tell_order(turn: Turn, order: Order | None, fault: Fault | None) -> Said:
    if order is None or (fault and fault.name == "false_not_found"):
        return _no("ACQ.TRADE_NOT_EXIST", "交易不存在")
    return order_said(order, turn.refunds_of(order), finished=business.too_old(order, turn.now))
