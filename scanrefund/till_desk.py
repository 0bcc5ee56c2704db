"""Tills: added with a token that is shown once, believed by it, revoked; and the calls that were theirs."""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from scanrefund.dispatch.clock import Clock
from scanrefund.errors import Bug, UsageFault
from scanrefund.keys import Keys
from scanrefund.ledger.tills import TILL_ID_CHARS_MAX, Tills
from scanrefund.model.staff import Secret
from scanrefund.model.till import Till

# 256 bits: nobody guesses one, whatever he may try in a minute.
TOKEN_BYTES: Final = 32
TOKEN_CHARS_MAX: Final = 100
NAME_CHARS_MAX: Final = 40
# Wide enough for a UUID with what a till puts before it.
KEY_CHARS_MAX: Final = 100
_PREFIX: Final = "srt"
_TRIES: Final = 20
# Compared with where there is no such till: it takes as long.
_NOBODYS: Final = "-" * 32


@dataclass(frozen=True, slots=True)
class NewTill:
    """A till that was just added, and its token: shown now, and never again."""

    till: Till
    token: Secret


class TillDesk:
    """Build with `assemble.open_house`. `by` is the staff id of somebody who has proved himself, or empty in
    a ledger without staff.
    """

    def __init__(self, tills: Tills, keys: Keys, clock: Clock) -> None:
        self._tills = tills
        self._keys = keys
        self._clock = clock

    def add(self, by: str, name: str, clerk: str) -> NewTill:
        """A new till with its token. Raises UsageFault name_wrong, not_permitted, till_clerk_wrong."""
        told = _name(name)
        for _ in range(_TRIES):
            till = Till(self._tills.next_id(), told, clerk, self._clock.now())
            token = f"{_PREFIX}_{till.till_id}_{secrets.token_urlsafe(TOKEN_BYTES)}"
            if self._tills.add(till, self._keys.till_token(token), by):
                return NewTill(till, Secret(token))
        raise Bug("till_id_not_free")

    def listed(self) -> list[Till]:
        """Every till, revoked ones too."""
        return self._tills.listed()

    def revoke(self, by: str, till_id: str) -> Till:
        """Let a till call no more. Raises UsageFault till_unknown, not_permitted."""
        return self._tills.revoke(till_id, self._clock.now(), by)

    def mark(self, token: str) -> str:
        """A token's keyed hash: what may be kept of it in memory too."""
        return self._keys.till_token(token)

    def known(self, token: str) -> Till | None:
        """The till whose token this is, as the ledger now has it; None for any other text."""
        if len(token) > TOKEN_CHARS_MAX or not token.isascii():
            return None
        prefix, _, rest = token.partition("_")
        till_id = rest.partition("_")[0]
        kept = self._tills.find(till_id[:TILL_ID_CHARS_MAX]) if prefix == _PREFIX else None
        right = hmac.compare_digest(self._keys.till_token(token), kept.token_hash if kept else _NOBODYS)
        return kept.till if kept and right and kept.till.may_call else None

    def bind(self, till: Till, key: str, call: str, told: Mapping[str, Any]) -> bool:
        """Bind an idempotency key to one call for good; True the first time.

        `told` is hashed under a key: there may be numbers in it that a plain hash would give away. Raises
        UsageFault idempotency_key_reused for another call under the same key.
        """
        text = json.dumps(told, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
        call_hash = self._keys.request("till call", call, text)
        return self._tills.bind(till.till_id, self._key_hash(till, key), call_hash, self._clock.now())

    def request_id(self, till: Till, key: str) -> str:
        """The name of this till's wish in the ledger: no other till, and no page, ever has the same."""
        return f"{till.till_id}-{self._key_hash(till, key)}"

    def _key_hash(self, till: Till, key: str) -> str:
        return self._keys.request("till key", till.till_id, key)


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not 0 < len(name) <= NAME_CHARS_MAX or not name.isprintable():
        raise UsageFault("name_wrong", limit_chars=NAME_CHARS_MAX)
    return name
