"""A ledger with its witness and its photographs, and where its copies go."""

from __future__ import annotations

import sqlite3
from hashlib import sha256
from pathlib import Path

from scanrefund.errors import Fault
from scanrefund.keys import Keys
from scanrefund.ledger.backup import Tried, back_up, try_copy
from scanrefund.ledger.engine import LedgerSettings
from scanrefund.ledger.evidence import EvidenceBox
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.restoring import Restored, Restoring
from scanrefund.ledger.witness import Witness
from scanrefund.model.evidence import Evidence, EvidenceKind
from tests.unit.builders import KEYS, NOW, SHOP

ONE, TWO = b"one photograph", b"another photograph"


class Shelf:
    """A ledger with its witness, and where its copies go."""

    def __init__(self, folder: Path) -> None:
        self.path, self.copy = folder / "ledger.sqlite3", folder / "copies" / "one.sqlite3"
        self.settings = LedgerSettings(f"sqlite:///{self.path}", busy_timeout_s=30)
        self.witness = folder / "witness.json"

    def open(self) -> Ledger:
        return Ledger.open(self.settings, KEYS, SHOP, Witness(self.witness))

    def back_up(self) -> None:
        back_up(self.settings, KEYS, SHOP, self.copy)

    def tried(self, keys: Keys = KEYS) -> str:
        """`good`, or the code of what is wrong."""
        try:
            try_copy(self.copy, self.settings, keys, SHOP)
        except Fault as fault:
            return fault.code
        return "good"

    def restore(self) -> Restored:
        return Restoring(self.settings, KEYS, SHOP, Witness(self.witness)).restore(self.copy, NOW)

    def edit(self, *statements: str) -> None:
        stranger = sqlite3.connect(self.copy)
        for statement in statements:
            stranger.execute(statement)
        stranger.commit()
        stranger.close()


class Album(Shelf):
    """A ledger whose refund has two photographs."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.photos, self.pool = folder / "evidence", self.copy.parent / "evidence"
        self.photos.mkdir(exist_ok=True)

    def close_up(self, data: bytes) -> Path:
        name = sha256(data).hexdigest()
        path = self.photos / f"{name}.closed"
        path.write_bytes(KEYS.closed_photo(name, data))
        return path

    def name(self, ledger: Ledger, refund_id: str, data: bytes) -> None:
        told = sha256(data).hexdigest()
        EvidenceBox(ledger).add(Evidence(0, refund_id, EvidenceKind.PHOTO, "", told, "s3", NOW))

    def back_up(self) -> None:
        self.made = back_up(self.settings, KEYS, SHOP, self.copy, self.photos)

    def try_it(self, keys: Keys = KEYS) -> Tried:
        return try_copy(self.copy, self.settings, keys, SHOP)

    def put_back(self) -> None:
        witness = Witness(self.witness)
        Restoring(self.settings, KEYS, SHOP, witness, self.photos).restore(self.copy, NOW)

    def seen(self) -> list[bytes]:
        return sorted(KEYS.opened_photo(path.stem, path.read_bytes()) for path in self.photos.iterdir())
