"""A copy is put back in the ledger's place. What lay there is kept, and the witness is heard afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from scanrefund.keys import Keys
from scanrefund.ledger.backup import Tried
from scanrefund.ledger.book import Facts
from scanrefund.ledger.engine import LedgerSettings
from scanrefund.ledger.ledger import Ledger, Shop
from scanrefund.ledger.place import place_of
from scanrefund.ledger.witness import Witness
from scanrefund.ledger.writer_lock import only_writer


@dataclass(frozen=True, slots=True)
class Restored:
    """What stands now, where the old ledger lies (a path, or the name of a database; None: there was none),
    and whether the books are behind.
    """

    copy: Tried
    kept: str | None
    behind: bool


class Restoring:
    """Puts copies back into one ledger's place."""

    def __init__(
        self,
        settings: LedgerSettings,
        keys: Keys,
        shop: Shop,
        witness: Witness,
        photos: Path | None = None,
    ) -> None:
        self._settings, self._keys, self._shop, self._witness = settings, keys, shop, witness
        self._photos = photos

    def restore(self, copy: Path, now: datetime) -> Restored:
        """Try the copy, keep the old ledger beside the new one, and hear the witness about the new one.

        Raises LedgerFault while a counter or worker works through the ledger, or when the copy is not whole.
        """
        place = place_of(self._settings)
        with only_writer(self._settings.url, "scanrefund restore"):
            place.tell_end(self._witness)
            tried, kept = place.put_back(copy, self._keys, self._shop, now, self._photos)
            return Restored(tried, kept, self._hear(tried, kept, now))

    def _hear(self, tried: Tried, kept: str | None, now: datetime) -> bool:
        ledger = Ledger.open(self._settings, self._keys, self._shop, self._witness)
        try:
            behind = ledger.hear_witness(now)
            facts: Facts = {"copy_entries": tried.head.number, "kept": Path(kept).name if kept else ""}
            ledger.enter_alone(now, "ledger_restored", facts)
        finally:
            ledger.close()
        return behind
