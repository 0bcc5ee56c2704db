"""The self test as a table: is this counter ready to refund? Page, CLI and ladder read the same rows.

Each check looks at one thing and gives one Finding; a fault inside a check is that check's finding. The
sentences are in the catalogues under `readiness.<check>.<cause>`, each with `detail` and `cure`.
"""

from __future__ import annotations

import platform
import sqlite3
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType
from typing import Final

from scanrefund import __version__
from scanrefund.aftercare import due_dates, upkeep
from scanrefund.aftercare.due_dates import NO_DUE_DATES, DueDates
from scanrefund.aftercare.late_answers import late_answers
from scanrefund.aftercare.printer import PrinterSettings
from scanrefund.dispatch.alarms import AlarmLevel, alarm_level
from scanrefund.errors import Fault, NetworkFault
from scanrefund.http import Http
from scanrefund.keys import Keys
from scanrefund.ledger import walk
from scanrefund.ledger.engine import LedgerSettings, open_engine, writing
from scanrefund.ledger.ledger import Ledger, Shop
from scanrefund.ledger.sqlite import JOURNAL_MODE
from scanrefund.ledger.witness import FILE_NAME, Witness
from scanrefund.model.money import Money
from scanrefund.model.order import Order, OrderState
from scanrefund.model.outcome import OrderLook
from scanrefund.model.wallet import Wallet
from scanrefund.say.catalogue import Catalogue
from scanrefund.say.gaps import fill
from scanrefund.say.speak import say_fault
from scanrefund.wallets.gateway import RefundGateway

# WeChat Pay refuses a signature older than 5 minutes; a minute leaves room for the clock to drift further.
CLOCK_OFF_S_MAX: Final = 60
# More open refunds than a shop makes in a week; counting further would tell nobody anything.
OPEN_MAX: Final = 10_000

NO_PRINTER: Final = PrinterSettings()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the self test looks at. `gateways` builds the wallets: their key files may be what is broken."""

    home: Path
    shop: Shop
    ledger: LedgerSettings
    camera: str
    http: Http
    gateways: Callable[[], Mapping[Wallet, RefundGateway]]
    addresses: Mapping[Wallet, str]
    now: Callable[[], datetime]
    # Where copies of the ledger lie; None: it is on a server, which keeps its own.
    backups: Path | None = None
    printer: PrinterSettings = NO_PRINTER
    due_dates: DueDates = NO_DUE_DATES


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found. `ok` None is advice: refunds can be made without it."""

    name: str
    ok: bool | None
    cause: str
    gaps: Mapping[str, object] = field(default_factory=dict)
    fault: Fault | None = None

    def told(self, language: str) -> tuple[str, str]:
        """What was found, and what cures it, either may be empty. A fault's own sentence says both."""
        if self.fault is not None:
            return "", say_fault(self.fault, language)
        catalogue = Catalogue.load(language)
        key = f"readiness.{self.name}.{self.cause}"
        texts = (catalogue.get(f"{key}.{part}") or "" for part in ("detail", "cure"))
        detail, cure = (fill(text, self.gaps, catalogue) for text in texts)
        return detail, cure


Look = upkeep.Look
NOTHING_KNOWN: Final[Mapping[str, Finding]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Check:
    """One row. A `needed` check that fails means: not ready. Any other failure is advice."""

    name: str
    look: Callable[[Surroundings], Look]
    needed: bool = True

    def run(self, around: Surroundings) -> Finding:
        """Look, whatever happens: a fault is a finding too."""
        try:
            good, cause, gaps = self.look(around)
        except Fault as fault:
            return Finding(self.name, self._verdict(good=False), fault.code, fault=fault)
        except Exception as error:  # noqa: BLE001  (a self test that dies tells nobody anything)
            met = Fault("check_failed", kind=type(error).__name__)
            return Finding(self.name, self._verdict(good=False), met.code, fault=met)
        return Finding(self.name, self._verdict(good=good), cause, gaps)

    def _verdict(self, *, good: bool | None) -> bool | None:
        return False if good is False and self.needed else good or None


def examine(around: Surroundings, known: Mapping[str, Finding] = NOTHING_KNOWN) -> list[Finding]:
    """Run every check, in order; what is `known` by its name already is not looked at again."""
    return [known.get(check.name) or check.run(around) for check in CHECKS]


def is_ready(findings: list[Finding]) -> bool:
    """Whether nothing that is needed failed."""
    return all(finding.ok is not False for finding in findings)


def _keys(around: Surroundings) -> Look:
    Keys.open(around.home)
    return True, "good", {}


def _ledger(around: Surroundings) -> Look:
    """Open it as the desk does (tables, keys, pragmas), then write something and take it back."""
    Ledger.open(around.ledger, Keys.open(around.home), around.shop).close()
    engine = open_engine(around.ledger)
    try:
        with writing(engine) as connection:
            connection.exec_driver_sql("CREATE TABLE readiness_probe (number INTEGER)")
            connection.exec_driver_sql("INSERT INTO readiness_probe VALUES (1)")
            connection.rollback()
    finally:
        engine.dispose()
    return True, "good", {"journal": JOURNAL_MODE if engine.dialect.name == "sqlite" else "PostgreSQL"}


def _books(around: Surroundings) -> Look:
    """Whether every entry of the book holds, and whether the witness found the books to be an old copy."""
    keys = Keys.open(around.home)
    ledger = Ledger.open(around.ledger, keys, around.shop, Witness(around.home / FILE_NAME))
    try:
        flaw = walk.first_flaw(ledger, keys)
        behind = ledger.hear_witness(around.now()) or ledger.behind_since() is not None
    finally:
        ledger.close()
    if flaw is not None:
        return False, "broken", {"number": flaw.number}
    return not behind, "behind" if behind else "good", {}


def _open_refunds(around: Surroundings) -> Look:
    """What is open longer than a customer waits; the oldest sets the level."""
    ledger = Ledger.open(around.ledger, Keys.open(around.home), around.shop)
    try:
        found = ledger.refunds(open_only=True, limit=OPEN_MAX)
    finally:
        ledger.close()
    now = around.now()
    level = max(
        (alarm_level(refund, now, around.due_dates.maintenance) for refund in found), default=AlarmLevel.NONE
    )
    if not level:
        return True, "good", {"count": len(found)}
    oldest = min(refund.created_at for refund in found)
    return False, level.name.lower(), {"count": len(found), "age_s": int((now - oldest).total_seconds())}


def _decoders(around: Surroundings) -> Look:
    from scanrefund.scan.sample import reads_sample

    good = reads_sample(around.now())
    return good, "good" if good else "misread", {}


def _second_decoder(_around: Surroundings) -> Look:
    from scanrefund.scan.engines import Engine, available_engines

    there = available_engines()[Engine.ZBAR]
    return there, "good" if there else "missing", {}


def _camera(around: Surroundings) -> Look:
    from scanrefund.scan.camera import Camera, without_password
    from scanrefund.scan.source import open_source

    with closing(open_source(around.camera, around.now)) as camera:
        frame = next(iter(camera), None)
        claims = camera.claims() if isinstance(camera, Camera) else None
    gaps: dict[str, object] = {"source": without_password(around.camera)}
    if frame is None:
        return False, "no_picture", gaps
    height, width = frame.pixels.shape
    gaps |= {"width": width, "height": height}
    if claims is None or claims.possible:
        return True, "good", gaps
    said = {"said_width": claims.width, "said_height": claims.height, "said_rate": claims.rate}
    return True, "odd", gaps | {name: f"{value:g}" for name, value in said.items()}


def _clock(around: Surroundings) -> Look:
    """Our clock against a wallet server's: signatures carry the time."""
    address = next(iter(around.addresses.values()), None)
    if address is None:
        return None, "not_compared", {}
    try:
        reply = around.http.exchange("GET", address + "/", headers={})
        theirs = parsedate_to_datetime(reply.headers["Date"])
    except (NetworkFault, KeyError, ValueError):
        return None, "not_compared", {}
    off_s = round(abs((around.now() - theirs).total_seconds()))
    good = off_s <= CLOCK_OFF_S_MAX
    return good, "good" if good else "off", {"off_s": off_s, "limit_s": CLOCK_OFF_S_MAX}


def _wallet(wallet: Wallet) -> Callable[[Surroundings], Look]:
    def look(around: Surroundings) -> Look:
        """Ask for an order that does not exist: a signed "no such order" proves keys and wire."""
        gateways = around.gateways()
        gaps: dict[str, object] = {"wallet": wallet.value}
        if wallet not in gateways:
            return bool(gateways), "not_set_up" if gateways else "none_set_up", gaps
        answer = gateways[wallet].order(_no_such_order(wallet))
        gaps |= {"trouble": answer.code, "message": answer.message}
        good = answer.look is not OrderLook.NOT_ASKED
        return good, "good" if good else "no_proof", gaps

    return look


def _no_such_order(wallet: Wallet) -> Order:
    return Order(
        order_id="scanrefund-self-test",
        wallet=wallet,
        wallet_order_id="",
        amount=Money(1),
        paid_at=None,
        state=OrderState.PAID,
    )


def _versions(_around: Surroundings) -> Look:
    ours = f"scanrefund {__version__}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    parts = ("zxing-cpp", "opencv-python-headless" if sys.platform == "linux" else "opencv-python")
    return True, "good", {"versions": ", ".join([ours, *(f"{part} {version(part)}" for part in parts)])}


CHECKS: Final[tuple[Check, ...]] = (
    Check("data_folder", lambda around: upkeep.data_folder(around.home)),
    Check("disk_space", lambda around: upkeep.disk_space(around.home)),
    Check("keys", _keys),
    Check("ledger", _ledger),
    Check("books", _books),
    Check("backup", lambda around: upkeep.backup(around.backups, around.now()), needed=False),
    Check("open_refunds", _open_refunds, needed=False),
    Check(
        "complaints",
        lambda around: late_answers(around.home, around.ledger, around.shop, around.now()),
        needed=False,
    ),
    Check("faults", lambda around: upkeep.faults(around.home, around.now()), needed=False),
    Check("decoders", _decoders),
    Check("second_decoder", _second_decoder, needed=False),
    Check("camera", _camera, needed=False),
    Check("printer", lambda around: upkeep.printer(around.printer), needed=False),
    Check("network", lambda around: upkeep.network(around.http, around.addresses), needed=False),
    Check("clock", _clock),
    *(Check(f"wallet_{wallet.value}", _wallet(wallet)) for wallet in Wallet),
    Check(
        "maintenance",
        lambda around: due_dates.maintenance(around.due_dates.maintenance, around.now()),
        needed=False,
    ),
    Check("licence", lambda around: due_dates.licence(around.due_dates.licence, around.now())),
    Check(
        "newer_version",
        lambda around: due_dates.newer_version(around.due_dates.newest, __version__),
        needed=False,
    ),
    Check("versions", _versions, needed=False),
)
