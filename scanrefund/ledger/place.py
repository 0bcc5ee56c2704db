"""Where a ledger lies, a file or a database on a server, and how copies leave that place and come back."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Protocol

from scanrefund.keys import Keys
from scanrefund.ledger.backup import Tried
from scanrefund.ledger.engine import LedgerSettings
from scanrefund.ledger.file_place import FilePlace
from scanrefund.ledger.ledger import Shop
from scanrefund.ledger.server_backup import on_server
from scanrefund.ledger.server_place import ServerPlace
from scanrefund.ledger.witness import Witness


class LedgerPlace(Protocol):
    """What copies of a ledger need of its place. All raise LedgerFault for the place's own troubles."""

    @property
    def suffix(self) -> str:
        """The end of the names of copies."""

    @property
    def name(self) -> str:
        """The place in words that people find it by, without a password."""

    @property
    def by_tools(self) -> bool:
        """Whether programs of others make the copies: they may hang, and nobody waits for them."""

    def stop(self) -> None:
        """End a copy that another thread makes. This place makes none any more."""

    def lies(self) -> bool:
        """Whether a ledger lies here, broken or not: something to be asked about before it is replaced."""

    def back_up(self, keys: Keys, shop: Shop, target: Path, photos: Path | None) -> Tried:
        """Copy the ledger into a new file, photographs beside it, and try the copy while others go on."""

    def try_copy(self, copy: Path, keys: Keys, shop: Shop) -> Tried:
        """Look through a copy as if it were restored. Raises UsageFault where there is none, KeyFault."""

    def laid_out(self, copy: Path, keys: Keys, shop: Shop) -> AbstractContextManager[LedgerSettings]:
        """A copy that passed, as a ledger of its own that is gone afterwards; raises as `try_copy`."""

    def tell_end(self, witness: Witness) -> None:
        """Let this counter's witness name the end of the ledger that lies here, whoever wrote that."""

    def put_back(
        self, copy: Path, keys: Keys, shop: Shop, now: datetime, photos: Path | None
    ) -> tuple[Tried, str | None]:
        """Try a copy and put it here, its photographs first. What it holds, and where the old ledger is now.

        Killed at any moment, the old ledger lies here or the restored one, whole. Raises as `try_copy`.
        """


def place_of(settings: LedgerSettings) -> LedgerPlace:
    """The place of a ledger. Raises LedgerFault for an address that is none, UsageFault for one in memory."""
    return ServerPlace(settings) if on_server(settings.url) else FilePlace(settings)
