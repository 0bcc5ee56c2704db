"""Which till is calling, by its token; and how often a wrong one may be shown."""

from __future__ import annotations

from datetime import datetime

from starlette.datastructures import Headers

from scanrefund.errors import UsageFault
from scanrefund.model.till import Till
from scanrefund.till_desk import TillDesk
from scanrefund.web.tries import Tries


class TokenGate:
    """Believes tokens. Whoever shows too many wrong ones is not even listened to for a while.

    A till that was believed since the start goes on meanwhile: another program's guesses do not stop it.
    """

    def __init__(self, tills: TillDesk) -> None:
        self._tills = tills
        self._tries = Tries()
        self._believed: set[str] = set()

    def till(self, token: str, now: datetime) -> Till:
        """The till whose token this is. Raises UsageFault token_wrong and too_many_tries."""
        mark = self._tills.mark(token)
        if mark not in self._believed:
            self._tries.refuse(now)
        till = self._tills.known(token)
        if till is None:
            self._believed.discard(mark)
            self._tries.count(now)
            raise UsageFault("token_wrong")
        self._believed.add(mark)
        return till


def bearer(headers: Headers) -> str:
    """The token of the one `Authorization: Bearer` header; empty for anything else (RFC 6750, 2.1)."""
    told = headers.getlist("authorization")
    scheme, _, token = (told[0] if len(told) == 1 else "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
