"""Is this really that person? By PIN or code of the moment, each try counted before it is judged."""

from __future__ import annotations

import re
from typing import Final

from scanrefund.dispatch.clock import Clock
from scanrefund.keys import Keys
from scanrefund.ledger.book import Facts
from scanrefund.ledger.sign_ins import SignIns, Tried
from scanrefund.model.staff import Doubt, Permission, Secret, SignIn
from scanrefund.people import totp
from scanrefund.people.pins import PinHasher

# Anything else is no PIN of anybody's: judging it would only cost time.
_MAY_BE_PIN: Final = re.compile(r"[0-9]{6,8}")


class Recogniser:
    """Believes people who prove to be themselves."""

    def __init__(self, sign_ins: SignIns, keys: Keys, hasher: PinHasher, clock: Clock, counter: str) -> None:
        self._sign_ins = sign_ins
        self._keys = keys
        self._hasher = hasher
        self._clock = clock
        self._counter = counter

    def by_pin(self, staff_id: str, pin: Secret) -> SignIn:
        """For a whole shift: the PIN alone, as a code of the moment may be read over a shoulder."""
        return self._recognise(staff_id, pin, None)

    def for_once(self, staff_id: str, secret: Secret, permission: Permission) -> SignIn:
        """For one thing that needs a permission: the PIN or a code of the moment."""
        return self._recognise(staff_id, secret, permission)

    def _recognise(self, staff_id: str, secret: Secret, permission: Permission | None) -> SignIn:
        now = self._clock.now()
        facts: Facts = {"counter": self._counter, "for": permission.value if permission else ""}
        tried = self._sign_ins.begin(staff_id, now)
        if tried.staff is None:
            return SignIn(None, tried.doubt, tried.locked_until)
        step = self._step(tried, secret) if permission else None
        if step is None and not self._is_pin(tried, secret):
            self._sign_ins.was_wrong(tried.staff.staff_id, Doubt.WRONG, now, facts)
            return SignIn(None, Doubt.WRONG, tried.locked_until, tried.tries_left)
        doubt = self._sign_ins.was_right(tried, step, self._clock.now(), facts)
        if doubt is not None:
            return SignIn(None, doubt, tried.locked_until, tried.tries_left)
        if permission is not None and not tried.staff.may(permission):
            return SignIn(None, Doubt.NOT_ALLOWED)
        return SignIn(tried.staff)

    def _step(self, tried: Tried, secret: Secret) -> int | None:
        """The step of a right code of the moment, else None."""
        if not tried.totp or tried.staff is None:
            return None
        key = self._keys.opened(tried.staff.staff_id, tried.totp)
        return totp.matching_step(key, secret.reveal(), self._clock.now())

    def _is_pin(self, tried: Tried, secret: Secret) -> bool:
        if tried.staff is None or not _MAY_BE_PIN.fullmatch(secret.reveal()):
            return False
        return self._hasher.holds(tried.pin, self._keys.peppered(tried.staff.staff_id, secret.reveal()))
