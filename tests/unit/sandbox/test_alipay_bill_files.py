"""What stands in an Alipay bill, byte by byte."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime

import pytest

from scanrefund.sandbox.alipay_bill_files import FILES, Period, Statement, zipped
from scanrefund.sandbox.alipay_refunds import executed
from scanrefund.sandbox.business import BEIJING, Order

ACCOUNT = "20880000000000010156"
START = datetime(2026, 11, 20, tzinfo=BEIJING)
NOON = START.timestamp() + 12 * 3600


def order(number: int, fen: int) -> Order:
    theirs = f"20261120220010000000000000{number:02d}"
    return Order("alipay", f"A{number}", theirs, "2088000000001234", fen, "paid", NOON + number, NOON)


@pytest.fixture
def statement() -> Statement:
    first, second = order(1, 1000), order(2, 250)
    refund = executed(NOON + 60, first, "Q1", 300)
    period = Period(START, START.replace(day=21))
    return Statement(ACCOUNT, period, [first, second], [(first, refund)], 5000, NOON + 86_400)


def lines(text: str) -> list[str]:
    assert text.endswith("\r\n")
    return text.split("\r\n")[:-1]


def test_the_trade_bill_has_four_comment_lines_a_header_rows_and_sums(statement: Statement) -> None:
    told = lines(FILES["trade"](statement)["业务明细"])
    assert told[:3] == [
        "#支付宝业务明细查询",
        f"#账号：[{ACCOUNT}]",
        "#起始日期：[2026年11月20日 00:00:00]   终止日期：[2026年11月21日 00:00:00]",
    ]
    assert told[3].strip("#-") == "业务明细列表"
    assert told[4].split(",")[:3] == ["支付宝交易号", "商户订单号", "业务类型"]
    assert len(told[4].split(",")) == 25
    assert told[8].strip("#-") == "业务明细列表结束"
    assert told[9:] == [
        "#交易合计：2笔，商家实收共12.50元，商家优惠共0.00元",
        "#退款合计：1笔，商家实收退款共-3.00元，商家优惠退款共0.00元",
        "#导出时间：[2026年11月21日 12:00:00]",
    ]


def test_a_refund_is_a_row_of_its_own_with_its_number_and_a_negative_amount(statement: Statement) -> None:
    told = lines(FILES["trade"](statement)["业务明细"])
    columns = told[4].split(",")
    paid, _, returned = (dict(zip(columns, row.split(","), strict=True)) for row in told[5:8])
    assert paid["支付宝交易号"] == "2026112022001000000000000001\t"
    assert (paid["业务类型"], paid["商家实收（元）"], paid["退款批次号/请求号"]) == ("交易\t", "10.00", "\t")
    assert (returned["支付宝交易号"], returned["商户订单号"]) == (paid["支付宝交易号"], "A1\t")
    assert (returned["业务类型"], returned["订单金额（元）"]) == ("退款\t", "-3.00")
    assert (returned["退款批次号/请求号"], returned["完成时间"]) == ("Q1\t", "2026-11-20 12:01:00\t")


def test_the_summary_counts_and_sums(statement: Statement) -> None:
    told = lines(FILES["trade"](statement)["业务明细(汇总)"])
    row = dict(zip(told[4].split(","), told[5].split(","), strict=True))
    assert len(row) == 12
    assert (row["门店编号"], row["交易订单总笔数"], row["退款订单总笔数"]) == ("合计\t", "2", "1")
    assert (row["订单金额（元）"], row["实收净额（元）"]) == ("12.50", "9.50")


def test_the_account_bill_tells_the_balance_after_each_movement(statement: Statement) -> None:
    told = lines(FILES["signcustomer"](statement)["账务明细"])
    columns = told[4].split(",")
    assert len(columns) == 12
    rows = [dict(zip(columns, row.split(","), strict=True)) for row in told[5:8]]
    assert [row["账户余额（元）"] for row in rows] == ["60.00", "62.50", "59.50"]
    assert (rows[2]["支出金额（-元）"], rows[2]["收入金额（+元）"]) == ("-3.00", "0.00")


@pytest.mark.parametrize("bill_type", FILES)
def test_names_and_texts_are_gbk_without_the_utf8_flag(statement: Statement, bill_type: str) -> None:
    files = FILES[bill_type](statement)
    archive = zipfile.ZipFile(io.BytesIO(zipped(files, statement)))
    for entry, (name, text) in zip(archive.infolist(), files.items(), strict=True):
        assert entry.flag_bits & 0x800 == 0
        assert entry.orig_filename.encode("cp437").decode("gbk") == f"{ACCOUNT}_20261120_{name}.csv"
        assert archive.read(entry).decode("gb18030") == text
