"""The browsers' own cameras, frame by frame: what belongs together is read together."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from scanrefund.model.shown import Reading, Source
from scanrefund.scan.frame import Frame
from scanrefund.scan.presence import Presence
from scanrefund.scan.video import VideoReader

# A page that sent no frame for so long has switched its camera off: what follows is another look.
GONE_S: Final = 5.0


@dataclass(slots=True)
class _Watched:
    """One page's camera: what it has read so far, and when its last frame came."""

    last_at: datetime
    reader: VideoReader = field(default_factory=lambda: VideoReader(Source.CAMERA))
    presence: Presence = field(default_factory=Presence)
    lock: threading.Lock = field(default_factory=threading.Lock)


class BrowserCameras:
    """The cameras of pages, by session: frames of one belong together."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._watched: dict[str, _Watched] = {}

    def look(self, token: str, frame: Frame, now: datetime) -> tuple[Reading, datetime] | None:
        """What a frame shows that is news, and when it was first seen; None for nothing, or nothing new."""
        watched = self._of(token, now)
        with watched.lock:
            announced = watched.presence.note(watched.reader.read(frame), now.timestamp())
        return (announced.reading, announced.first_seen_at or now) if announced else None

    def _of(self, token: str, now: datetime) -> _Watched:
        with self._lock:
            kept = self._watched.items()
            self._watched = {
                one: seen for one, seen in kept if abs((now - seen.last_at).total_seconds()) < GONE_S
            }
            watched = self._watched.setdefault(token, _Watched(now))
            watched.last_at = now
            return watched
