"""The one scan box: what was scanned, typed, dropped or shown to a camera becomes one answer."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from typing import Any, Final

from scanrefund.model.printable import codes_hidden
from scanrefund.model.shown import Kind, Reading
from scanrefund.people.badges import badge_text
from scanrefund.say.speak import say_kind, say_reason_of_unreadable
from scanrefund.scan.frame import Frame
from scanrefund.scan.keyboard import LINE_CHARS_MAX, line_text, scanned_text
from scanrefund.scan.picture import read_picture_bytes
from scanrefund.scan.reader import read_line, read_picture_upload
from scanrefund.slip_check import vouched
from scanrefund.web import order_card
from scanrefund.web.call import Call, words
from scanrefund.web.fields import NUMBER_CHARS_MAX
from scanrefund.web.readings import Held
from scanrefund.web.receipts import moment, receipt_of
from scanrefund.web.site import Site

PICTURE_NAME_CHARS_MAX: Final = 200
# What may be an order's number of some till; the other kinds are named and looked up nowhere.
_MAY_BE_A_NUMBER: Final = frozenset(
    {
        Kind.WALLET_ORDER_NUMBER,
        Kind.WALLET_REFUND_NUMBER,
        Kind.OUR_REFUND_NUMBER,
        Kind.OUR_SLIP,
        Kind.MERCHANT_ORDER_NUMBER,
        Kind.UNKNOWN_WALLET_CODE,
        Kind.LONG_NUMBER,
        Kind.OTHER_TEXT,
        Kind.PRODUCT_BARCODE,
    }
)


def scan(call: Call) -> dict[str, Any]:
    """Keys of a barcode scanner, or of a person (`typed`)."""
    text, typed = call.fields.raw_text("text", LINE_CHARS_MAX), call.fields.flag("typed")
    if badge_text(text) is not None:
        return nothing() | {"say": call.words("badge.is"), "tone": "warn"}
    reading = read_line(text, typed=typed, now=call.now())
    number = _number(text, typed=typed)
    told = answer(call.site, reading, call.now(), call.language, number=number)
    if typed and told["order"] is None and not told["orders"]:
        return told | _resembling(call, number)
    return told


def picture(call: Call) -> dict[str, Any]:
    """A picture that was dropped or pasted. Its own time counts, or none."""
    name = call.fields.text("name", PICTURE_NAME_CHARS_MAX, needed=False) or "picture"
    reading = read_picture_upload(call.fields.data("data_base64"), codes_hidden(name))
    return answer(call.site, reading, call.now(), call.language)


def frame(call: Call) -> dict[str, Any]:
    """One frame of the browser's own camera, seen now."""
    now = call.now()
    upload = read_picture_bytes(call.fields.data("data_base64"), "camera")
    seen = call.site.browser_cameras.look(call.session.token, Frame(upload.pixels, now, upload.origin), now)
    if seen is None:
        return nothing()
    return answer(call.site, seen[0], seen[1], call.language)


def answer(
    site: Site, reading: Reading, seen_at: datetime, language: str, number: str | None = None
) -> dict[str, Any]:
    """What was shown, and what it leads to. The digits of a payment code stay here, under a handle."""
    reading = vouched(reading, site.house.keys)
    shown = reading.shown
    if shown.kind is Kind.NOTHING and not reading.rivals:
        return nothing() | {"say": say_reason_of_unreadable(reading, language), "tone": "warn"}
    if shown.code is not None:
        return nothing() | _code(site, reading, seen_at, language)
    held = site.readings.hold(reading, seen_at)
    told = nothing() | {"reading": reading_of(held, reading, language), "tone": "bad"}
    told["say"] = say_kind(shown.kind, shown.wallet, language)
    if shown.kind not in _MAY_BE_A_NUMBER:
        return told
    if number is None or shown.kind is Kind.OUR_SLIP:
        number = shown.text
    looked_up = look_up(site, number, language)
    return told | looked_up if looked_up["orders"] or looked_up["order"] else told


def look_up(site: Site, number: str, language: str) -> dict[str, Any]:
    """The order and the refund that a number leads to."""
    found = site.house.search.find(number)
    if not found.orders:
        say = words(language, "look_up.nothing", number=codes_hidden(number))
        return {"order": None, "orders": [], "refund": None, "say": say, "tone": "bad"}
    refund = receipt_of(site, found.refund, language) if found.refund else None
    cards = [order_card.card_of(site, order) for order in found.orders]
    if len(cards) > 1:
        orders = [order_card.told(site, card, language) for card in cards]
        say = words(language, "look_up.several", count=len(orders))
        return {"order": None, "orders": orders, "refund": refund, "say": say, "tone": "warn"}
    return _one(site, cards[0], language) | {"refund": refund}


def _resembling(call: Call, text: str) -> dict[str, Any]:
    """Whoever types may know only amount or last digits: what fits is offered, the wallet not asked."""
    found = call.site.house.search.resembling(text)
    if not found:
        return {}
    cards = [order_card.told(call.site, order_card.Card(order, None), call.language) for order in found]
    say = call.words("look_up.several", count=len(cards))
    return {"order": None, "orders": cards, "refund": None, "say": say, "tone": "warn"}


def nothing() -> dict[str, Any]:
    """The answer when there is nothing to say."""
    return {"reading": None, "order": None, "orders": [], "refund": None, "say": "", "tone": "none"}


def reading_of(held: Held, reading: Reading, language: str) -> dict[str, Any]:
    """A reading as the page gets it: a handle and a mask."""
    shown = reading.shown
    return {
        "id": held.reading_id,
        "kind": shown.kind.value,
        "wallet": shown.wallet.value if shown.wallet else None,
        "text": shown.safe_text,
        "say": say_kind(shown.kind, shown.wallet, language),
        "source": reading.source.value,
        "seen_at": moment(held.seen_at),
        "expires_at": moment(held.expires_at) if shown.code else None,
        "confirmed": reading.confirmed,
    }


def _code(site: Site, reading: Reading, seen_at: datetime, language: str) -> dict[str, Any]:
    """A payment code: its age counts from its first sight at any counter."""
    certain = reading.confirmed and not reading.rivals
    fingerprint = site.house.desk.see(reading) if certain else None
    sighting = site.house.ledger.sighting(fingerprint) if fingerprint else None
    held = site.readings.hold(reading, sighting.first_seen_at if sighting else seen_at)
    told = reading_of(held, reading, language)
    if not certain:
        return {"reading": told, "say": say_reason_of_unreadable(reading, language), "tone": "warn"}
    return {"reading": told, "say": told["say"], "tone": "good"}


def _one(site: Site, card: order_card.Card, language: str) -> dict[str, Any]:
    say, tone = order_card.warning(site, card, language)
    return {"order": order_card.told(site, card, language), "orders": [], "say": say, "tone": tone}


def _number(text: str, *, typed: bool) -> str:
    """What was scanned or typed, as numbers are kept: typed ones without full-width digits and blanks."""
    if not typed:
        return scanned_text(text)[: NUMBER_CHARS_MAX + 1]
    return "".join(unicodedata.normalize("NFKC", line_text(text)).split())[: NUMBER_CHARS_MAX + 1]
