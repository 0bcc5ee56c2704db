"""How many calls a second WeChat Pay takes of one merchant. Only at real pace; counted in real seconds.

Sources: merchant documents 4013071036 (refund: 150, of failing ones 6), 4013071041 (ask: 300), 4013071193
(abnormal refund: 150), 4013071254 (fund-flow bill: 3).
"""

from __future__ import annotations

import threading
from collections import Counter
from typing import Final

from scanrefund.sandbox.spoken import Call

_REFUNDS: Final = "/v3/refund/domestic/refunds"
_PER_SECOND: Final = {"refund": 150, "ask": 300, "again": 150, "fundflow": 3, "refund failed": 6}


def _kind(call: Call) -> str:
    if call.path.startswith(_REFUNDS):
        if call.method == "GET":
            return "ask"
        return "refund" if call.path == _REFUNDS else "again"
    return "fundflow" if call.path == "/v3/bill/fundflowbill" else ""


class Rates:
    """The calls of the running second."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._second = 0
        self._counts: Counter[str] = Counter()

    def is_over(self, call: Call, now: float) -> bool:
        """Count a call; whether it is one too many, by its own number or by the failures before it."""
        kind = _kind(call)
        with self._lock:
            self._turn_to(now)
            self._counts[kind] += 1
            over = kind in _PER_SECOND and self._counts[kind] > _PER_SECOND[kind]
            failures = f"{kind} failed"
            return over or (failures in _PER_SECOND and self._counts[failures] >= _PER_SECOND[failures])

    def failed(self, call: Call, now: float) -> None:
        with self._lock:
            self._turn_to(now)
            self._counts[f"{_kind(call)} failed"] += 1

    def _turn_to(self, now: float) -> None:
        if int(now) != self._second:
            self._second = int(now)
            self._counts.clear()
