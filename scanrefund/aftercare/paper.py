"""What a counter does on paper: the emergency sheet, the safety cards, slips to fill in, the poster.

Everything here is made of the catalogues and the configuration: neither books nor network are needed.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from scanrefund.say.catalogue import LANGUAGES, Catalogue
from scanrefund.say.words import say_words

# No letter that is taken for a digit: the number is written down by hand and typed in later.
_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_MARK_LETTERS: Final = 5
_BOX: Final = "□"
# What a slip asks for, two by two.
_FIELDS: Final = (
    ("order", "paid_at"),
    ("amount", "wallet"),
    ("reason", "goods"),
    ("name", "contact"),
    ("taken_at", "clerk"),
    ("sign_customer", "sign_clerk"),
)


@dataclass(frozen=True, slots=True)
class PaperShop:
    """What paper tells of a shop. `contacts` are whom staff calls, `phone` is whom a customer calls."""

    name: str
    counter: str
    policy: str
    phone: str
    contacts: tuple[str, ...]
    return_window_days: int
    code_required: bool
    rehearsal: bool


@dataclass(frozen=True, slots=True)
class Part:
    """A heading with its lines; `font` is the language whose font it is set in."""

    heading: str
    lines: tuple[str, ...]
    font: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page to read."""

    title: str
    parts: tuple[Part, ...]
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PaperSlip:
    """One slip to fill in by hand: what it asks for in pairs, what the customer takes home."""

    number: str
    title: str
    shop: str
    fields: tuple[tuple[str, str], ...]
    ticks: str
    warning: str
    stub: str
    stub_fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """The catalogue's words about paper."""

    language: str

    def __call__(self, key: str, **gaps: object) -> str:
        return say_words(self.language, key, **gaps)

    def numbered(self, family: str) -> tuple[str, ...]:
        """`family1`, `family2`, … as far as they go, each with its number before it."""
        return tuple(f"{number}. {text}" for number, text in enumerate(self._each(family), start=1))

    def _each(self, family: str) -> Iterator[str]:
        catalogue, number = Catalogue.load(self.language), 1
        while (text := catalogue.get(f"{family}{number}")) is not None:
            yield text
            number += 1


def pack_mark() -> str:
    """What tells the slips of one pack from those of every other."""
    return "".join(secrets.choice(_LETTERS) for _ in range(_MARK_LETTERS))


def emergency_sheet(shop: PaperShop, language: str) -> Sheet:
    """What to do without electricity or network, what never to do, whom to call, and what follows."""
    say = Words(language)
    families = ("first", "paper", "never", "after")
    parts = [(say(f"paper.{name}.title"), say.numbered(f"paper.{name}.line")) for name in families]
    # Room for a number that stands in no configuration: the owner's, the landlord's, the provider's.
    calls = (*shop.contacts, *([shop.phone] if shop.phone else []), "_" * 30, "_" * 30)
    parts.insert(3, (say("paper.call.title"), calls))
    return Sheet(say("paper.emergency.title"), _in(language, parts), _marks(shop, say))


def safety_sheet(shop: PaperShop, language: str) -> Sheet:
    """The safety cards, as they also stand on the page."""
    say = Words(language)
    cards = tuple(Part(title, (text,), language) for title, text in safety_cards(language))
    return Sheet(say("safety.title"), cards, _marks(shop, say))


def safety_cards(language: str) -> list[tuple[str, str]]:
    """Every card: what never to do, and why."""
    say = Words(language)
    found: list[tuple[str, str]] = []
    while Catalogue.load(language).get(f"safety.c{len(found) + 1}.title") is not None:
        key = f"safety.c{len(found) + 1}"
        found.append((say(f"{key}.title"), say(f"{key}.text")))
    return found


def paper_slips(shop: PaperShop, language: str, mark: str, count: int) -> list[PaperSlip]:
    """So many numbered slips. A number is typed in later as the wish's own: twice makes one refund."""
    say = Words(language)
    pairs = tuple((say(f"paper.slip.{left}"), say(f"paper.slip.{right}")) for left, right in _FIELDS)
    rehearsal = f" · {say('paper.rehearsal')}" if shop.rehearsal else ""
    return [
        PaperSlip(
            number=f"P-{mark}-{number:02}",
            title=say("paper.slip.title") + rehearsal,
            shop=f"{shop.name} · {shop.counter}".removeprefix(" · "),
            fields=pairs,
            ticks="    ".join(f"{_BOX} {say(f'paper.slip.tick{one}')}" for one in (1, 2, 3)),
            warning=say("paper.slip.warning"),
            stub=f"{say('paper.slip.stub')} {shop.phone}".rstrip(),
            stub_fields=tuple(say(f"paper.slip.{one}") for one in ("taken_at", "order", "amount", "clerk")),
        )
        for number in range(1, count + 1)
    ]


def poster(shop: PaperShop, first: str) -> Sheet:
    """The refund policy for customers in all three languages, the shop's own first; then its own words."""
    order = sorted(LANGUAGES, key=lambda language: language != first)
    parts = [_policy_in(shop, language) for language in order]
    if shop.policy:
        parts.append(Part(shop.name or shop.policy, (shop.policy,) if shop.name else (), first))
    titles = [Words(language)("poster.title") for language in order]
    return Sheet(" · ".join(titles), tuple(parts), _marks(shop, Words(first)))


def _policy_in(shop: PaperShop, language: str) -> Part:
    say = Words(language)
    lines = [say("poster.window", days=shop.return_window_days), say("poster.way"), say("poster.arrival")]
    if shop.code_required:
        lines.insert(1, say("poster.code"))
    lines.append(say("poster.safe"))
    if shop.phone:
        lines.append(say("poster.phone", phone=shop.phone))
    return Part(say("poster.title"), tuple(lines), language)


def _in(language: str, parts: list[tuple[str, tuple[str, ...]]]) -> tuple[Part, ...]:
    return tuple(Part(heading, lines, language) for heading, lines in parts)


def _marks(shop: PaperShop, say: Words) -> tuple[str, ...]:
    return (say("paper.rehearsal"),) if shop.rehearsal else ()
