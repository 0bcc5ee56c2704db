"""The till hears of its orders: each mark is posted, signed, until the till has answered with a 2xx."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from scanrefund.aftercare.signed_post import signed_headers
from scanrefund.dispatch.clock import Clock
from scanrefund.dispatch.worker import OnFault, OnRefund
from scanrefund.errors import KeyFault, NetworkFault
from scanrefund.http import Http, HttpLimits
from scanrefund.keys import refuse_if_others_read
from scanrefund.ledger.ledger import Shop
from scanrefund.ledger.mark_box import MarkBox
from scanrefund.ledger.marks import Mark

# A till stands in the same shop; the worker has refunds to bring on and does not wait longer.
LIMITS: Final = HttpLimits(connect_timeout_s=2, read_timeout_s=3, deadline_s=4, body_bytes_max=65_536)
# So many in one round, so that a long list delays no refund.
ROUND_MAX: Final = 20
# After a till did not answer it is left alone so long, whatever else is due.
QUIET_S: Final = 30
# How long after each try in vain the next comes; after the last it is given up. A day and a half in all.
WAITS_S: Final = (10, 60, 300, 1_800, 3_600, 21_600, 21_600, 21_600, 21_600, 21_600)
# Whoever takes a mark and dies leaves it so long.
TAKEN_S: Final = 60
# Enough that nobody guesses it: 32 characters of hex are 128 bits.
KEY_CHARS_MIN: Final = 32


@dataclass(frozen=True, slots=True)
class TillSettings:
    """Where marks are posted to, and the file with the key both sides know."""

    url: str
    key_file: Path

    def key(self) -> bytes:
        """The key. Raises KeyFault for a file that is missing, too short or readable by others."""
        try:
            refuse_if_others_read(self.key_file)
            key = self.key_file.read_bytes().strip()
        except OSError as error:
            raise KeyFault("till_key_unusable", path=self.key_file) from error
        if len(key) < KEY_CHARS_MIN:
            raise KeyFault("till_key_unusable", path=self.key_file)
        return key


@dataclass(frozen=True, slots=True)
class Till:
    """The till as it is reached: an address, the key both sides know."""

    url: str
    key: bytes = field(repr=False)


class TillTeller:
    """A job of the worker. Each mark is told at least once; its id lets the till know a second telling."""

    def __init__(self, box: MarkBox, till: Till, shop: Shop, http: Http, clock: Clock) -> None:
        self._box = box
        self._till = till
        self._shop = shop
        self._http = http
        self._clock = clock
        self._quiet_until: datetime | None = None

    def run_once(self, _on_refund: OnRefund, _on_fault: OnFault) -> int:
        """Tell what is due, up to the first that is not heard; how many were heard."""
        now = self._clock.now()
        if self._quiet_until is not None and now < self._quiet_until <= now + timedelta(seconds=QUIET_S):
            return 0
        heard = 0
        for mark in self._box.due(now, ROUND_MAX):
            if not self._box.take(mark, now + timedelta(seconds=TAKEN_S)):
                continue
            if not self._tell(mark):
                self._quiet_until = self._clock.now() + timedelta(seconds=QUIET_S)
                break
            heard += 1
        return heard

    def _tell(self, mark: Mark) -> bool:
        body = document(mark, self._shop)
        name = json.loads(body)["id"]
        headers = signed_headers(self._till.key, name, body, self._clock.now().timestamp())
        try:
            reply = self._http.exchange("POST", self._till.url, headers=headers, body=body, limits=LIMITS)
        except NetworkFault as fault:
            return self._missed(mark, fault.code)
        if not 200 <= reply.status < 300:
            return self._missed(mark, f"http_{reply.status}")
        self._box.told(mark, self._clock.now())
        return True

    def _missed(self, mark: Mark, trouble: str) -> bool:
        now = self._clock.now()
        wait_s = WAITS_S[mark.tries] if mark.tries < len(WAITS_S) else None
        again_at = None if wait_s is None else now + timedelta(seconds=wait_s)
        self._box.missed(mark, trouble, again_at, now)
        return False


def told(mark: Mark, shop: Shop) -> dict[str, Any]:
    """A mark as the till gets it, by webhook and as a row. Amounts in fen; `id` is the same for ever."""
    return {
        "id": f"{shop.shop_id}-{mark.mark_id}",
        "event": mark.event,
        "at": mark.at.isoformat(),
        "order_id": mark.order_id,
        "order_state": mark.order_state.value,
        "refund_id": mark.refund_id,
        "amount_fen": mark.amount.fen,
        "refunded_fen": mark.refunded.fen,
        "rehearsal": shop.rehearsal,
    }


def document(mark: Mark, shop: Shop) -> bytes:
    """The body that is signed and posted."""
    return json.dumps(told(mark, shop), ensure_ascii=False, separators=(",", ":")).encode()
