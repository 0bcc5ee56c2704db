"""What outlives the program: the disk with ledger and wallet file, and the virtual time."""

from __future__ import annotations

import mmap
import shutil
import struct
from datetime import datetime, timedelta
from pathlib import Path

from scanrefund.dispatch.clock import Clock
from scanrefund.ledger.engine import LedgerSettings, open_engine
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.migrate import bring_up_to_date
from scanrefund.ledger.witness import FILE_NAME, Witness
from scanrefund.model.money import Money
from scanrefund.model.order import Order
from scanrefund.model.wallet import Wallet
from tests.crashes.plays import ORDER_FEN, PLAYS, Play
from tests.crashes.remains import LEDGER_FILE, digest
from tests.crashes.wallet import Truth
from tests.unit.builders import KEYS, NOW, SHOP, an_order


class Time:
    """Virtual time in memory that parent and children share: a new life goes on where the last one died."""

    def __init__(self) -> None:
        self._shared = mmap.mmap(-1, 8)
        self.clock = Clock(now=lambda: self.now, sleep=self.forward)
        self.restart()

    def restart(self, after_s: float = 0.0) -> None:
        self._shared[:8] = struct.pack("d", after_s)

    @property
    def passed_s(self) -> float:
        passed_s: float = struct.unpack("d", self._shared[:8])[0]
        return passed_s

    @property
    def now(self) -> datetime:
        return NOW + timedelta(seconds=self.passed_s)

    def forward(self, seconds: float) -> None:
        self.restart(self.passed_s + seconds)


class World:
    """The disk of one play on SQLite: a folder that is copied whole."""

    # The book of one short play is read in no time.
    checks_whole_book = True
    # One life after the other comes by the same points.
    is_predictable = True

    def __init__(self, folder: Path, play: Play) -> None:
        self.play = play
        self.time = Time()
        self.number = 1
        self._disk, self._kept, self._template = (folder / name for name in ("disk", "kept", "template"))
        self._looked_at = folder / "looked at"
        self._kept_s = 0.0
        self._template.mkdir()
        # Made once, before any fork, and never connected there: its statements are compiled only once.
        self._disk.mkdir()
        self._engine = open_engine(self._settings)
        self._engine.dispose()
        if not self.imports_order:
            ledger = self.open_ledger()
            self.keep_order(ledger)
            ledger.close()
            self._replace(self._template, self._disk)

    @property
    def imports_order(self) -> bool:
        """Whether the order comes to the ledger within the play, and not before it."""
        return self.play.from_nothing

    @property
    def order_id(self) -> str:
        return f"C{self.number}"

    @property
    def code_digits(self) -> str:
        """A made-up payment code of this order's customer."""
        return f"13{self.number:016}" if self.play.wallet is Wallet.WECHAT else f"28{self.number:014}"

    @property
    def truth(self) -> Truth:
        return Truth(self._disk / "wallet.jsonl")

    @property
    def order(self) -> Order:
        return an_order(order_id=self.order_id, wallet=self.play.wallet, amount=Money(ORDER_FEN))

    def keep_order(self, ledger: Ledger) -> None:
        """What the till's import does; again changes nothing."""
        with ledger.keeping_orders(NOW) as keep:
            keep([self.order])

    def open_ledger(self, program: type[Ledger] = Ledger) -> Ledger:
        """As the program does at its start; a play from nothing does every bit of it."""
        if self.play.from_nothing:
            return program.open(self._settings, KEYS, SHOP, self._witness)
        bring_up_to_date(self._engine)
        return program(self._engine, KEYS, SHOP, self._witness)

    def fresh(self) -> None:
        """Nothing has happened yet."""
        self._replace(self._disk, self._template)
        self.time.restart()

    def keep(self) -> bool:
        """Remember the disk as it is now; False where that cannot be."""
        self._replace(self._kept, self._disk)
        self._kept_s = self.time.passed_s
        return True

    def put_back(self) -> None:
        """The disk as it was kept."""
        self._replace(self._disk, self._kept)
        self.time.restart(self._kept_s)

    def remains(self) -> str:
        """The digest of what lies here now, for the next life to find."""
        self._replace(self._looked_at, self._disk)
        return digest(self._looked_at, self.time.passed_s)

    @property
    def _witness(self) -> Witness:
        return Witness(self._disk / FILE_NAME)

    @property
    def _settings(self) -> LedgerSettings:
        return LedgerSettings(f"sqlite:///{self._disk / LEDGER_FILE}", busy_timeout_s=30)

    @staticmethod
    def _replace(there: Path, source: Path) -> None:
        shutil.rmtree(there, ignore_errors=True)
        shutil.copytree(source, there)


class ServerWorld(World):
    """One play after the other on a PostgreSQL server, each with an order of its own in the same ledger."""

    # It grows with every play: walked once, at the end.
    checks_whole_book = False
    # The server notices a moment later that a client is dead; until then its locks hold.
    is_predictable = False

    def __init__(self, folder: Path, play: Play, url: str) -> None:
        self._url = url
        super().__init__(folder, play)
        # No two plays on one server meet in an order or a code.
        self.number = (PLAYS.index(play) + 1) * 1_000_000

    @property
    def imports_order(self) -> bool:
        return True

    def open_ledger(self, program: type[Ledger] = Ledger) -> Ledger:
        bring_up_to_date(self._engine)
        return program(self._engine, KEYS, SHOP, self._witness)

    def fresh(self) -> None:
        self.number += 1
        super().fresh()

    def keep(self) -> bool:
        return False

    def remains(self) -> str:
        """Nobody can tell: the server holds it."""
        return ""

    @property
    def _settings(self) -> LedgerSettings:
        return LedgerSettings(self._url, busy_timeout_s=30)
