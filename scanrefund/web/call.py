"""One request that was let in, as the routes get it, and the table's own words for a route."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto
from typing import Any, Final

from starlette.responses import Response

from scanrefund.errors import UsageFault
from scanrefund.model.staff import Permission, Staff
from scanrefund.say.words import say_words
from scanrefund.web.fields import BODY_BYTES_MAX, NOTHING, Fields
from scanrefund.web.sessions import Session
from scanrefund.web.site import Site

NUMBER_DIGITS_MAX: Final = 9


class Needs(Enum):
    """Who may call a route. Nothing is open that is not named so in the table."""

    NOBODY = auto()  # the shell: it tells nothing
    PAGE = auto()  # a page of ours, signed in or not
    SOMEBODY = auto()  # somebody who has signed in, on a page that may be locked
    PERSON = auto()  # somebody who has signed in, on a page that is not locked


@dataclass(frozen=True, slots=True)
class Call:
    """One request: what it may use and what it brought."""

    site: Site
    session: Session
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    fields: Fields = NOTHING

    @property
    def language(self) -> str:
        return self.session.language

    @property
    def person(self) -> Staff:
        """Whoever has signed in. Raises UsageFault where nobody has."""
        if self.session.person is None:
            raise UsageFault("not_signed_in")
        return self.session.person

    def needs_books(self, *, whose: str = "") -> None:
        """Raises UsageFault not_permitted for whoever may not read the books, unless it is `whose` own."""
        person = self.person
        if person.staff_id != whose and not person.may(Permission.BOOKS_READ):
            raise UsageFault("not_permitted", permission=Permission.BOOKS_READ.value)

    def path_number(self) -> int:
        """The number in the address. Raises UsageFault field_wrong."""
        text = self.path["number"]
        if not (text.isascii() and text.isdigit() and len(text) <= NUMBER_DIGITS_MAX):
            raise UsageFault("field_wrong", name="number")
        return int(text)

    def now(self) -> datetime:
        return self.site.now()

    def words(self, key: str, **gaps: object) -> str:
        """A text of the catalogues in the page's language."""
        return words(self.language, key, **gaps)


def words(language: str, key: str, **gaps: object) -> str:
    """A text of the catalogues; the key itself where there is none."""
    return say_words(language, key, **gaps)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that is more than a document: another status, or a new session whose cookie is to be set."""

    document: Any
    status: int = 200
    session: Session | None = None


Handler = Callable[[Call], Any | Reply | Response]


@dataclass(frozen=True, slots=True)
class Route:
    """One line of the table."""

    method: str
    path: str
    handler: Handler
    needs: Needs = Needs.PERSON
    bytes_max: int = BODY_BYTES_MAX
    # A frame of the browser's camera comes by itself: it is no sign that somebody is there.
    by_hand: bool = True
