"""A fault as the page gets it: a status, a code, one sentence. No trace leaves, and no payment code."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from starlette.responses import JSONResponse

from scanrefund.crash import record
from scanrefund.errors import Fault, LedgerFault, PictureFault, PrinterFault, SourceFault, UsageFault
from scanrefund.model.printable import codes_hidden
from scanrefund.say.speak import say_fault
from scanrefund.staff_desk import SignInFault

# Where the page has to do something by the status; every other fault has the one of its kind.
STATUSES: Final = {
    "not_signed_in": 401,
    "token_wrong": 401,
    "not_permitted": 403,
    "own_refund": 403,
    "host_foreign": 403,
    "origin_foreign": 403,
    "api_not_for_browsers": 403,
    "csrf_wrong": 403,
    "approval_needed": 403,
    "address_unknown": 404,
    "order_unknown": 404,
    "refund_unknown": 404,
    "method_wrong": 405,
    "owner_is_there": 409,
    "request_id_reused": 409,
    "idempotency_key_reused": 409,
    "refund_was_sent": 409,
    "refund_under_way": 409,
    "reading_gone": 410,
    "reading_expired": 410,
    "body_too_large": 413,
    "content_type_wrong": 415,
    "training_beside_refund": 409,
    "training_beside_errand": 409,
    "training_beside_sheet": 409,
    "page_locked": 423,
    "too_many_tries": 429,
    "too_many_pages": 429,
    "training_now": 503,
}
_BY_KIND: Final = (
    (SignInFault, 401),
    (UsageFault, 400),
    (PictureFault, 400),
    (SourceFault, 503),
    (LedgerFault, 503),
    (PrinterFault, 503),
)
STATUS_BROKEN: Final = 500


def told(fault: Fault, language: str, more: dict[str, Any] | None = None) -> JSONResponse:
    """The answer that tells a fault; `more` stands beside code and sentence."""
    document = {"fault": fault.code, "say": codes_hidden(say_fault(fault, language))}
    return JSONResponse(document | (more or {}), status_of(fault))


def told_unexpected(error: Exception, home: Path, language: str) -> JSONResponse:
    """The answer to what nobody expected: its trace is kept in the data folder, and never leaves it."""
    log = record(error, home)
    return told(Fault("unexpected", kind=type(error).__name__, log=log.name if log else "—"), language)


def status_of(fault: Fault) -> int:
    """The HTTP status of a fault."""
    if fault.code in STATUSES:
        return STATUSES[fault.code]
    return next((status for kind, status in _BY_KIND if isinstance(fault, kind)), STATUS_BROKEN)
