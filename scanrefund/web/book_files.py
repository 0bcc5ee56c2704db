"""What the books screen gives as a file or a page of its own: differences, the day on paper, the report.

Nothing is kept of them, and nothing changes: a download is a look.
"""

from __future__ import annotations

import base64
import hashlib
import io
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import IO, Final

from starlette.responses import Response, StreamingResponse

from scanrefund.aftercare.extra import receipt_extra
from scanrefund.aftercare.report import make_report
from scanrefund.aftercare.report_page import drawn
from scanrefund.aftercare.report_words import ReportWords
from scanrefund.books_desk import day_of
from scanrefund.web.books_told import words_of
from scanrefund.web.call import Call

CHUNK_BYTES: Final = 65_536
# A report stands alone, with its own style and nothing else; no script of anybody's runs in it.
REPORT_POLICY: Final = (
    "default-src 'none'; style-src '{style}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def differences(call: Call) -> Response:
    """All differences as CSV, however many; text cells are guarded against formulas."""
    call.needs_books()
    with call.site.house.books.looking(call.path["run_id"]) as done:
        file = _written(lambda page: words_of(call).write_csv(done, page))
        name = f"reconciliation-{done.day.isoformat()}.csv"
    return StreamingResponse(_chunks(file), media_type="text/csv; charset=utf-8", headers=_as_file(name))


def paper(call: Call) -> Response:
    """The day on paper, with room for a signature or the signatures it has."""
    call.needs_books()
    with receipt_extra():
        from scanrefund.aftercare.reconcile_pdf import ReconcilePdf  # noqa: PLC0415  (an extra)
    house = call.site.house
    with house.books.looking(call.path["run_id"]) as done:
        page = io.BytesIO()
        ReconcilePdf(words_of(call)).write(page, done, house.books.signed(done), call.now())
        name = f"reconciliation-{done.day.isoformat()}.pdf"
        return Response(page.getvalue(), media_type="application/pdf", headers=_as_file(name))


def report(call: Call) -> Response:
    """The report of one day as a page of its own."""
    call.needs_books()
    day, settings = day_of(call.path["day"]), call.site.settings
    found = make_report(call.site.house.ledger, settings.report, day, day, call.now())
    page = drawn(found, ReportWords(found, call.language))
    style = page.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode("ascii")
    policy = REPORT_POLICY.format(style=f"sha256-{digest}")
    return Response(page, media_type="text/html; charset=utf-8", headers={"Content-Security-Policy": policy})


def _written(write: Callable[[IO[bytes]], None]) -> IO[bytes]:
    """A file without a name, from its start; gone when it is closed."""
    with ExitStack() as opened:
        file = opened.enter_context(tempfile.TemporaryFile())
        write(file)
        file.seek(0)
        opened.pop_all()
    return file


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


def _as_file(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}
