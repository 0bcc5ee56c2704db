"""WeChat Pay's bills as text: trade bills of three kinds, and the fund flow. Pure.

Source: the merchant documents on the formats of trade and fund-flow bills (2024-11). Header lines are plain,
every value stands behind a backtick; yuan have two decimals, fees five. There are no fees here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from scanrefund.sandbox.business import ABNORMAL, CLOSED, PROCESSING, SUCCESS, Order, Refund, wall_clock

Dealing = tuple[Order, Refund | None]
_HEAD: Final = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,"
    "交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额"
)
_REFUNDED: Final = "微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态"
_GOODS: Final = "商品名称,商户数据包,手续费,费率,订单金额"
_HEADERS: Final = {
    "ALL": f"{_HEAD},{_REFUNDED},{_GOODS},申请退款金额,费率备注",
    "REFUND": f"{_HEAD},退款申请时间,退款成功时间,{_REFUNDED},{_GOODS},申请退款金额,费率备注",
    "SUCCESS": f"{_HEAD},{_GOODS},费率备注",
}
_SUMMARY: Final = (
    "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
)
_SUMMARY_PAID: Final = "总交易单数,应结订单总金额,手续费总金额,订单总金额"
_FLOW: Final = (
    "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,"
    "收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号"
)
_FLOW_SUMMARY: Final = "资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额"
# What the bill calls the ends of a refund; the API has other words.
_STATUS: Final = {SUCCESS: "SUCCESS", ABNORMAL: "CHANGE", CLOSED: "FAIL", PROCESSING: "PROCESSING"}
_NO_FEE: Final = "0.00000"
_RATE: Final = "0.00%"
_GOODS_NAME: Final = "沙箱商品"


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a merchant. `made_at` is when the bill was made: what came later is not in it."""

    appid: str
    mchid: str
    orders: Sequence[Order]
    refunds: Sequence[tuple[Order, Refund]]
    made_at: float


def yuan(fen: int) -> str:
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def _line(values: Iterable[str]) -> str:
    return ",".join(f"`{value}" for value in values)


def _file(lines: Iterable[str]) -> bytes:
    return "".join(f"{line}\r\n" for line in lines).encode()


def trade_bill(day: Day, kind: str) -> bytes:
    """ALL, SUCCESS (payments alone) or REFUND (refunds alone), in order of time."""
    paid = [] if kind == "REFUND" else [(order.paid_at or 0.0, order, None) for order in day.orders]
    back = [] if kind == "SUCCESS" else [(refund.created_at, order, refund) for order, refund in day.refunds]
    rows = sorted([*paid, *back], key=lambda row: row[0])
    lines = [_line(_trade_row(day, kind, order, refund)) for _, order, refund in rows]
    dealings = [(order, refund) for _, order, refund in rows]
    return _file([_HEADERS[kind], *lines, *_summary(kind, dealings)])


def _trade_row(day: Day, kind: str, order: Order, refund: Refund | None) -> list[str]:
    at = (order.paid_at or 0.0) if refund is None else refund.created_at
    state, total = ("SUCCESS", order.amount_fen) if refund is None else ("REFUND", 0)
    row = [
        wall_clock(at),
        day.appid,
        day.mchid,
        "0",
        "",
        order.wallet_order_id,
        order.order_id,
        order.payer_id,
    ]
    row += ["MICROPAY", state, "OTHERS", "CNY", yuan(total), yuan(0)]
    if kind == "REFUND" and refund is not None:
        row += [wall_clock(refund.created_at), _succeeded_at(refund, day.made_at)]
    if kind != "SUCCESS":
        row += _refunded(refund, day.made_at)
    row += [_GOODS_NAME, "", _NO_FEE, _RATE, yuan(total)]
    if kind != "SUCCESS":
        row.append(yuan(refund.amount_fen if refund else 0))
    return [*row, ""]


def _refunded(refund: Refund | None, made_at: float) -> list[str]:
    if refund is None:
        return ["0", "0", yuan(0), yuan(0), "", ""]
    amounts = [yuan(refund.amount_fen), yuan(0)]
    return [refund.wallet_refund_id, refund.refund_id, *amounts, "ORIGINAL", _status(refund, made_at)]


def _status(refund: Refund, made_at: float) -> str:
    """How the refund stood when the bill was made: a row is never written anew."""
    if refund.account:
        return _STATUS[ABNORMAL]
    ended = refund.settles_at is not None and refund.settles_at <= made_at
    return _STATUS[refund.status if ended else PROCESSING]


def _succeeded_at(refund: Refund, made_at: float) -> str:
    is_shown = refund.settled_at is not None and _status(refund, made_at) == SUCCESS
    return wall_clock(refund.settled_at or 0.0) if is_shown else ""


def _summary(kind: str, dealings: Sequence[Dealing]) -> list[str]:
    paid = yuan(sum(order.amount_fen for order, refund in dealings if refund is None))
    if kind == "SUCCESS":
        return [_SUMMARY_PAID, _line([str(len(dealings)), paid, _NO_FEE, paid])]
    back = yuan(sum(refund.amount_fen for _, refund in dealings if refund))
    return [_SUMMARY, _line([str(len(dealings)), paid, back, yuan(0), _NO_FEE, paid, back])]


def fund_flow(day: Day, opening_fen: int) -> bytes:
    """Every payment as income, every refund that moved money as expense, with the balance after it."""
    flows: list[tuple[float, Order, Refund | None]] = [
        (order.paid_at or 0.0, order, None) for order in day.orders
    ]
    flows += [(refund.settled_at or 0.0, order, refund) for order, refund in day.refunds]
    lines, balance_fen = [], opening_fen
    for at, order, refund in sorted(flows, key=lambda flow: flow[0]):
        balance_fen += order.amount_fen if refund is None else -refund.amount_fen
        lines.append(_line(_flow_row(at, order, refund, balance_fen)))
    return _file([_FLOW, *lines, _FLOW_SUMMARY, _line(_flow_summary(day))])


def _flow_row(at: float, order: Order, refund: Refund | None, balance_fen: int) -> list[str]:
    if refund is None:
        number, voucher, amount_fen = order.wallet_order_id, order.order_id, order.amount_fen
        named = ["交易", "交易", "收入"]
    else:
        number, voucher, amount_fen = refund.wallet_refund_id, refund.refund_id, refund.amount_fen
        named = ["退款", "退款", "支出"]
    # The flow's own number: nobody else knows it, so it is made from the one everybody knows.
    row = [wall_clock(at), number, f"10{number}", *named, yuan(amount_fen), yuan(balance_fen)]
    return [*row, "system", "", voucher]


def _flow_summary(day: Day) -> list[str]:
    income = sum(order.amount_fen for order in day.orders)
    spent = sum(refund.amount_fen for _, refund in day.refunds)
    counts = len(day.orders), len(day.refunds)
    return [str(sum(counts)), str(counts[0]), yuan(income), str(counts[1]), yuan(spent)]
