"""Orders told as JSON, by a file or by a till's own call: the rows of the CSV under the same names."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from scanrefund.errors import UsageFault, os_cause
from scanrefund.order_sources.file import HEADER, BadRow

# A year of sales of one counter; a document is read whole, unlike a CSV.
JSON_BYTES_MAX: Final = 64 * 1024 * 1024
# One call of a till: what was sold since the last.
TOLD_ROWS_MAX: Final = 2_000

# A row, or why it is none.
Row = dict[str, str] | BadRow
_NEEDED: Final = ("order_id", "wallet", "amount_fen", "state")


def json_rows(path: Path) -> Iterator[tuple[int, Row]]:
    """The objects of a JSON list with their places, the first is 1. Raises UsageFault for any other file."""
    try:
        if path.exists() and not path.is_file():
            raise UsageFault("orders_file_not_a_file", path=path)
        if path.stat().st_size > JSON_BYTES_MAX:
            raise UsageFault("orders_file_too_large", path=path, limit_mb=JSON_BYTES_MAX // 1024**2)
        told = json.loads(path.read_text(encoding="utf-8-sig"), object_pairs_hook=_each_once)
    except FileNotFoundError as error:
        raise UsageFault("orders_file_missing", path=path) from error
    except OSError as error:
        raise UsageFault("orders_file_unreadable", path=path, cause=os_cause(error)) from error
    except (ValueError, RecursionError) as error:
        raise UsageFault("orders_file_not_json", path=path) from error
    if not isinstance(told, list):
        raise UsageFault("orders_file_not_json", path=path)
    yield from told_rows(told)


def told_rows(told: Iterable[Any]) -> Iterator[tuple[int, Row]]:
    """Each thing told with its place: as a row of texts, or as what is wrong with it."""
    for place, one in enumerate(told, start=1):
        try:
            yield place, _row(one)
        except BadRow as bad:
            yield place, bad


def _row(told: Any) -> dict[str, str]:
    if not isinstance(told, Mapping):
        raise BadRow("row_no_object")
    missing = [name for name in _NEEDED if told.get(name) in (None, "")]
    if missing:
        raise BadRow("row_lacks", column=missing[0])
    row = dict.fromkeys(HEADER, "")
    return row | {str(name): _text(str(name), value) for name, value in told.items()}


def _text(name: str, value: Any) -> str:
    """A cell as the CSV would hold it. A number is whole: amounts are fen."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadRow("row_value_wrong", column=name[:40])
    return str(value)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    told = dict(pairs)
    if len(told) != len(pairs):
        raise ValueError
    return told
