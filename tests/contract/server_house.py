"""A ledger on a server with its witness and its photographs, where its copies go, and who looks on."""

from __future__ import annotations

import os
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from scanrefund.ledger.engine import LedgerSettings
from scanrefund.ledger.evidence import EvidenceBox
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.restoring import Restored, Restoring
from scanrefund.ledger.scratch import SCRATCH_PREFIX
from scanrefund.ledger.server_backup import ServerCopies
from scanrefund.ledger.server_tools import ServerTools
from scanrefund.ledger.witness import Witness
from scanrefund.model.evidence import Evidence, EvidenceKind
from tests.unit.builders import KEYS, NOW, ORDER, SHOP, an_order, keep, reserve

PHOTO = b"a photograph"
LATER = "B2"


def tools_of(bin_path: Path) -> str:
    """A PATH with the server's own tools first."""
    return os.pathsep.join([str(bin_path), os.environ.get("PATH", "")])


class ServerHouse:
    """What a counter has, all but the program; `url` names the database, which need not be there."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.settings = make_url(url), LedgerSettings(url, 30)
        self.database = str(self.url.database)
        self.copy, self.photos = folder / "copies" / "one.pgdump", folder / "evidence"
        self.witness = Witness(folder / "witness.json")

    def open(self, database: str = "") -> Ledger:
        """The ledger, or a kept one, which no witness knows."""
        if not database:
            return Ledger.open(self.settings, KEYS, SHOP, self.witness)
        url = self.url.set(database=database).render_as_string(hide_password=False)
        return Ledger.open(LedgerSettings(url, 30), KEYS, SHOP)

    def work_and_back_up(self) -> None:
        """A shop with a refund and its photograph, copied, in which nothing happened since."""
        ledger = self.open()
        ledger.hear_witness(NOW)
        keep(ledger, ORDER)
        refund_id = reserve(ledger).refund_id
        name = sha256(PHOTO).hexdigest()
        self.photos.mkdir(exist_ok=True)
        (self.photos / f"{name}.closed").write_bytes(KEYS.closed_photo(name, PHOTO))
        EvidenceBox(ledger).add(Evidence(0, refund_id, EvidenceKind.PHOTO, "", name, "s3", NOW))
        ledger.close()
        ServerCopies(self.settings, ServerTools()).back_up(KEYS, SHOP, self.copy, self.photos)

    def go_on(self) -> None:
        """What the copy does not know: an order, and a photograph that is gone."""
        ledger = self.open()
        keep(ledger, an_order(order_id=LATER))
        ledger.close()
        for path in self.photos.iterdir():
            path.unlink()

    def restore(self, now: datetime = NOW) -> Restored:
        return Restoring(self.settings, KEYS, SHOP, self.witness, self.photos).restore(self.copy, now)

    def orders(self, database: str = "") -> list[str]:
        """Which of both orders a ledger knows."""
        ledger = self.open(database)
        try:
            return [order_id for order_id in (ORDER.order_id, LATER) if ledger.order(order_id)]
        finally:
            ledger.close()

    def server(self, *statements: str) -> list[str]:
        """Run statements on the server; the databases that are of this house, then."""
        engine = create_engine(
            self.url.set(drivername="postgresql+psycopg", database="postgres"), isolation_level="AUTOCOMMIT"
        )
        with engine.connect() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
            found = connection.execute(text("SELECT datname FROM pg_database ORDER BY 1")).scalars().all()
        engine.dispose()
        ours = (self.database, f"{self.database}_before_", SCRATCH_PREFIX)
        return [name for name in found if name == ours[0] or name.startswith(ours[1:])]
