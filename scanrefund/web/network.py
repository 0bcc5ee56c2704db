"""Whether the wallets can be reached: by the last trips, else by a knock at their door."""

from __future__ import annotations

import socket
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from scanrefund.dispatch.clock import Clock
from scanrefund.ledger.story import LastTrip
from scanrefund.model.outcome import Outcome
from scanrefund.model.wallet import Wallet

# A clerk sees within half a minute that the cable is out; nobody is kept busy by it.
KNOCK_EVERY_S: Final = 15.0
KNOCK_S_MAX: Final = 2.0
# A trip this young says more than a knock: it was signed and answered.
TRIP_COUNTS: Final = timedelta(seconds=60)
_PORTS: Final = {"https": 443, "http": 80}
_NO_WORD: Final = frozenset({Outcome.NOT_SENT.value, Outcome.UNKNOWN.value})


@dataclass(frozen=True, slots=True)
class Reach:
    """Whether a wallet could be reached, and when that was seen; None before anything was."""

    wallet: Wallet
    ok: bool | None
    at: datetime | None


class Network:
    """Knocks at the wallets' addresses in the background: a connection, no byte."""

    def __init__(self, addresses: Mapping[Wallet, str], clock: Clock) -> None:
        self._addresses = addresses
        self._clock = clock
        self._knocked: dict[Wallet, Reach] = {}

    def run(self, stop: threading.Event) -> None:
        """Knock until told to stop."""
        while not stop.is_set():
            self.knock()
            stop.wait(KNOCK_EVERY_S)

    def knock(self) -> None:
        """Knock once at each address."""
        for wallet, address in self._addresses.items():
            self._knocked[wallet] = Reach(wallet, answers(address), self._clock.now())

    def reach(self, trips: list[LastTrip]) -> list[Reach]:
        """One line per wallet of this shop: what was seen last, a trip before a knock."""
        last = {trip.wallet: trip for trip in trips}
        return [self._of(wallet, last.get(wallet)) for wallet in self._addresses]

    def _of(self, wallet: Wallet, trip: LastTrip | None) -> Reach:
        knocked = self._knocked.get(wallet, Reach(wallet, None, None))
        if trip is None or self._clock.now() - trip.at > TRIP_COUNTS:
            return knocked
        if knocked.at is not None and knocked.at > trip.at and knocked.ok is False:
            return knocked
        return Reach(wallet, trip.outcome not in _NO_WORD, trip.at)


def answers(address: str) -> bool:
    """Whether somebody takes a connection at an address."""
    parts = urlsplit(address)
    try:
        where = (parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 443))
        with socket.create_connection(where, KNOCK_S_MAX):
            return True
    except (OSError, ValueError):
        return False
