"""`scanrefund orders marks`: what the till is told, as CSV or JSON; what it never heard is told again."""

from __future__ import annotations

import csv
import io
import os
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from scanrefund.cli import output
from scanrefund.cli.choices import AsJson
from scanrefund.cli.invocation import of
from scanrefund.errors import UsageFault, os_cause

COLUMNS: Final = (
    *("id", "event", "at", "order_id", "order_state", "refund_id", "amount_fen", "refunded_fen"),
    *("rehearsal", "told_at", "tries", "trouble"),
)
# A sheet takes a cell that begins so for a formula.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


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
        cells = ("id", "at", "event", "order_id", "order_state", "refund_id", "told_at")
        output.table(list(cells), [[str(row[cell] or "") for cell in cells] for row in rows])
    return 0


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageFault("since_wrong", text=text[:40]) from None
    if moment.tzinfo is None:
        raise UsageFault("since_wrong", text=text[:40])
    return moment


def _write(path: Path, rows: list[dict[str, Any]]) -> None:
    """A whole file or none: a till that reads while it is written must not see half of it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows([[_cell(row[column]) for column in COLUMNS] for row in rows])
    aside = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        aside.write_text(text.getvalue(), encoding="utf-8", newline="")
        aside.replace(path)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise UsageFault("marks_unwritable", path=path, cause=os_cause(error)) from error


def _cell(value: object) -> str:
    """A cell that no sheet takes for a formula."""
    text = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
