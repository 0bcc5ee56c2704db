"""`scanrefund orders marks`: what the till is told, as CSV or JSON; what it never heard is told again."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from scanrefund.cli import output, sheet
from scanrefund.cli.choices import AsJson
from scanrefund.cli.invocation import Invocation, of
from scanrefund.cli.new_file import renewed_file
from scanrefund.errors import UsageFault

COLUMNS: Final = (
    *("id", "event", "at", "order_id", "order_state", "refund_id", "amount_fen", "refunded_fen"),
    *("rehearsal", "told_at", "tries", "trouble"),
)
_TIMES: Final = ("at", "told_at")


def marks(
    ctx: typer.Context,
    *,
    csv_file: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Write them to this file.")
    ] = None,
    since: Annotated[
        str, typer.Option("--since", metavar="TIME", help="From this time on, as 2026-11-23T08:00+08:00.")
    ] = "",
    retry: Annotated[
        bool, typer.Option("--retry", help="First let the worker tell again what was given up.")
    ] = False,
    as_json: AsJson = False,
) -> int:
    """List what the till is told of its orders and refunds."""
    from scanrefund.aftercare.till_marks import told

    moment = _moment(since) if since else None
    invocation = of(ctx)
    with invocation.house(invocation.settings(), wallets=False) as house:
        if retry:
            house.marks.retry(house.clock.now())
        shop = house.ledger.shop
        rows = [
            told(mark, shop)
            | {"told_at": mark.told_at.isoformat() if mark.told_at else None}
            | {"tries": mark.tries, "trouble": mark.trouble}
            for mark in house.marks.since(moment)
        ]
    if csv_file is not None:
        _write(csv_file, rows)
    if as_json:
        output.document(rows)
    elif csv_file is not None:
        output.say(invocation.words("cli.marks_written", count=len(rows), path=csv_file))
    else:
        _show(rows, invocation)
    return 0


def _show(rows: list[dict[str, Any]], invocation: Invocation) -> None:
    """The events and states in the till's own words; the times as people read them."""
    named = ("mark.id", "mark.at", "mark.event", "label.order_id", "mark.order_state", "label.refund_id")
    columns = [invocation.words(key) for key in (*named, "mark.told_at")]
    output.table(columns, [_row(row) for row in rows])


def _row(row: dict[str, Any]) -> list[str]:
    at, told_at = (output.local(datetime.fromisoformat(row[key])) if row[key] else "" for key in _TIMES)
    told = [str(row[key] or "") for key in ("event", "order_id", "order_state", "refund_id")]
    return [str(row["id"]), at, *told, told_at]


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageFault("since_wrong", text=text[:40]) from None
    if moment.tzinfo is None:
        raise UsageFault("since_wrong", text=text[:40])
    return moment


def _write(path: Path, rows: list[dict[str, Any]]) -> None:
    cells = [[sheet.cell(row[column]) for column in COLUMNS] for row in rows]
    with renewed_file(path) as file:
        file.write(sheet.text([COLUMNS, *cells]).encode())
