"""Alipay's business bill (业务明细), line by line, with today's headers or the older ones.

Source: files of Alipay's bill centre. A CSV between comment lines that begin with `#`, cells padded with TABs
or blanks. Refunds are rows of their own with negative amounts, on the bill of the day they moved. The zip
holds a second file with sums only; which is which is told by the header, never by name or order.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import date
from typing import Final

from scanrefund.model.bill_line import BillContent, BillLine, LineKind
from scanrefund.model.wallet import Wallet
from scanrefund.wallets.bill_table import BadBill, Columns, fee_thousandths, fen, number, one_of

FIRST_COLUMN: Final = "支付宝交易号"
COMMENT: Final = "#"
_END: Final = "列表结束"
_DAY: Final = re.compile(r"\[(\d{4})年(\d{2})月(\d{2})日")
_ACCOUNT: Final = re.compile(r"账号：\[(\d+)\]")
_TOTAL: Final = re.compile(r"#(交易|退款)合计：(\d+)笔")
_KINDS: Final = {"交易": LineKind.SALE, "退款": LineKind.REFUND}


def is_header(line: str) -> bool:
    return line.startswith(FIRST_COLUMN)


def content(lines: Iterator[tuple[int, str]], head: list[str], account: str) -> BillContent:
    """The bill whose header comes next; `head` are the comment lines before it.

    `account` is our seller number, empty: any. Raises BadBill.
    """
    at, header = next(lines, (1, ""))
    columns = Columns([_plain(cell) for cell in _cells(header, at)], at)
    return BillContent(
        wallet=Wallet.ALIPAY,
        day=_day(head, account),
        has_sales=True,
        has_refunds=True,
        lines=_Reader(columns).lines(lines),
    )


class _Reader:
    def __init__(self, columns: Columns) -> None:
        self._count = columns.count
        self._wallet_order_id, self._order_id = columns.place(FIRST_COLUMN), columns.place("商户订单号")
        self._kind, self._amount = columns.place("业务类型"), columns.place("订单金额")
        self._refund_id = columns.place("退款批次号/请求号", "退款批次号", "退款请求号")
        self._fee = columns.place_if_there("服务费")

    def lines(self, rest: Iterator[tuple[int, str]]) -> Iterator[BillLine]:
        counted = dict.fromkeys(LineKind, 0)
        ended, at = False, 1
        for at, text in rest:
            if text.startswith(COMMENT):
                ended = ended or _END in text
                _agree(counted, at, text)
            elif text.strip():
                if ended:
                    raise BadBill("bill_line_after_end", at)
                line = self._line(at, text)
                counted[line.kind] += 1
                yield line
        if not ended:
            raise BadBill("bill_cut", at)

    def _line(self, at: int, text: str) -> BillLine:
        cells = _cells(text, at)
        if len(cells) != self._count:
            raise BadBill("bill_cells_wrong", at, f"{len(cells)} / {self._count}")
        kind = LineKind(one_of(cells[self._kind], _KINDS, at, "业务类型"))
        is_refund = kind is LineKind.REFUND
        return BillLine(
            number=at,
            kind=kind,
            order_id=number(cells[self._order_id], at, "商户订单号"),
            wallet_order_id=number(cells[self._wallet_order_id], at, FIRST_COLUMN),
            amount_fen=abs(fen(cells[self._amount], at, "订单金额")),
            refund_id=number(cells[self._refund_id], at, "退款批次号/请求号", may_be_empty=True)
            if is_refund
            else "",
            fee_fen_thousandths=self._fee_of(at, cells),
        )

    def _fee_of(self, at: int, cells: list[str]) -> int:
        """Alipay tells as negative what it took."""
        return 0 if self._fee is None else -fee_thousandths(cells[self._fee], at, "服务费")


def _agree(counted: dict[LineKind, int], at: int, text: str) -> None:
    """A closing line with a count must tell what was read. Raises BadBill."""
    told = _TOTAL.match(text)
    if told and int(told[2]) != counted[_KINDS[told[1]]]:
        raise BadBill("bill_sum_wrong", at, f"{told[2]} / {counted[_KINDS[told[1]]]}")


def _day(head: list[str], account: str) -> date | None:
    """The one day the file is of, by its comment lines. Raises BadBill for another account or a month."""
    for at, text in enumerate(head, 1):
        owner = _ACCOUNT.search(text)
        # Alipay writes four digits of its own behind a seller's number.
        if owner and account and not owner[1].startswith(account):
            raise BadBill("bill_of_other_merchant", at, owner[1])
        days = _DAY.findall(text)
        if days and "起始" in text:
            return _first_of(days, at)
    return None


def _first_of(days: list[tuple[str, str, str]], at: int) -> date:
    try:
        found = [date(int(year), int(month), int(day)) for year, month, day in days]
    except ValueError:
        raise BadBill("bill_cell_wrong", at, f"起始日期: {'-'.join(days[0])}") from None
    if (found[-1] - found[0]).days > 1:
        raise BadBill("bill_of_other_day", at, f"{found[0]} – {found[-1]}")
    return found[0]


def _cells(text: str, at: int) -> list[str]:
    try:
        [cells] = csv.reader([text], strict=True)
    except (csv.Error, ValueError):
        raise BadBill("bill_line_unreadable", at) from None
    return [cell.strip() for cell in cells]


def _plain(name: str) -> str:
    """`订单金额（元）` and `订单金额(元)` are the same column."""
    return re.sub(r"[（(][+\-]?元[）)]$", "", name)
