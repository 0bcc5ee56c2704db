"""What the till says of a day: a CSV with the sales and the refunds it knows, in its own words' order."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from scanrefund.errors import UsageFault, os_cause
from scanrefund.model.bill_line import LineKind
from scanrefund.model.money import AMOUNT_FEN_MAX

COLUMNS: Final = ("order_id", "kind", "amount_fen")
_KINDS: Final = {"sale": LineKind.SALE, "refund": LineKind.REFUND}
_FEN: Final = re.compile(r"[0-9]{1,9}")
_ORDER_ID: Final = re.compile(r"[A-Za-z0-9_\-|*@]{1,64}")
_SHOWN_CHARS_MAX: Final = 40


@dataclass(frozen=True, slots=True)
class TillLine:
    """One sale or refund as the till tells it. A till knows no refund numbers: it is compared by order."""

    number: int
    kind: LineKind
    order_id: str
    amount_fen: int


def till_lines(path: Path) -> Iterator[TillLine]:
    """The lines of a till's export, UTF-8 with a header. Raises UsageFault with file, line and cause."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True, restval="")
            missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                raise UsageFault("till_lacks_columns", file=path.name, missing=", ".join(missing))
            for row in reader:
                yield _line(path, reader.line_num, row)
    except UnicodeDecodeError as error:
        raise UsageFault("bill_not_text", file=path.name) from error
    except csv.Error as error:
        raise UsageFault("till_not_csv", file=path.name) from error
    except OSError as error:
        raise UsageFault("bill_unreadable", file=path.name, cause=os_cause(error)) from error


def _line(path: Path, number: int, row: dict[str, str]) -> TillLine:
    order_id, kind, amount = (row[name].strip() for name in COLUMNS)
    good = {
        "order_id": bool(_ORDER_ID.fullmatch(order_id)),
        "kind": kind.lower() in _KINDS,
        "amount_fen": bool(_FEN.fullmatch(amount)) and int(amount) <= AMOUNT_FEN_MAX,
    }
    wrong = next((name for name, is_good in good.items() if not is_good), None)
    if wrong is not None:
        text = f"{wrong}: {row[wrong].strip()[:_SHOWN_CHARS_MAX]}"
        raise UsageFault("bill_broken", file=path.name, line=number, trouble="bill_cell_wrong", text=text)
    return TillLine(number, _KINDS[kind.lower()], order_id, int(amount))
