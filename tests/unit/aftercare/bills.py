"""Made bills of both wallets, as text, with today's headers and the older ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

DAY = date(2026, 11, 23)
MCHID = "1900000109"
SELLER = "2088000000000001"

_HEAD = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,"
    "交易类型,交易状态,付款银行,货币种类"
)
_BACK = "微信退款单号,商户退款单号,退款金额"
_GOODS = "商品名称,商户数据包,手续费,费率"
NEW_ALL = (
    f"{_HEAD},应结订单金额,代金券金额,{_BACK},充值券退款金额,退款类型,退款状态,"
    f"{_GOODS},订单金额,申请退款金额,费率备注"
)
NEW_SUMS = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
OLD_ALL = f"{_HEAD},总金额,代金券或立减优惠金额,{_BACK},代金券或立减优惠退款金额,退款类型,退款状态,{_GOODS}"
OLDEST_ALL = OLD_ALL.replace("代金券或立减优惠", "企业红包")
OLD_SUMS = "总交易单数,总交易额,总退款金额,总代金券或立减优惠退款金额,手续费总金额"
REFUND_ONLY = NEW_ALL.replace(_BACK, f"退款申请时间,退款成功时间,{_BACK}")
SUCCESS_ONLY = f"{_HEAD},应结订单金额,代金券金额,{_GOODS},订单金额,费率备注"
ALIPAY = (
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,"
    "订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,"
    "券名称,商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注"
)
OLD_ALIPAY = (
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,"
    "订单金额(元),商家实收(元),支付宝红包(元),集分宝(元),支付宝优惠(元),商家优惠(元),券核销金额(元),"
    "券名称,商家红包消费金额(元),卡消费金额(元),退款批次号,服务费(元),分润(元),备注"
)


@dataclass(frozen=True)
class Row:
    """One line to be: a sale, or with a refund number a refund. `fee` is in yuan, as it is written."""

    order_id: str
    fen: int
    refund_id: str = ""
    state: str = "SUCCESS"
    fee: str = "0.00000"
    wallet_order_id: str = "4200001234202611220000000001"

    @property
    def is_refund(self) -> bool:
        return bool(self.refund_id)


def yuan(fen: int) -> str:
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def wechat(
    rows: Sequence[Row], header: str = NEW_ALL, sums: str = NEW_SUMS, day: date = DAY, mchid: str = MCHID
) -> str:
    """A trade bill; every cell of the header is filled by its name."""
    lines = [header, *(_wechat_line(row, header, day, mchid) for row in rows)]
    back = sum(row.fen for row in rows if row.is_refund)
    paid = sum(row.fen for row in rows if not row.is_refund)
    told = {"总交易单数": str(len(rows)), "手续费总金额": "0.00000"}
    told |= dict.fromkeys(("退款总金额", "总退款金额", "申请退款总金额"), yuan(back))
    told |= dict.fromkeys(("应结订单总金额", "总交易额", "订单总金额"), yuan(paid))
    lines += [sums, ",".join(f"`{told.get(name, '0.00')}" for name in sums.split(","))]
    return "".join(f"{line}\r\n" for line in lines)


def _wechat_line(row: Row, header: str, day: date, mchid: str) -> str:
    paid, back = ("0.00", yuan(row.fen)) if row.is_refund else (yuan(row.fen), "0.00")
    told = {
        "交易时间": f"{day} 13:51:31",
        "商户号": mchid,
        "特约商户号": "0",
        "微信订单号": row.wallet_order_id,
        "商户订单号": row.order_id,
        "用户标识": "oUser",
        "交易状态": "REFUND" if row.is_refund else "SUCCESS",
        "货币种类": "CNY",
        "微信退款单号": f"5030{row.refund_id[-8:]}" if row.is_refund else "0",
        "商户退款单号": row.refund_id or "0",
        "退款状态": row.state if row.is_refund else "",
        "商品名称": "茶\\ 两杯, 少冰",
        "手续费": row.fee,
        "费率": "0.60%",
    }
    told |= dict.fromkeys(("应结订单金额", "订单金额", "总金额"), paid)
    told |= dict.fromkeys(("退款金额", "申请退款金额"), back)
    return ",".join(f"`{told.get(name, '')}" for name in header.split(","))


def alipay(rows: Sequence[Row], header: str = ALIPAY, day: date = DAY, seller: str = SELLER) -> str:
    """A business bill with its comment lines."""
    sales = [row for row in rows if not row.is_refund]
    span = f"{day:%Y年%m月%d日} 00:00:00"
    head = [
        "#支付宝业务明细查询",
        f"#账号：[{seller}0156]",
        f"#起始日期：[{span}]   终止日期：[{span}]",
        "#-----业务明细列表-----",
    ]
    foot = [
        "#-----业务明细列表结束-----",
        f"#交易合计：{len(sales)}笔，商家实收共0.00元，商家优惠共0.00元",
        f"#退款合计：{len(rows) - len(sales)}笔，商家实收退款共-0.00元，商家优惠退款共0.00元",
        "#导出时间：[2026年11月24日 10:00:00]",
    ]
    lines = [*head, header, *(_alipay_line(row, header) for row in rows), *foot]
    return "".join(f"{line}\r\n" for line in lines)


def _alipay_line(row: Row, header: str) -> str:
    amount = yuan(-row.fen if row.is_refund else row.fen)
    plain = header.replace("(元)", "（元）").split(",")
    told = {
        "支付宝交易号": f"{row.wallet_order_id}\t",
        "商户订单号": f"{row.order_id}\t",
        "业务类型": "退款\t" if row.is_refund else "交易\t",
        "完成时间": f"{DAY} 13:51:31",
        "订单金额（元）": amount,
        "商家实收（元）": amount,
        "退款批次号/请求号": f"{row.refund_id}\t",
        "退款批次号": f"{row.refund_id}\t",
        "服务费（元）": row.fee.rstrip("0").rstrip(".") or "0",
    }
    return ",".join(told.get(name, "\t") for name in plain)
