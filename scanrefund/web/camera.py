"""The counter's camera as the page uses it: on, off, what it sees, what is wrong with it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

from scanrefund.errors import Fault
from scanrefund.scan.events import Ended, Event, Recovered, Trouble
from scanrefund.scan.live import Live
from scanrefund.scan.presence import Announced
from scanrefund.scan.preview import Preview

# How long the listener's thread waits before it looks whether it is still wanted.
LISTEN_S: Final = 0.5

OnSeen = Callable[[Announced], None]
OnTrouble = Callable[[], None]


class CounterCamera:
    """One camera, opened anew each time it is switched on. Every method may be called from any thread.

    `make` gives a camera nobody looks through yet; `source` names it as people may see it.
    """

    def __init__(self, source: str, make: Callable[[], Live]) -> None:
        self.source = source
        self._make = make
        self._lock = threading.Lock()
        self._live: Live | None = None
        self._on_seen: OnSeen = lambda _announced: None
        self._on_trouble: OnTrouble = lambda: None

    def tell(self, on_seen: OnSeen, on_trouble: OnTrouble) -> None:
        """Who hears of what is seen, and of what goes wrong or is right again."""
        self._on_seen, self._on_trouble = on_seen, on_trouble

    @property
    def is_on(self) -> bool:
        return self._live is not None

    @property
    def trouble(self) -> Fault | None:
        """What is wrong now; None while it sees, or is off."""
        live = self._live
        return live.trouble if live else None

    def on(self) -> None:
        """Look. A camera that is looked through already is left alone."""
        with self._lock:
            if self._live is not None:
                return
            self._live = live = self._make()
        threading.Thread(target=self._listen, args=(live,), name="camera events", daemon=True).start()
        live.start()

    def off(self) -> None:
        """Stop looking: the device is free for others."""
        with self._lock:
            live, self._live = self._live, None
        if live is not None:
            live.close()

    def preview(self, after: int, wait_s: float) -> Preview | None:
        """The newest picture whose number is above `after`, waited for up to `wait_s` seconds."""
        live = self._live
        return live.preview(after, wait_s) if live else None

    def _listen(self, live: Live) -> None:
        with live.listen() as ear:
            while self._live is live:
                event = ear.next(LISTEN_S)
                if event is not None:
                    self._hear(event)

    def _hear(self, event: Event) -> None:
        match event:
            case Announced():
                self._on_seen(event)
            case Trouble() | Recovered() | Ended():
                self._on_trouble()
