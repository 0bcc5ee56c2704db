"""Who may call the API, in which language it is answered, and how a fault is told there."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from starlette.datastructures import Headers
from starlette.responses import JSONResponse, Response
from starlette.types import Scope

from scanrefund.crash import record
from scanrefund.errors import Fault, UsageFault
from scanrefund.model.printable import codes_hidden
from scanrefund.say.catalogue import Catalogue, negotiate
from scanrefund.say.gaps import fill
from scanrefund.say.speak import say_fault
from scanrefund.web.api.call import ROOT
from scanrefund.web.faults import status_of
from scanrefund.web.guard import from_elsewhere

# What somebody may read in a browser.
READABLE: Final = (f"{ROOT}/openapi.json", f"{ROOT}/reference", f"{ROOT}/reference.css")
_BROWSERS_SAY: Final = ("origin", "sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest")
# More languages than anybody speaks; the rest of the header is not read.
_LANGUAGES_MAX: Final = 10


def from_a_browser(headers: Headers, host: str, scope: Scope) -> Fault | None:
    """The refusal of what a page sends. A till's software is no browser: it sends none of these headers, and
    a page cannot keep its browser from sending them (Fetch, "forbidden request-header").
    """
    if scope["path"] in READABLE and scope["method"] == "GET":
        return from_elsewhere(headers, host, scope, READABLE)
    return UsageFault("api_not_for_browsers") if any(one in headers for one in _BROWSERS_SAY) else None


def language_of(headers: Headers, otherwise: str) -> str:
    """The language of `Accept-Language` that we speak and that is wanted most (RFC 9110, 12.5.4)."""
    told = ",".join(headers.getlist("accept-language")).split(",")[:_LANGUAGES_MAX]
    wanted = sorted(((_weight(one), place, one.partition(";")[0].strip()) for place, one in enumerate(told)))
    spoken = (tag for weight, _, tag in wanted if weight < 0 and tag.lower()[:2] in ("zh", "en"))
    tag = next(spoken, "")
    return negotiate(tag) if tag else otherwise


def _weight(part: str) -> float:
    """How much a language is wanted, as a number that is smaller the more it is."""
    name, _, value = part.partition(";")[2].strip().partition("=")
    try:
        return -float(value) if name.strip() == "q" else -1.0
    except ValueError:
        return 0.0


def told(fault: Fault, language: str, more: dict[str, Any] | None = None) -> JSONResponse:
    """The answer that tells a fault: `{"error": {"code", "say"}}`, and `more` beside them."""
    document = {
        "error": {"code": fault.code, "say": codes_hidden(_sentence(fault, language)), **(more or {})}
    }
    status = status_of(fault)
    return JSONResponse(document, status, {"WWW-Authenticate": "Bearer"} if status == 401 else None)


def told_unexpected(error: Exception, home: Path, language: str) -> Response:
    """The answer to what nobody expected; its trace is kept in the data folder."""
    log = record(error, home)
    return told(Fault("unexpected", kind=type(error).__name__, log=log.name if log else "—"), language)


def _sentence(fault: Fault, language: str) -> str:
    """What a till is told where the page's sentence speaks of the page."""
    catalogue = Catalogue.load(language)
    own = catalogue.get(f"api_fault.{fault.code}.text")
    return fill(own, fault.details, catalogue) if own else say_fault(fault, language)
