"""The payments of a wallet's bill as rows of orders, from the file the wallet's site lets a shop download.

Source: WeChat Pay's trade bill (each value behind a backtick) and Alipay's business bill (GBK, a tab behind
each text). Refunds are left out: a bill tells what was paid, and our own refunds are in the books. Older
headers name the order's amount otherwise.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from scanrefund.errors import UsageFault, os_cause
from scanrefund.model.money import Money, NotMoney
from scanrefund.model.wallet import Wallet
from scanrefund.order_sources.file import FILE_BYTES_MAX, HEADER, BadRow
from scanrefund.order_sources.told import Row


@dataclass(frozen=True, slots=True)
class _Columns:
    """How one wallet names what an order needs. `kind` says what a line is, and which are payments."""

    wallet: Wallet
    order_id: str
    wallet_order_id: str
    paid_at: str
    amounts: tuple[str, ...]
    kind: str
    payments: tuple[str, ...]
    payer: str = ""


_WECHAT: Final = _Columns(
    Wallet.WECHAT,
    order_id="商户订单号",
    wallet_order_id="微信订单号",
    paid_at="交易时间",
    amounts=("订单金额", "应结订单金额", "总金额"),
    kind="交易状态",
    payments=("SUCCESS",),
    payer="用户标识",
)
_ALIPAY: Final = _Columns(
    Wallet.ALIPAY,
    order_id="商户订单号",
    wallet_order_id="支付宝交易号",
    paid_at="完成时间",
    amounts=("订单金额（元）", "订单金额(元)"),
    kind="业务类型",
    payments=("交易",),
)
_BILLS: Final = (_WECHAT, _ALIPAY)


def bill_rows(path: Path) -> Iterator[tuple[int, Row]]:
    """Every payment with its line. Raises UsageFault for a file that is no bill of either wallet."""
    found: tuple[_Columns, Sequence[str]] | None = None
    for number, cells in _lines(path):
        if found is None:
            columns = next((one for one in _BILLS if {one.order_id, one.wallet_order_id} <= {*cells}), None)
            found = (columns, cells) if columns else None
        elif len(cells) < len(found[1]) or cells[0].startswith("#"):
            # Behind the payments stand the sums, under a header of their own.
            break
        else:
            columns, header = found
            line = dict(zip(header, cells, strict=False))
            if line.get(columns.kind) in columns.payments:
                yield number, _row(columns, line)
    if found is None:
        raise UsageFault("orders_file_no_bill", path=path)


def _row(columns: _Columns, line: Mapping[str, str]) -> Row:
    told = next((line[name] for name in columns.amounts if line.get(name)), "")
    try:
        amount = Money.from_yuan(told)
    except NotMoney:
        return BadRow("row_amount_wrong", text=told[:40])
    row = dict.fromkeys(HEADER, "")
    return row | {
        "order_id": line[columns.order_id],
        "wallet": columns.wallet.value,
        "wallet_order_id": line[columns.wallet_order_id],
        "amount_fen": str(amount.fen),
        # Both wallets' bills are on Beijing's clock.
        "paid_at": f"{line[columns.paid_at]}+08:00",
        "state": "PAID",
        "payer_id": line.get(columns.payer, ""),
    }


def _lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The lines of a bill as cells, without what the wallets put around them."""
    try:
        if path.stat().st_size > FILE_BYTES_MAX:
            raise UsageFault("orders_file_too_large", path=path, limit_mb=FILE_BYTES_MAX // 1024**2)
        with path.open(encoding=_coding(path), newline="") as file:
            for number, line in enumerate(file, start=1):
                yield number, _cells(line.rstrip("\r\n"))
    except FileNotFoundError as error:
        raise UsageFault("orders_file_missing", path=path) from error
    except OSError as error:
        raise UsageFault("orders_file_unreadable", path=path, cause=os_cause(error)) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise UsageFault("orders_file_no_bill", path=path) from error


def _coding(path: Path) -> str:
    """Alipay writes GBK; whoever opened a bill in a sheet may have saved it as UTF-8."""
    with path.open("rb") as file:
        head = file.read(65_536)
    try:
        head[: head.rfind(b"\n") + 1].decode("utf-8")
    except UnicodeDecodeError:
        return "gbk"
    return "utf-8-sig"


def _cells(line: str) -> list[str]:
    """WeChat's values may hold commas, and only the backtick tells where one begins."""
    if line.startswith("`"):
        return [cell.strip() for cell in line[1:].split(",`")]
    return [cell.strip() for cell in next(csv.reader([line]), [])]
