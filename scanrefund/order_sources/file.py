"""The till's CSV file: rows with their lines, and an order from each row or the cause why not."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from scanrefund.errors import Fault, UsageFault, os_cause
from scanrefund.keys import Keys
from scanrefund.model.money import AMOUNT_FEN_MAX, Money
from scanrefund.model.order import Order, OrderState
from scanrefund.model.wallet import Wallet, wallet_of_code

HEADER: Final = ("order_id", "wallet", "wallet_order_id", "amount_fen", "paid_at", "state", "payer_id")
# A shop's year of sales fits; a file beyond it is some other file.
FILE_BYTES_MAX: Final = 256 * 1024 * 1024
# WeChat's openid may have 128 characters (WeChat Pay 4012791911), Alipay's buyer ids are shorter.
PAYER_ID_CHARS_MAX: Final = 128

# Neither wallet took payments by code before 2000: an earlier time is a slip, and some fit no database.
YEAR_MIN: Final = 2000
# A till's clock may be wrong by hours or by its zone, not by more.
PAID_AHEAD_MAX: Final = timedelta(days=1)
# Where the reader puts the cells beyond the header's; no header can hold this name.
_BEYOND: Final = "\x00beyond"

# Both wallets' limits on a merchant's order number (WeChat Pay 4013071036, Alipay trade.refund).
_ORDER_ID: Final = re.compile(r"[A-Za-z0-9_\-|*@]{1,64}")
_WALLET_ORDER_ID: Final = re.compile(r"[A-Za-z0-9_\-]{0,64}")
_FEN: Final = re.compile(r"[0-9]{1,9}")

# States a till may tell. A cancelled or closed sale is kept as paid and cancelled: never refundable again.
_TOLD: Final = {
    "UNPAID": OrderState.UNPAID,
    "PAID": OrderState.PAID,
    "RELEASED": OrderState.RELEASED,
    "CANCELLED": OrderState.CANCELLED,
    "CLOSED": OrderState.CANCELLED,
}


class BadRow(Exception):
    """A row that says something impossible; the fault names it."""

    def __init__(self, code: str, **details: object) -> None:
        super().__init__(code)
        self.fault = Fault(code, **details)


def order_of(row: dict[str, str], keys: Keys, now: datetime) -> Order:
    """The order a row tells of. Raises BadRow with the first thing that is wrong."""
    if _BEYOND in row:
        raise BadRow("row_cells_too_many")
    for name, value in row.items():
        if name != "order_id" and "\x00" in value:
            raise BadRow("row_zero_byte", column=name)
    state = _state(row["state"])
    paid_at = _time(row["paid_at"], now)
    if paid_at is None and state in (OrderState.PAID, OrderState.RELEASED):
        raise BadRow("row_paid_at_missing", state=state.value)
    cancelled = state is OrderState.CANCELLED
    return Order(
        order_id=_order_id(row["order_id"]),
        wallet=_wallet(row["wallet"]),
        wallet_order_id=_matching(row["wallet_order_id"], _WALLET_ORDER_ID, "row_wallet_order_id_wrong"),
        amount=_amount(row["amount_fen"]),
        paid_at=paid_at,
        state=state,
        payer_fingerprint=keys.payer(_payer(row["payer_id"])),
        cancelled_at=now if cancelled else None,
        cancelled_why=row["state"].strip().upper() if cancelled else "",
        extra={name: value for name, value in row.items() if name not in HEADER and value},
    )


def rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Every row with the line it ends in (the header is 1). Raises UsageFault for what is no such file."""
    try:
        if not path.is_file() and path.exists():
            raise UsageFault("orders_file_not_a_file", path=path)
        if path.stat().st_size > FILE_BYTES_MAX:
            raise UsageFault("orders_file_too_large", path=path, limit_mb=FILE_BYTES_MAX // 1024**2)
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from _table(path, csv.DictReader(file, strict=True, restval="", restkey=_BEYOND))
    except FileNotFoundError as error:
        raise UsageFault("orders_file_missing", path=path) from error
    except OSError as error:
        raise UsageFault("orders_file_unreadable", path=path, cause=os_cause(error)) from error
    except UnicodeDecodeError as error:
        raise UsageFault("orders_file_not_utf8", path=path, line=_line_not_utf8(path)) from error


def _table(path: Path, reader: csv.DictReader[str]) -> Iterator[tuple[int, dict[str, str]]]:
    last = 0
    try:
        _refuse_columns(path, list(reader.fieldnames or ()))
        last = reader.line_num
        for row in reader:
            last = reader.line_num
            yield last, {name: _cell(value) for name, value in row.items() if name}
    except csv.Error as error:
        # The reader may have run on to the end of the file: what it fell over began after the last row.
        raise UsageFault("orders_file_not_csv", path=path, line=last + 1) from error


def _refuse_columns(path: Path, named: list[str]) -> None:
    missing = [name for name in HEADER if name not in named]
    if missing:
        raise UsageFault("orders_file_lacks_columns", path=path, missing=", ".join(missing))
    twice = [name for name in HEADER if named.count(name) > 1]
    if twice:
        raise UsageFault("orders_file_columns_twice", path=path, twice=", ".join(twice))


def _line_not_utf8(path: Path) -> int:
    """The first line that is not UTF-8; 1 when the file has changed meanwhile."""
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode()
            except UnicodeDecodeError:
                return number
    return 1


def _cell(value: str | list[str]) -> str:
    return value.strip() if isinstance(value, str) else ""


def _matching(text: str, pattern: re.Pattern[str], code: str) -> str:
    if not pattern.fullmatch(text):
        raise BadRow(code, text=text[:80])
    return text


def _order_id(text: str) -> str:
    """Digits with the form of a payment code would be masked wherever the order is shown."""
    if wallet_of_code(text):
        raise BadRow("row_order_id_is_code")
    return _matching(text, _ORDER_ID, "row_order_id_wrong")


def is_order_id(text: str) -> bool:
    """Whether an order can have this number: both wallets take it, and it is no payment code."""
    return not wallet_of_code(text) and _ORDER_ID.fullmatch(text) is not None


def _payer(text: str) -> str:
    if len(text) > PAYER_ID_CHARS_MAX:
        raise BadRow("row_payer_id_too_long", limit_chars=PAYER_ID_CHARS_MAX)
    return text


def _wallet(text: str) -> Wallet:
    try:
        return Wallet(text.lower())
    except ValueError:
        raise BadRow("row_wallet_unknown", text=text[:40], known=", ".join(Wallet)) from None


def _state(text: str) -> OrderState:
    state = _TOLD.get(text.upper())
    if state is None:
        raise BadRow("row_state_unknown", text=text[:40], known=", ".join(_TOLD))
    return state


def _amount(text: str) -> Money:
    if not _FEN.fullmatch(text) or not 0 < int(text) <= AMOUNT_FEN_MAX:
        raise BadRow("row_amount_wrong", text=text[:40])
    return Money(int(text))


def _time(text: str, now: datetime) -> datetime | None:
    if not text:
        return None
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise BadRow("row_time_wrong", text=text[:40]) from None
    if time.tzinfo is None:
        raise BadRow("row_time_without_zone", text=text[:40])
    # Years first: near both ends of the calendar a comparison across zones overflows.
    if not YEAR_MIN <= time.year <= now.year + 1 or time > now + PAID_AHEAD_MAX:
        raise BadRow("row_time_impossible", text=text[:40])
    return time
