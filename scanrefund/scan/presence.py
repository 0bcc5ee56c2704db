"""What has been announced is announced once: again when it changes, and when it left and came back. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from scanrefund.model.shown import Kind, Reading, Shown
from scanrefund.scan.choose import is_certain, place

# A code that was in no frame for so long has left: shown again, it is announced again. A trembling hand
# loses it for half a second, the next customer needs longer than this to get their phone out.
GONE_S: Final = 2.0
# How long the first sight of a code is remembered: as long as the code may live, and no longer.
REMEMBERED_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Announced:
    """A code came into view, changed or came back.

    `first_seen_at` is the time of the first frame that showed it, certain or not, aware UTC: the age of the
    code begins there at the latest. None for a recording without a time.
    """

    reading: Reading
    first_seen_at: datetime | None


@dataclass(slots=True)
class _Sight:
    """When a text was first and last seen, `last_s` in the seconds that the caller counts."""

    first_at: datetime | None
    last_s: float


@dataclass(slots=True)
class Presence:
    """Which codes are in view, and what of them has been told."""

    _in_view: dict[Shown, float] = field(default_factory=dict)
    _remembered: dict[Shown, _Sight] = field(default_factory=dict)
    _told: frozenset[Shown] = frozenset()
    _last: Reading | None = None

    @property
    def last_seen(self) -> Reading | None:
        """The last reading that was not nothing, certain or not, while it is remembered."""
        return self._last

    def note(self, reading: Reading, at_s: float) -> Announced | None:
        """Take in the reading of one frame, seen at `at_s` seconds, and say what there is to announce.

        Two codes that take turns frame by frame are both in view: they become rivals. A less wanted kind
        waits until a more wanted one has left.
        """
        self._remember(reading, at_s)
        self._in_view = {one: last_s for one, last_s in self._in_view.items() if at_s - last_s < GONE_S}
        if not is_certain(reading):
            return None
        codes = frozenset({reading.shown, *reading.rivals})
        came = codes - set(self._in_view)
        self._in_view |= dict.fromkeys(codes, at_s)
        if not self._is_news(reading, codes, came):
            return None
        back_among: frozenset[Shown] = frozenset() if came else self._told & set(self._in_view)
        self._told = codes | back_among
        return Announced(_beside(reading, back_among), self._remembered[reading.shown].first_at)

    def _is_news(self, reading: Reading, codes: frozenset[Shown], came: frozenset[Shown]) -> bool:
        wanted = place(reading.shown.kind)
        if any(place(one.kind) < wanted for one in self._in_view):
            return False
        return bool(came) or not (codes <= self._told <= set(self._in_view))

    def _remember(self, reading: Reading, at_s: float) -> None:
        kept = self._remembered.items()
        self._remembered = {one: sight for one, sight in kept if at_s - sight.last_s < REMEMBERED_S}
        self._told = frozenset(one for one in self._told if one in self._remembered)
        if reading.shown.kind is Kind.NOTHING:
            self._last = self._last if self._remembered else None
            return
        self._last = reading
        for one in (reading.shown, *reading.rivals):
            self._remembered.setdefault(one, _Sight(reading.taken_at, at_s)).last_s = at_s


def _beside(reading: Reading, others: frozenset[Shown]) -> Reading:
    """A code from before the one told last is back: payment codes that are both in view are rivals."""
    codes = {one for one in others - {reading.shown} if one.kind is Kind.PAYMENT_CODE}
    return replace(reading, rivals=tuple(dict.fromkeys((*reading.rivals, *codes))))
