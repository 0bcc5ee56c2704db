"""The page's files, what it starts with, and its sentences."""

from __future__ import annotations

import mimetypes
from pathlib import Path
from typing import Any, Final

from starlette.responses import Response

from scanrefund import __version__
from scanrefund.aftercare.due_dates import newer_version
from scanrefund.errors import UsageFault
from scanrefund.model.wallet import FACTS
from scanrefund.readiness import Finding
from scanrefund.say.catalogue import LANGUAGES, Catalogue
from scanrefund.say.speak import say_fault
from scanrefund.training.people import PRACTICE_PIN
from scanrefund.web.call import Call
from scanrefund.web.practice_turns import leavers
from scanrefund.web.signing_in import person_of
from scanrefund.web.site import Site

# The families of sentences that the page speaks itself; faults and receipts come spoken.
FAMILIES: Final = (
    "page.",
    "kind.",
    "wallet.",
    "order_state.",
    "dislike.",
    "refund_state.",
    "refund_reason.",
    "role.",
    "permission.",
    "rule.",
    "alarm.",
    "headline.",
    "phrase.",
    "unit.",
    "safety.",
)
# Whatever the machine's registry thinks: a browser runs a module only under its right type.
_TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".json": "application/json",
    ".wav": "audio/wav",
    ".woff2": "font/woff2",
}


def index(call: Call) -> Response:
    """The shell: it tells nothing and asks for everything."""
    return _file(call.site.page_folder, "index.html")


def page(call: Call) -> Response:
    """One of the page's own files."""
    return _file(call.site.page_folder, call.path["file"])


def start(call: Call) -> dict[str, Any]:
    """What a page needs to begin, signed in or not."""
    site, session = call.site, call.session
    page, person = site.settings.page, session.person
    return {
        "version": __version__,
        "languages": list(LANGUAGES),
        "language": session.language,
        "shop": _shop(site),
        "counter": site.settings.counter,
        "rehearsal": site.settings.rehearsal,
        "training": _training(site),
        **_practice_door(call),
        "needs_owner": not site.house.staff.has_staff(),
        "signed_in": person_of(person) if person else None,
        "locked": session.locked,
        "csrf": session.csrf,
        "reasons": reasons_of(page.reasons, session.language),
        "code_age_s": min(facts.code_age_s_max for facts in FACTS.values()),
        "idle_lock_s": page.idle_lock_s,
        "large_amount_fen": page.large_amount_fen,
        "ask_opinion": site.settings.care.ask_opinion,
        "camera": {"source": site.camera.source, "on": site.camera.is_on},
        "newer": newer_of(site, session.language),
    }


def _shop(site: Site) -> dict[str, Any]:
    """Its times are told by its own clock."""
    told = site.settings
    offset_h = told.limits.people.utc_offset_h
    return {"id": told.shop_id, "name": told.shop_name, "utc_offset_h": offset_h}


def _training(site: Site) -> dict[str, Any] | None:
    """What a practice counter tells at its door, None at the shop's."""
    if site.practice is None:
        return None
    return {"pin": PRACTICE_PIN} | ({"leave": leavers(site)} if site.door else {})


def _practice_door(call: Call) -> dict[str, Any]:
    """Whether there is one, and what kept it shut last."""
    door = call.site.door
    trouble = say_fault(door.trouble, call.language) if door and door.trouble else ""
    return {"practice_door": door is not None, "practice_trouble": trouble}


def newer_of(site: Site, language: str) -> str:
    """That a newer version is out, or nothing. Read when a page opens, and never during a shift."""
    finding = Finding("newer_version", *newer_version(site.settings.due_dates.newest, __version__))
    return finding.told(language)[0] if finding.cause == "newer" else ""


def reasons_of(codes: tuple[str, ...], language: str) -> list[dict[str, Any]]:
    """The reasons with their digit; a shop's own stands for itself."""
    return [
        {"digit": digit, "code": code, "text": reason_text(code, language)}
        for digit, code in enumerate(codes, start=1)
    ]


def reason_text(code: str, language: str) -> str:
    """A reason as people read it."""
    return Catalogue.load(language).get(f"refund_reason.{code}") or code


def sentences(call: Call) -> dict[str, str]:
    """Every sentence the page speaks itself, in one language."""
    language = call.path["language"]
    if language not in LANGUAGES:
        raise UsageFault("address_unknown")
    texts = Catalogue.load(language).texts
    return {key: text for key, text in texts.items() if key.startswith(FAMILIES)}


def _file(folder: Path, name: str) -> Response:
    """A file of the page, by the list of those that are there: no name leads out of the folder."""
    path = _files(folder).get(name)
    if path is None:
        raise UsageFault("address_unknown")
    media_type = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    # Checked anew each time: a page and a server of two versions do not understand each other.
    return Response(path.read_bytes(), media_type=media_type, headers={"Cache-Control": "no-cache"})


def _files(folder: Path) -> dict[str, Path]:
    found = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return {path.relative_to(folder).as_posix(): path for path in found}
