"""`scanrefund report`: what a day or a stretch of days came to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scanrefund.aftercare.extra import receipt_extra
from scanrefund.cli import output, sheet
from scanrefund.cli.choices import AsJson
from scanrefund.cli.invocation import of
from scanrefund.cli.new_file import new_file
from scanrefund.errors import UsageFault
from scanrefund.model.shop_clock import shop_day

if TYPE_CHECKING:
    from scanrefund.aftercare.report import Report
    from scanrefund.aftercare.report_words import ReportWords

File = Path | None
_COLUMNS = ("section", "name", "figure", "value")


def report(
    ctx: typer.Context,
    *,
    day: Annotated[
        str | None, typer.Option("--date", metavar="DAY", help="The day; without it, today.")
    ] = None,
    first: Annotated[str | None, typer.Option("--from", metavar="DAY", help="The first day.")] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="DAY", help="The last day.")] = None,
    page: Annotated[
        File, typer.Option("--page", metavar="FILE.html", help="Write a page with plots.")
    ] = None,
    pdf: Annotated[File, typer.Option("--pdf", metavar="FILE", help="Write a PDF.")] = None,
    csv: Annotated[File, typer.Option("--csv", metavar="FILE", help="Write every figure as CSV.")] = None,
    as_json: AsJson = False,
) -> int:
    """Count a day or a stretch of days: refunds, refusals, the way from scan to money, odd patterns."""
    from scanrefund.aftercare.report import as_json as told_as_json
    from scanrefund.aftercare.report import make_report
    from scanrefund.aftercare.report_words import ReportWords

    invocation = of(ctx)
    settings = invocation.settings()
    with invocation.house(settings, wallets=False) as house:
        now = house.clock.now()
        days = _days(day, first, last, shop_day(now, settings.report.utc_offset_h))
        found = make_report(house.ledger, settings.report, *days, now)
    words = ReportWords(found, settings.language)
    written = list(_write(found, words, page, pdf, csv))
    if as_json:
        output.document(told_as_json(found))
    elif not written:
        _tell(words)
    else:
        for path in written:
            output.say(invocation.words("report.written", file=path))
    return 0


def _days(day: str | None, first: str | None, last: str | None, today: date) -> tuple[date, date]:
    if day is not None and (first is not None or last is not None):
        raise UsageFault("report_day_or_days")
    if day is not None or first is None:
        one = _day(day or last) or today
        return one, one
    return _day(first) or today, _day(last) or today


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageFault("day_wrong", text=text) from None


def _write(found: Report, words: ReportWords, page: File, pdf: File, csv: File) -> Iterator[Path]:
    if page is not None:
        from scanrefund.aftercare.report_page import drawn

        with new_file(page) as out:
            out.write(drawn(found, words).encode())
        yield page
    if pdf is not None:
        with receipt_extra():
            from scanrefund.aftercare.report_pdf import write_pdf

        with new_file(pdf) as out:
            write_pdf(out, found, words)
        yield pdf
    if csv is not None:
        from scanrefund.aftercare.report import as_rows

        with new_file(csv) as out:
            rows = [[sheet.cell(cell) for cell in row] for row in as_rows(found)]
            out.write(b"\xef\xbb\xbf" + sheet.text([_COLUMNS, *rows]).encode())
        yield csv


def _tell(words: ReportWords) -> None:
    output.say(words.title)
    output.say(words.made_at())
    for table in words.tables():
        output.table(table.head, table.rows, table.title)
    output.say(words.book())
