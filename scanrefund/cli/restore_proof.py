"""Who may put a copy back: whom the ledger that lies there knows; where none opens, whom the copy knows."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

from scanrefund.cli.people import Asker
from scanrefund.errors import KeyFault, LedgerFault, UsageFault
from scanrefund.model.staff import Permission

if TYPE_CHECKING:
    from scanrefund.config import Settings
    from scanrefund.keys import Keys
    from scanrefund.ledger.engine import LedgerSettings


def prove_to_restore(settings: Settings, keys: Keys, copy: Path, by: str, asker: Asker) -> None:
    """Where staff is known, somebody with `books.keep` proves himself. Raises SignInFault, UsageFault."""
    from scanrefund.ledger.ledger import Shop
    from scanrefund.ledger.place import place_of

    place = place_of(settings.ledger)
    if place.lies():
        # A broken ledger is what copies are for: nobody can be known by it.
        with contextlib.suppress(LedgerFault, KeyFault):
            _prove(settings, settings.ledger, keys, by, asker)
            return
    with place.laid_out(copy, keys, Shop(settings.shop_id, settings.rehearsal)) as lies:
        _prove(settings, lies, keys, by, asker)


def _prove(settings: Settings, lies: LedgerSettings, keys: Keys, by: str, asker: Asker) -> None:
    """Without the witness: it is heard when the copy is in its place."""
    from scanrefund.dispatch.clock import SYSTEM
    from scanrefund.ledger.ledger import Ledger, Shop
    from scanrefund.ledger.roster import Roster
    from scanrefund.ledger.sign_ins import SignIns
    from scanrefund.people.pins import PinHasher
    from scanrefund.people.recogniser import Recogniser
    from scanrefund.staff_desk import refused

    ledger = Ledger.open(lies, keys, Shop(settings.shop_id, settings.rehearsal))
    try:
        if not Roster(ledger, keys).has_staff():
            return
        if not by:
            raise UsageFault("by_missing")
        recogniser = Recogniser(SignIns(ledger), keys, PinHasher(), SYSTEM, settings.counter)
        secret = asker.secret("secret_of", staff_id=by)
        found = recogniser.for_once(by, secret, Permission.BOOKS_KEEP)
    finally:
        ledger.close()
    if found.staff is None:
        raise refused(found, Permission.BOOKS_KEEP)
