"""WeChat Pay's trade bill, line by line, of all three kinds, with today's headers or the older ones.

Source: merchant documents on the format of trade bills (2024-11), and bills that people published. Header
lines are plain, every value stands behind a backtick; there are no quotes, but a backtick after a comma
only ever begins a value. A refund is on the bill of the day it was asked for, and its state is never told
anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from scanrefund.model.bill_line import BillContent, BillLine, LineKind, LineState
from scanrefund.model.money import Money
from scanrefund.model.wallet import Wallet
from scanrefund.wallets.bill_table import BadBill, Columns, count, fee_thousandths, fen, number, one_of

FIRST_COLUMN: Final = "交易时间"
SUMMARY_COLUMN: Final = "总交易单数"
NO_REFUND: Final = "0"
# The bill's words for a refund's state are others than the API's.
STATES: Final = {
    "SUCCESS": LineState.DONE,
    "PROCESSING": LineState.ON_ITS_WAY,
    "CHANGE": LineState.STUCK,
    "FAIL": LineState.FAILED,
}
_SALE: Final = "SUCCESS"
# REVOKED is a sale taken back by the payment call's own undo: money that went back like a refund.
_KINDS: Final = {_SALE: LineKind.SALE, "REFUND": LineKind.REFUND, "REVOKED": LineKind.REFUND}
_SUMS_BACK: Final = ("申请退款总金额", "退款总金额", "总退款金额")


@dataclass(slots=True)
class _Counted:
    """What was read, for the bill's own summary to agree with."""

    lines: int = 0
    back_fen: int = 0
    failed_fen: int = 0


def is_header(line: str) -> bool:
    return line.startswith(f"{FIRST_COLUMN},")


def content(lines: Iterator[tuple[int, str]], day: date, account: str) -> BillContent:
    """The bill whose header comes next. `account` is our mchid, empty: any. Raises BadBill."""
    at, header = next(lines, (1, ""))
    columns = Columns([cell.strip() for cell in header.split(",")], at)
    reader = _Reader(columns, day, account)
    is_refund_bill = columns.has("退款申请时间")
    return BillContent(
        wallet=Wallet.WECHAT,
        day=None,
        has_sales=not is_refund_bill,
        has_refunds=columns.has("商户退款单号"),
        lines=reader.lines(lines),
    )


class _Reader:
    def __init__(self, columns: Columns, day: date, account: str) -> None:
        self._count = columns.count
        self._day, self._account = day.isoformat(), account
        self._at, self._mchid = columns.place(FIRST_COLUMN), columns.place("商户号")
        self._wallet_order_id, self._order_id = columns.place("微信订单号"), columns.place("商户订单号")
        self._state, self._currency = columns.place("交易状态"), columns.place_if_there("货币种类")
        # `总金额` is the older bills' word for what was asked of the customer.
        self._amount = columns.place("订单金额", "总金额")
        self._fee = columns.place_if_there("手续费")
        self._refund_id = columns.place_if_there("商户退款单号")
        self._wallet_refund_id = columns.place_if_there("微信退款单号")
        # What was asked for; `退款金额` is less by what coupons paid, and all that older bills have.
        self._back = columns.place_if_there("申请退款金额", "退款金额")
        self._refund_state = columns.place_if_there("退款状态")

    def lines(self, rest: Iterator[tuple[int, str]]) -> Iterator[BillLine]:
        counted = _Counted()
        at = 1
        for at, text in rest:
            if text.startswith(SUMMARY_COLUMN):
                _agree(counted, text, next(rest, (at + 1, "")))
                _refuse_more(rest)
                return
            if not text:
                continue
            line = self._line(at, text)
            counted.lines += 1
            if line.kind is LineKind.REFUND:
                counted.back_fen += line.amount_fen
                counted.failed_fen += line.amount_fen if line.state is LineState.FAILED else 0
            yield line
        raise BadBill("bill_cut", at)

    def _line(self, at: int, text: str) -> BillLine:
        cells = _cells(text)
        if len(cells) != self._count:
            raise BadBill("bill_cells_wrong", at, f"{len(cells)} / {self._count}")
        if self._account and cells[self._mchid] != self._account:
            raise BadBill("bill_of_other_merchant", at, cells[self._mchid])
        if self._currency is not None and cells[self._currency] != "CNY":
            raise BadBill("bill_cell_wrong", at, f"货币种类: {cells[self._currency]}")
        kind = LineKind(one_of(cells[self._state], _KINDS, at, "交易状态"))
        return self._sale(at, cells) if kind is LineKind.SALE else self._refund(at, cells)

    def _sale(self, at: int, cells: list[str]) -> BillLine:
        # Only a sale's time can be relied on: in older bills a refund shows when its sale was paid.
        if not cells[self._at].startswith(self._day):
            raise BadBill("bill_of_other_day", at, cells[self._at])
        return BillLine(
            number=at,
            kind=LineKind.SALE,
            order_id=number(cells[self._order_id], at, "商户订单号"),
            wallet_order_id=number(cells[self._wallet_order_id], at, "微信订单号"),
            amount_fen=abs(fen(cells[self._amount], at, "订单金额")),
            fee_fen_thousandths=self._fee_of(at, cells),
        )

    def _refund(self, at: int, cells: list[str]) -> BillLine:
        if self._refund_id is None or self._back is None:
            raise BadBill("bill_lacks_column", at, "商户退款单号")
        refund_id = cells[self._refund_id]
        return BillLine(
            number=at,
            kind=LineKind.REFUND,
            order_id=number(cells[self._order_id], at, "商户订单号"),
            wallet_order_id=number(cells[self._wallet_order_id], at, "微信订单号"),
            amount_fen=abs(fen(cells[self._back], at, "退款金额")),
            refund_id=number(
                "" if refund_id == NO_REFUND else refund_id, at, "商户退款单号", may_be_empty=True
            ),
            wallet_refund_id=self._wallet_refund(at, cells),
            state=self._standing(at, cells),
            fee_fen_thousandths=self._fee_of(at, cells),
        )

    def _wallet_refund(self, at: int, cells: list[str]) -> str:
        if self._wallet_refund_id is None:
            return ""
        return number(cells[self._wallet_refund_id], at, "微信退款单号", may_be_empty=True)

    def _standing(self, at: int, cells: list[str]) -> LineState:
        """A sale that was undone has no state of its own: it is done."""
        if self._refund_state is None or (cells[self._state] == "REVOKED" and not cells[self._refund_state]):
            return LineState.DONE
        return LineState(one_of(cells[self._refund_state], STATES, at, "退款状态"))

    def _fee_of(self, at: int, cells: list[str]) -> int:
        return 0 if self._fee is None else fee_thousandths(cells[self._fee], at, "手续费")


def _cells(text: str) -> list[str]:
    """Values stand behind backticks; a comma within one is followed by something else."""
    if text.startswith("`"):
        return [cell.strip() for cell in text[1:].split(",`")]
    return [cell.strip() for cell in text.split(",")]


def _refuse_more(rest: Iterator[tuple[int, str]]) -> None:
    for at, text in rest:
        if text:
            raise BadBill("bill_line_after_end", at)


def _agree(counted: _Counted, header: str, values: tuple[int, str]) -> None:
    """The summary must tell what was read. Raises BadBill: part of the bill is missing, or was changed."""
    at, text = values
    names, cells = header.split(","), _cells(text)
    if not text or len(cells) != len(names):
        raise BadBill("bill_cut", at)
    told = dict(zip((name.strip() for name in names), cells, strict=True))
    if count(told[SUMMARY_COLUMN], at, SUMMARY_COLUMN) != counted.lines:
        raise BadBill("bill_sum_wrong", at, f"{told[SUMMARY_COLUMN]} / {counted.lines}")
    name = next((one for one in _SUMS_BACK if one in told), None)
    # No document says whether what failed is in the sum.
    good = {counted.back_fen, counted.back_fen - counted.failed_fen}
    # A sum may be far above what one order may cost, and is written like a fee: more digits, decimals.
    if name and abs(fee_thousandths(told[name], at, name)) // 1_000 not in good:
        found = Money(counted.back_fen).yuan()
        raise BadBill("bill_sum_wrong", at, f"{told[name]} / {found}")
