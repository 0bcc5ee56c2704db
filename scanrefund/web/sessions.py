"""Who sits at which page: a cookie that scripts cannot read, and a token that other pages cannot know.

Kept in memory: a restarted counter asks for the PIN again.
"""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from scanrefund.model.staff import Staff

TOKEN_BYTES: Final = 32
# One counter has a few pages; more are tabs that were left behind.
SESSIONS_MAX: Final = 64
# Longer than a shift: nobody stays signed in over night.
LIFE: Final = timedelta(hours=12)


def _token() -> str:
    return secrets.token_urlsafe(TOKEN_BYTES)


@dataclass(slots=True)
class Session:
    """One page. `person` is None until somebody has signed in; `locked` wants that person's PIN."""

    language: str
    made_at: datetime
    touched_at: datetime
    person: Staff | None = None
    locked: bool = False
    # Streams of events that a page holds open: while it does, somebody's work may lie on it.
    ears: int = 0
    token: str = field(default_factory=_token, repr=False)
    csrf: str = field(default_factory=_token, repr=False)

    def knows(self, csrf: str) -> bool:
        """Whether this is the session's token, compared in constant time."""
        return secrets.compare_digest(csrf.encode(), self.csrf.encode())


class Sessions:
    """The pages of one counter. Every method may be called from any thread."""

    def __init__(self, idle_lock_s: int) -> None:
        self._idle = timedelta(seconds=idle_lock_s)
        self._lock = threading.Lock()
        self._kept: dict[str, Session] = {}

    def open(self, language: str, now: datetime) -> Session:
        """A new page without a person."""
        session = Session(language, now, now)
        with self._lock:
            self._make_room()
            self._kept[session.token] = session
        return session

    def of(self, token: str, now: datetime) -> Session | None:
        """The page with this cookie; one that nobody has touched for long is locked, one too old is gone."""
        with self._lock:
            session = self._kept.get(token)
            if session is None:
                return None
            if now - session.made_at > LIFE:
                del self._kept[token]
                return None
            if session.person is not None and now - session.touched_at > self._idle:
                session.locked = True
            return session

    def touch(self, session: Session, now: datetime) -> None:
        """Somebody is there."""
        session.touched_at = now

    def sign_in(self, session: Session, person: Staff, now: datetime) -> Session:
        """The page as this person's, under a new cookie and token: what was known before opens nothing."""
        fresh = Session(session.language, now, now, person)
        with self._lock:
            self._kept.pop(session.token, None)
            self._kept[fresh.token] = fresh
        return fresh

    def end(self, session: Session) -> None:
        """Signed out."""
        with self._lock:
            self._kept.pop(session.token, None)

    def holds(self, session: Session) -> bool:
        """Whether the page has not been ended meanwhile."""
        with self._lock:
            return session.token in self._kept

    def other_sheet(self, session: Session) -> Staff | None:
        """Somebody else who is signed in, locked or not, on another page that is open."""
        with self._lock:
            people = [one.person for one in self._kept.values() if one is not session and one.ears]
        mine = session.person.staff_id if session.person else ""
        return next((one for one in people if one is not None and one.staff_id != mine), None)

    def _make_room(self) -> None:
        """The page nobody has signed in on and that was touched longest ago goes first."""
        while len(self._kept) >= SESSIONS_MAX:
            oldest = min(self._kept.values(), key=lambda one: (one.person is not None, one.touched_at))
            del self._kept[oldest.token]
