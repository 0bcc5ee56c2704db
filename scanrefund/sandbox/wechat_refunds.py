"""WeChat Pay's refunds: apply, ask, and apply again for one that the customer's bank did not take.

Sources: merchant documents 4013071036 (refund), 4013071041 (ask), 4013071193 (abnormal refund).
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Final
from urllib.parse import parse_qsl

from scanrefund.sandbox import business, numbers
from scanrefund.sandbox.business import ABNORMAL, CLOSED, PROCESSING, SUCCESS, Order, Refund, Refused
from scanrefund.sandbox.faults import Fault, play
from scanrefund.sandbox.signing import opened
from scanrefund.sandbox.spoken import Call, Reply, Said, Seal
from scanrefund.sandbox.state import Store, Turn
from scanrefund.sandbox.wechat_answers import refund_content
from scanrefund.sandbox.wechat_forms import TO_MERCHANT, refund_fields, second_fields
from scanrefund.sandbox.wechat_keys import WechatKeys
from scanrefund.sandbox.wechat_wire import WechatTongue, error, to_bytes, wrong_parameter

WALLET: Final = "wechat"
# The banks whose debit cards take an abnormal refund.
_BANKS: Final = {
    "CMB": "招商银行",
    "COMM": "交通银行",
    "ABC": "农业银行",
    "CCB": "建设银行",
    "ICBC": "工商银行",
    "BOC": "中国银行",
    "PAB": "平安银行",
    "SPDB": "浦发银行",
    "CITIC": "中信银行",
    "CEB": "光大银行",
    "CMBC": "民生银行",
    "CIB": "兴业银行",
    "GDB": "广发银行",
    "PSBC": "邮储银行",
    "NBCB": "宁波银行",
}
_ENDS: Final = {"abnormal": ABNORMAL, "closed": CLOSED}
_NO_ORDER: Final = error(404, "RESOURCE_NOT_EXISTS", "订单不存在")
_NO_REFUND: Final = error(404, "RESOURCE_NOT_EXISTS", "退款单不存在")
_DECLINED: Final = {
    "not_enough": error(403, "NOT_ENOUGH", "基本账户余额不足，请充值后重新发起"),
    "account_abnormal": error(403, "USER_ACCOUNT_ABNORMAL", "用户账户异常，退款请求失败"),
    "false_not_found": _NO_ORDER,
}


class WechatRefunds:
    """Everything under `/v3/refund/domestic/refunds`."""

    def __init__(self, store: Store, keys: WechatKeys, spacing_s: float) -> None:
        self._store = store
        self._keys = keys
        self._spacing_s = spacing_s

    def apply(self, call: Call, _: str, tongue: WechatTongue) -> Reply:
        fields = refund_fields(call.body)
        if isinstance(fields, Said):
            return tongue.dress(fields, Seal.RIGHT)
        with self._store.turn() as turn:
            order = turn.order(
                WALLET, order_id=fields.get("out_trade_no"), wallet_order_id=fields.get("transaction_id")
            )
            fault = turn.take_fault(WALLET, "refund", order.order_id if order else None)
            return play(fault, lambda: self._accept(turn, order, fields, fault, tongue), tongue)

    def _accept(
        self,
        turn: Turn,
        order: Order | None,
        fields: dict[str, Any],
        fault: Fault | None,
        tongue: WechatTongue,
    ) -> Said:
        if fault and fault.name in _DECLINED:
            return _DECLINED[fault.name]
        if order is None or order.state != "paid":
            return _NO_ORDER
        first = turn.refund(WALLET, fields["out_refund_no"])
        if first is not None:
            return _repeat(turn, order, first, fields)
        amount, earlier = fields["amount"], turn.refunds_of(order)
        refused = business.wechat_refusal(
            order, earlier, amount["refund"], amount["total"], turn.now, self._spacing_s
        )
        if refused:
            return _said(refused)
        refund = replace(_accepted(turn, order, fields, fault), signed_for=tongue.asked_serial)
        turn.save(refund)
        return Said(200, refund_content(order, refund))

    def ask(self, call: Call, refund_id: str, tongue: WechatTongue) -> Reply:
        if call.query:
            extra = next(iter(dict(parse_qsl(call.query, keep_blank_values=True))), "")[:64]
            return tongue.dress(wrong_parameter(extra, "", "参数中含有非法的额外参数", "query"), Seal.RIGHT)
        with self._store.turn() as turn:
            refund = turn.refund(WALLET, refund_id)
            fault = turn.take_fault(WALLET, "ask", refund.order_id if refund else None)
            return play(fault, lambda: _look_up(turn, refund, fault), tongue)

    def apply_again(self, call: Call, wallet_refund_id: str, tongue: WechatTongue) -> Reply:
        fields = second_fields(call.body)
        if isinstance(fields, Said):
            return tongue.dress(fields, Seal.RIGHT)
        with self._store.turn() as turn:
            found = turn.refund(WALLET, fields["out_refund_no"])
            refund = found if found and found.wallet_refund_id == wallet_refund_id else None
            fault = turn.take_fault(WALLET, "refund", refund.order_id if refund else None)
            return play(fault, lambda: self._accept_again(turn, refund, fields, fault, tongue), tongue)

    def _accept_again(
        self,
        turn: Turn,
        refund: Refund | None,
        fields: dict[str, Any],
        fault: Fault | None,
        tongue: WechatTongue,
    ) -> Said:
        order = turn.order(WALLET, order_id=refund.order_id) if refund else None
        if refund is None or order is None or (fault and fault.name == "false_not_found"):
            return _NO_REFUND
        if fault and fault.name in _DECLINED:
            return _DECLINED[fault.name]
        payee = "merchant" if fields["type"] == TO_MERCHANT else "customer"
        if refund.account and refund.payee == payee:
            return Said(200, refund_content(order, refund))
        if refund.status != ABNORMAL:
            return error(400, "INVALID_REQUEST", "退款单状态不是退款异常，不能发起异常退款")
        account = self._account(fields, tongue)
        if isinstance(account, Said):
            return account
        again = _second(turn.now, refund, payee, account, fault)
        turn.save(again)
        return Said(200, refund_content(order, again))

    def _account(self, fields: dict[str, Any], tongue: WechatTongue) -> str | Said:
        """Where the money goes now, in WeChat Pay's words; of the card only the last four digits are kept."""
        if fields["type"] == TO_MERCHANT:
            return "商户结算银行账户"
        bank = _BANKS.get(fields["bank_type"].removesuffix("_DEBIT"))
        if bank is None or not fields["bank_type"].endswith("_DEBIT"):
            return wrong_parameter("bank_type", fields["bank_type"], "不支持的银行类型")
        opener = self._keys.opener(tongue.asked_serial)
        card, name = (
            opened(opener, fields[field]) if opener else None for field in ("bank_account", "real_name")
        )
        if not card or not name or not re.fullmatch(r"[0-9]{8,32}", card):
            return wrong_parameter("bank_account" if name else "real_name", "", "敏感信息解密失败")
        return f"{bank}借记卡{card[-4:]}"


def _second(now: float, refund: Refund, payee: str, account: str, fault: Fault | None) -> Refund:
    """The refund under way once more."""
    name = fault.name if fault else ""
    wait_s = fault.delay_s if fault and name == "processing" else business.SETTLE_S
    return replace(
        refund,
        status=PROCESSING,
        ends_as=_ENDS.get(name, SUCCESS),
        payee=payee,
        account=account,
        settles_at=None if wait_s is None else now + wait_s,
    )


def _repeat(turn: Turn, order: Order, first: Refund, fields: dict[str, Any]) -> Said:
    refused = business.wechat_repeat_refusal(first, order, fields["amount"]["refund"], _fixed(fields))
    if refused:
        return _said(refused)
    again = replace(first, times_sent=first.times_sent + 1)
    turn.save(again)
    return Said(200, refund_content(order, again))


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
        notify_url=fields.get("notify_url", order.notify_url),
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
