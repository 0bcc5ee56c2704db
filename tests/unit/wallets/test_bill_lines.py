"""Bills become lines, whichever header they have; what is broken is refused with its line."""

from __future__ import annotations

import gzip
import zipfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanrefund.errors import UsageFault
from scanrefund.model.bill_line import BillLine, LineKind, LineState
from scanrefund.model.wallet import Wallet
from scanrefund.say.catalogue import LANGUAGES, Catalogue
from scanrefund.wallets.bill_files import BillAccounts, TextHash, of_file, of_text
from scanrefund.wallets.bill_table import BadBill
from tests.tidy.source import ROOT
from tests.unit.aftercare import bills
from tests.unit.aftercare.bills import DAY, Row

ACCOUNTS = BillAccounts(bills.MCHID, bills.SELLER)
ROWS = (
    Row("A1", 1_000, fee="0.06000"),
    Row("A1", 300, "SRT_1", fee="-0.01800"),
    Row("A2", 200, "SRT_2", state="PROCESSING"),
    Row("A3", 100, "SRT_3", state="CHANGE"),
    Row("A4", 50, "SRT_4", state="FAIL"),
)


def read(text: str, day: date = DAY) -> list[BillLine]:
    return list(of_text([text], day, ACCOUNTS, TextHash()).lines)


def told(line: BillLine) -> tuple[str, str, str, int, str]:
    return (line.kind.value, line.order_id, line.refund_id, line.amount_fen, line.state.value)


WECHAT_TOLD = [
    ("SALE", "A1", "", 1_000, "DONE"),
    ("REFUND", "A1", "SRT_1", 300, "DONE"),
    ("REFUND", "A2", "SRT_2", 200, "ON_ITS_WAY"),
    ("REFUND", "A3", "SRT_3", 100, "STUCK"),
    ("REFUND", "A4", "SRT_4", 50, "FAILED"),
]


@pytest.mark.parametrize(
    ("header", "sums"),
    [
        (bills.NEW_ALL, bills.NEW_SUMS),
        (bills.OLD_ALL, bills.OLD_SUMS),
        (bills.OLDEST_ALL, bills.OLD_SUMS),
        (bills.REFUND_ONLY, bills.NEW_SUMS),
    ],
    ids=["new", "old", "oldest", "refunds"],
)
def test_wechats_lines_are_read_under_every_header(header: str, sums: str) -> None:
    lines = read(bills.wechat(ROWS, header, sums))
    assert [told(line) for line in lines] == WECHAT_TOLD
    assert [line.number for line in lines] == [2, 3, 4, 5, 6]
    assert lines[1].wallet_refund_id == "5030SRT_1"
    assert [line.fee_fen_thousandths for line in lines[:2]] == [6_000, -1_800]


def test_a_bill_of_payments_alone_has_no_refunds() -> None:
    sums = "总交易单数,应结订单总金额,手续费总金额,订单总金额"
    content = of_text([bills.wechat(ROWS[:1], bills.SUCCESS_ONLY, sums)], DAY, ACCOUNTS, TextHash())
    assert (content.has_sales, content.has_refunds) == (True, False)
    assert [told(line) for line in content.lines] == WECHAT_TOLD[:1]


def test_the_asked_amount_of_a_refund_counts_and_not_what_coupons_left_of_it() -> None:
    text = bills.wechat(ROWS[:2]).replace("`3.00,`,`,`SUCCESS", "`2.50,`,`,`SUCCESS")
    assert "`2.50" in text
    assert read(text)[1].amount_fen == 300


@pytest.mark.parametrize("header", [bills.ALIPAY, bills.OLD_ALIPAY], ids=["new", "old"])
def test_alipays_lines_are_read_under_every_header(header: str) -> None:
    rows = (Row("A1", 1_000, fee="-0.06"), Row("A1", 300, "SRT_1", fee="0.02"))
    lines = read(bills.alipay(rows, header))
    assert [told(line) for line in lines] == [
        ("SALE", "A1", "", 1_000, "DONE"),
        ("REFUND", "A1", "SRT_1", 300, "DONE"),
    ]
    assert [line.fee_fen_thousandths for line in lines] == [6_000, -2_000]


def test_alipays_detail_is_found_beside_its_sums_whatever_their_order() -> None:
    sums = "#支付宝业务汇总查询\r\n门店编号,门店名称,交易订单总笔数\r\n合计,,1\r\n"
    detail = bills.alipay(ROWS[:1])
    for texts in ([sums, detail], [detail, sums]):
        content = of_text(texts, DAY, ACCOUNTS, TextHash())
        assert (content.wallet, len(list(content.lines))) == (Wallet.ALIPAY, 1)


def test_a_sale_that_was_undone_is_money_that_went_back() -> None:
    text = bills.wechat([Row("A1", 300, "SRT_9")]).replace("`REFUND,", "`REVOKED,")
    [line] = read(text)
    assert (line.kind, line.state) == (LineKind.REFUND, LineState.DONE)


GOOD = bills.wechat(ROWS[:2])
GOOD_ALIPAY = bills.alipay(ROWS[:2])


@pytest.mark.parametrize(
    ("text", "trouble", "line"),
    [
        (GOOD.replace("`3.00", "`3.0O"), "bill_cell_wrong", 3),
        (GOOD.replace("`3.00", "`3,00"), "bill_cell_wrong", 3),
        (GOOD.replace("`CNY", "`HKD", 1), "bill_cell_wrong", 2),
        (GOOD.replace("`REFUND,", "`LATER,"), "bill_cell_wrong", 3),
        (GOOD.replace("`SUCCESS,`茶", "`PERHAPS,`茶"), "bill_cell_wrong", 3),
        (GOOD.replace("`oUser,", ""), "bill_cells_wrong", 2),
        (GOOD.replace("`2\r\n", "").rsplit("总交易单数", 1)[0], "bill_cut", 3),
        (GOOD.rsplit("`2,", 1)[0], "bill_cut", 5),
        (GOOD.replace("\n`2,", "\n`3,"), "bill_sum_wrong", 5),
        ("\r\n".join(GOOD.split("\r\n")[:2] + GOOD.split("\r\n")[3:]), "bill_sum_wrong", 4),
        (GOOD + "`one more", "bill_line_after_end", 6),
        (GOOD.replace("商户订单号", "商户单号"), "bill_lacks_column", 1),
        (GOOD.replace(bills.MCHID, "1900000110"), "bill_of_other_merchant", 2),
        (GOOD.replace("2026-11-23", "2026-11-22"), "bill_of_other_day", 2),
        (GOOD_ALIPAY.split("#-----业务明细列表结束")[0], "bill_cut", 7),
        (GOOD_ALIPAY.replace("退款合计：1", "退款合计：2"), "bill_sum_wrong", 10),
        (GOOD_ALIPAY.replace("退款\t", "转账\t"), "bill_cell_wrong", 7),
        (GOOD_ALIPAY.replace("10.00", "10.005", 1), "bill_cell_wrong", 6),
        (GOOD_ALIPAY.replace(",\t\r\n", "\r\n", 1), "bill_cells_wrong", 6),
        (GOOD_ALIPAY.replace("A1\t", '"A1\t', 1), "bill_line_unreadable", 6),
        (GOOD_ALIPAY.replace(bills.SELLER, "2088000000000002"), "bill_of_other_merchant", 2),
        (GOOD_ALIPAY.replace("11月23日", "11月22日"), "bill_of_other_day", 3),
        (
            GOOD_ALIPAY.replace("终止日期：[2026年11月23日", "终止日期：[2026年11月30日"),
            "bill_of_other_day",
            3,
        ),
        (GOOD_ALIPAY.replace("业务类型", "类型"), "bill_lacks_column", 5),
        ("order_id,kind\nA1,sale\n", "bill_unknown_form", 1),
        ("", "bill_unknown_form", 1),
        ("x" * 30_000, "bill_line_unreadable", 1),
    ],
)
def test_a_broken_bill_is_refused_with_its_line(text: str, trouble: str, line: int) -> None:
    with pytest.raises(BadBill) as caught:
        read(text)
    assert (caught.value.trouble, caught.value.line) == (trouble, line)


@settings(max_examples=200, deadline=None)
@given(
    text=st.sampled_from([GOOD, GOOD_ALIPAY]),
    at=st.integers(0, 2_000),
    cut=st.integers(0, 40),
    put=st.text('`,#\r\n\t"0.-9x\x00合计：笔', max_size=6),
)
def test_whatever_happens_to_a_bill_it_is_read_or_refused(text: str, at: int, cut: int, put: str) -> None:
    broken = text[:at] + put + text[at + cut :]
    lines, line = read_or_refused(broken)
    assert line >= 1 if lines is None else all(one.amount_fen >= 0 and one.order_id for one in lines)


def read_or_refused(text: str) -> tuple[list[BillLine] | None, int]:
    try:
        return read(text), 0
    except BadBill as bad:
        return None, bad.line


def test_every_trouble_has_its_words() -> None:
    source = "".join(path.read_text("utf-8") for path in (ROOT / "scanrefund/wallets").glob("*bill*.py"))
    troubles = {part.split('"')[0] for part in source.split('BadBill("')[1:]}
    assert len(troubles) >= 10
    for language in LANGUAGES:
        texts = Catalogue.load(language).texts
        assert {one for one in troubles if f"trouble.{one}.name" not in texts} == set()


def read_file(path: Path) -> list[BillLine]:
    with of_file(path, DAY, ACCOUNTS, TextHash()) as content:
        return list(content.lines)


def test_a_file_is_read_packed_or_not_in_utf8_or_gbk(tmp_path: Path) -> None:
    plain, packed, zipped, gbk = (tmp_path / name for name in ("a.csv", "a.gz", "a.zip", "b.csv"))
    plain.write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    packed.write_bytes(gzip.compress(GOOD.encode()))
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("sums.csv", "#支付宝业务汇总查询\r\n门店编号,门店名称\r\n".encode("gbk"))
        archive.writestr("detail.csv", GOOD_ALIPAY.encode("gbk"))
    gbk.write_bytes(GOOD_ALIPAY.encode("gbk"))
    assert read_file(plain) == read_file(packed) == read(GOOD)
    assert read_file(zipped) == read_file(gbk) == read(GOOD_ALIPAY)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (GOOD.replace("`3.00", "`x").encode(), "bill_broken"),
        (gzip.compress(GOOD.encode())[:-20], "bill_not_unpacked"),
        (b"PK\x03\x04 no zip", "bill_not_unpacked"),
        (b"\x80" * 50, "bill_not_text"),
        (GOOD.encode().replace(b"oUser", b"\xff\xff"), "bill_not_text"),
        (None, "bill_unreadable"),
    ],
    ids=["cell", "gzip", "zip", "bytes", "byte", "gone"],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None, code: str) -> None:
    path = tmp_path / "bill of monday"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageFault) as caught:
        read_file(path)
    assert (caught.value.code, caught.value.details["file"]) == (code, path.name)
