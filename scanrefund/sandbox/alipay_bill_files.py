"""Alipay's bill files: GBK tables between comment lines, two of them in a zip.

Source: what Alipay's bill centre delivers. Texts end with a TAB, so that Excel leaves long numbers alone;
refunds are rows of their own with negative amounts and the refund's number.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from scanrefund.sandbox.alipay_answers import logon_id
from scanrefund.sandbox.alipay_asked import yuan
from scanrefund.sandbox.business import BEIJING, Order, Refund, wall_clock

ENCODING: Final = "gbk"
_TRADE_COLUMNS: Final = (
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,"
    "订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,"
    "券名称,商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注"
)
_TRADE_SUMMARY_COLUMNS: Final = (
    "门店编号,门店名称,交易订单总笔数,退款订单总笔数,订单金额（元）,商家实收（元）,支付宝优惠（元）,商家优惠（元）,"
    "卡消费金额（元）,服务费（元）,分润（元）,实收净额（元）"
)
_ACCOUNT_COLUMNS: Final = (
    "账务流水号,业务流水号,商户订单号,商品名称,发生时间,对方账号,收入金额（+元）,支出金额（-元）,账户余额（元）,"
    "交易渠道,业务类型,备注"
)
_ACCOUNT_SUMMARY_COLUMNS: Final = "业务类型,收入笔数,收入金额（+元）,支出笔数,支出金额（-元）,总金额（元）"
_RULE: Final = "-" * 40
_GOODS: Final = "演练 REHEARSAL"


@dataclass(frozen=True, slots=True)
class Period:
    """A day or a month in Beijing; `end` is where the next begins."""

    start: datetime
    end: datetime

    @property
    def name(self) -> str:
        """`yyyymmdd` or `yyyymm`, as file names have it."""
        is_day = (self.end - self.start).days == 1
        return self.start.strftime("%Y%m%d" if is_day else "%Y%m")

    @property
    def seconds(self) -> tuple[float, float]:
        return self.start.timestamp(), self.end.timestamp()


@dataclass(frozen=True, slots=True)
class Statement:
    """What happened on one account in one period. `opening_fen` is its balance before."""

    account: str
    period: Period
    orders: Sequence[Order]
    refunds: Sequence[tuple[Order, Refund]]
    opening_fen: int
    exported_at: float


def trade_files(statement: Statement) -> dict[str, str]:
    """The business bill: every payment and every refund, and their sums."""
    paid = sum(order.amount_fen for order in statement.orders)
    returned = -sum(refund.amount_fen for _, refund in statement.refunds)
    rows = [_payment(order) for order in statement.orders]
    rows += [_return(order, refund) for order, refund in statement.refunds]
    counts = f"{len(statement.orders)},{len(statement.refunds)}"
    sums = f"{yuan(paid)},{yuan(paid)},0.00,0.00,0.00,0.00,0.00,{yuan(paid + returned)}"
    footer = [
        f"#交易合计：{len(statement.orders)}笔，商家实收共{yuan(paid)}元，商家优惠共0.00元",
        f"#退款合计：{len(statement.refunds)}笔，商家实收退款共{yuan(returned)}元，商家优惠退款共0.00元",
    ]
    return {
        "业务明细": _table(statement, "业务明细", _TRADE_COLUMNS, rows, footer),
        "业务明细(汇总)": _table(
            statement, "业务汇总", _TRADE_SUMMARY_COLUMNS, [f"合计\t,\t,{counts},{sums}"], []
        ),
    }


def account_files(statement: Statement) -> dict[str, str]:
    """The account bill: every movement with the balance after it, and their sums."""
    income = [(order.paid_at or 0.0, order, order.amount_fen, "") for order in statement.orders]
    spent = [
        (refund.settled_at or 0.0, order, -refund.amount_fen, refund.refund_id)
        for order, refund in statement.refunds
    ]
    rows, balance_fen = [], statement.opening_fen
    for at, order, fen, note in sorted(income + spent, key=lambda movement: movement[0]):
        balance_fen += fen
        rows.append(_movement(at, order, fen, balance_fen, note))
    earned_fen, paid_out_fen = (sum(movement[2] for movement in side) for side in (income, spent))
    footer = [
        f"#支出合计：{len(spent)}笔，共{yuan(paid_out_fen)}元",
        f"#收入合计：{len(income)}笔，共{yuan(earned_fen)}元",
    ]
    total = (
        f"合计\t,{len(income)},{yuan(earned_fen)},{len(spent)},{yuan(paid_out_fen)},"
        f"{yuan(earned_fen + paid_out_fen)}"
    )
    return {
        "账务明细": _table(statement, "账务明细", _ACCOUNT_COLUMNS, rows, footer),
        "账务明细(汇总)": _table(statement, "账务汇总", _ACCOUNT_SUMMARY_COLUMNS, [total], []),
    }


FILES: Final[dict[str, Callable[[Statement], dict[str, str]]]] = {
    "trade": trade_files,
    "signcustomer": account_files,
}


def _payment(order: Order) -> str:
    times = (wall_clock(order.created_at), wall_clock(order.paid_at or order.created_at))
    return _trade_row(order, "交易", times, order.amount_fen, "")


def _return(order: Order, refund: Refund) -> str:
    times = (wall_clock(refund.created_at), wall_clock(refund.settled_at or refund.created_at))
    return _trade_row(order, "退款", times, -refund.amount_fen, refund.refund_id)


def _trade_row(order: Order, kind: str, times: tuple[str, str], fen: int, refund_id: str) -> str:
    texts = [order.wallet_order_id, order.order_id, kind, _GOODS, *times, "", "", "", "", _payer(order)]
    amounts = [yuan(fen), yuan(fen), "0.00", "0.00", "0.00", "0.00", "0.00"]
    cells = [*_padded(texts), *amounts, "\t", "0.00", "0.00", *_padded([refund_id]), "0.00", "0.00", "\t"]
    return ",".join(cells)


def _movement(at: float, order: Order, fen: int, balance_fen: int, refund_id: str) -> str:
    flow = f"{order.wallet_order_id}{refund_id}"
    texts = [flow, order.wallet_order_id, order.order_id, _GOODS, wall_clock(at), _payer(order)]
    amounts = [yuan(max(fen, 0)), yuan(min(fen, 0)), yuan(balance_fen)]
    kind = "交易退款" if refund_id else "在线支付"
    return ",".join([*_padded(texts), *amounts, *_padded(["支付宝", kind, refund_id])])


def _padded(texts: Iterable[str]) -> list[str]:
    return [f"{text}\t" for text in texts]


def _payer(order: Order) -> str:
    return f"*练({logon_id(order)})"


def _table(statement: Statement, title: str, columns: str, rows: Sequence[str], footer: Sequence[str]) -> str:
    start, end = (_in_words(at) for at in statement.period.seconds)
    lines = [
        f"#支付宝{title}查询",
        f"#账号：[{statement.account}]",
        f"#起始日期：[{start}]   终止日期：[{end}]",
        f"#{_RULE}-{title}列表{_RULE}",
        columns,
        *rows,
        f"#{_RULE}-{title}列表结束{_RULE[4:]}",
        *footer,
        f"#导出时间：[{_in_words(statement.exported_at)}]",
    ]
    return "\r\n".join(lines) + "\r\n"


def _in_words(at: float) -> str:
    wall = wall_clock(at)
    return f"{wall[:4]}年{wall[5:7]}月{wall[8:10]}日 {wall[11:]}"


class _GbkName(zipfile.ZipInfo):
    """An entry whose name is GBK without the UTF-8 flag, as the bill centre writes it."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802 - zipfile's own name for it
        return self.filename.encode(ENCODING), self.flag_bits


def zipped(files: dict[str, str], statement: Statement) -> bytes:
    """The files by their bill's name, dated when they were exported."""
    out = io.BytesIO()
    exported = datetime.fromtimestamp(statement.exported_at, BEIJING).timetuple()[:6]
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            entry = _GbkName(f"{statement.account}_{statement.period.name}_{name}.csv", exported)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, text.encode(ENCODING, errors="replace"))
    return out.getvalue()
