"""Invariants of what is written beside the refunds: the book, the attempts and the codes."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from tests.simulation.view import MADE, Entry, attempts

if TYPE_CHECKING:
    from tests.simulation.watch import Watch

_BOOK_KEY: Final = b"b" * 32


def the_book_is_whole(watch: Watch) -> str:
    """Every entry follows the last, sealed to it; what was written stays as it was."""
    last = watch.seen.entry
    number, previous = (last.number, last.seal) if last else (0, "0" * 64)
    for entry in watch.entries:
        if (entry.number, entry.previous, entry.seal) != (number + 1, previous, _seal(entry)):
            return f"entry {entry.number} after {number}"
        number, previous = entry.number, entry.seal
    if last and _entry_seal(watch, last.number) != last.seal:
        return f"entry {last.number} was changed"
    return ""


def the_book_tells_every_refund(watch: Watch) -> str:
    told = watch.seen.reserved | {one.subject for one in watch.entries if one.kind in MADE}
    return ", ".join(row.refund_id for row in watch.view.refunds if row.refund_id not in told)


def every_trip_is_written_with_the_refunds_own_body(watch: Watch) -> str:
    rows = {row.refund_id: row for row in watch.view.refunds}
    counted: dict[str, int] = {}
    for trip in attempts(watch.database):
        row = rows[trip.refund_id]
        counted[trip.refund_id] = counted.get(trip.refund_id, 0) + trip.trips
        if trip.bodies != 1 or trip.body_sha256 != hashlib.sha256(row.body).hexdigest():
            return f"{trip.refund_id}: another body"
    wrong = [row.refund_id for row in rows.values() if row.sends + row.asks != counted.get(row.refund_id, 0)]
    return ", ".join(wrong)


def a_code_serves_one_refund(watch: Watch) -> str:
    bound: dict[str, str] = {}
    for row in watch.view.refunds:
        wish = watch.wishes.get(row.reason)
        if wish is None or not wish.digits:
            continue
        if not row.code_fingerprint:
            return f"{row.refund_id} has lost its code"
        if bound.setdefault(wish.digits, row.refund_id) != row.refund_id:
            return f"{row.refund_id} and {bound[wish.digits]}"
    return ""


def _seal(entry: Entry) -> str:
    parts = [str(entry.number), entry.at, entry.kind, entry.subject, entry.facts]
    text = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
    return hmac.new(_BOOK_KEY, f"{entry.previous}\n{text}".encode(), hashlib.sha256).hexdigest()


def _entry_seal(watch: Watch, number: int) -> str:
    row = watch.database.execute("SELECT seal FROM book WHERE number = ?", (number,)).fetchone()
    return row[0] if row else ""


RECORDS: Final[dict[str, Callable[[Watch], str]]] = {
    rule.__name__: rule
    for rule in (
        the_book_is_whole,
        the_book_tells_every_refund,
        every_trip_is_written_with_the_refunds_own_body,
        a_code_serves_one_refund,
    )
}
