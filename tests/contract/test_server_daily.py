"""The worker's daily copy of a ledger on PostgreSQL: a tool that hangs holds no refund up, nor the stop."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from scanrefund.aftercare.daily_backup import STOP_S_MAX, BackupSettings, DailyBackup, newest
from scanrefund.dispatch.dispatcher import Dispatcher
from scanrefund.dispatch.worker import Worker
from scanrefund.errors import LedgerFault
from scanrefund.keys import Keys
from scanrefund.ledger.engine import LedgerSettings
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.server_tools import ServerTools
from scanrefund.model.refund import RefundState
from tests.contract.server_tool import Tool
from tests.contract.test_server_backup import copies_of
from tests.postgres import Server
from tests.unit.builders import KEYS, SHOP, FakeClock, FakeWallet, a_ledger, reserve

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the stand-in of a tool is a shell script")

DAY_S = 86_400
TOOL_S_MAX = 60
FIRST = "daily-2026-11-23.pgdump"


class Unforeseen(Keys):
    """Keys that open a ledger, and break when its book is looked through."""

    def seal(self, previous: str, entry: bytes) -> str:
        if entry != b"check":
            raise ZeroDivisionError
        return super().seal(previous, entry)


class Night:
    """The job in a worker over a ledger on a server, with a clock that is moved."""

    def __init__(self, ledger: Ledger, url: str, folder: Path, tool: Tool) -> None:
        self.ledger, self.lies, self.tool = ledger, LedgerSettings(url, 30), tool
        self.told = BackupSettings(folder, daily=True, keep=2, utc_offset_h=8)
        self.time, self.wallet, self.keys = FakeClock(), FakeWallet(), KEYS
        self.begin_anew()

    def begin_anew(self) -> None:
        """The program is started again; its first round is over."""
        clock = self.time.clock

        def is_quiet() -> bool:
            return not self.ledger.due(clock.now(), 1, dispatcher.accounts)

        dispatcher = Dispatcher(self.ledger, {self.wallet.wallet: self.wallet}, clock, 30)
        self.job = DailyBackup(self.ledger, self.lies, self.keys, self.told, clock, is_quiet)
        self.worker = Worker(self.ledger, dispatcher, clock, [self.job.run_once])
        self.worker.run_once()

    def copied(self, told: str = "work") -> list[str]:
        """A copy is begun, let go, and looked after; what lies in the folder then."""
        self.worker.run_once()
        self.tool.began()
        self.tool.let_go(told)
        self.job.wait(TOOL_S_MAX)
        self.worker.run_once()
        return self.files()

    def files(self) -> list[str]:
        return sorted(path.name for path in self.told.folder.iterdir())

    def alarms(self) -> list[str]:
        """Why copies failed."""
        with self.ledger.reading() as connection:
            told = connection.exec_driver_sql("SELECT facts FROM book WHERE kind='alarm'").scalars()
            facts = [json.loads(one) for one in told]
        assert {one["alarm"] for one in facts} == {"backup_failed"}
        return [one["cause"] for one in facts]

    def entries(self) -> int:
        return self.ledger.audit([]).entries


@pytest.fixture
def tool(postgres: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tool]:
    with Tool(tmp_path / "bin", postgres.bin_path, monkeypatch) as made:
        yield made


@pytest.fixture
def night(postgres: Server, tool: Tool, tmp_path: Path) -> Iterator[Night]:
    with postgres.ledger() as url, a_ledger(url) as ledger:
        made = Night(ledger, url, tmp_path / "backups", tool)
        yield made
        made.job.close()


@pytest.fixture
def released(tool: Tool) -> Iterator[Callable[[], bool]]:
    """Lets the tool go after a while: who waits for it is late, and does not hang for ever."""
    late = threading.Event()

    def release() -> None:
        late.set()
        tool.let_go()

    timer = threading.Timer(TOOL_S_MAX, release)
    timer.start()
    yield late.is_set
    timer.cancel()


def test_a_tool_that_hangs_holds_no_refund_up(night: Night, released: Callable[[], bool]) -> None:
    night.worker.run_once()
    night.tool.began()
    refund = reserve(night.ledger)
    assert night.worker.run_once() == 1
    found = night.ledger.refund(refund.refund_id)
    assert found is not None
    assert found.state is RefundState.SUCCEEDED
    assert not released()
    night.tool.let_go()
    night.job.wait(TOOL_S_MAX)
    night.worker.run_once()
    assert night.files() == [FIRST]


def test_one_copy_a_day_of_which_the_newest_stay(night: Night) -> None:
    assert night.copied() == [FIRST]
    entries = night.entries()
    night.worker.run_once()
    night.begin_anew()
    night.worker.run_once()
    assert night.entries() == entries
    made = newest(night.told.folder)
    assert made is not None
    assert copies_of(night.lies).try_dump(made, KEYS, SHOP).head == night.ledger.audit([]).head
    # One that was made while the ledger lay elsewhere, and what a killed program had begun.
    old, half = night.told.folder / "daily-2026-11-22.sqlite3", night.told.folder / "daily-x.pgdump.part"
    for path in (old, half):
        path.touch()
        os.utime(path, (0, 0))
    night.time.forward(DAY_S)
    assert night.copied() == [FIRST, "daily-2026-11-24.pgdump"]


def test_a_copy_that_fails_is_an_alarm_and_tried_again_after_an_hour(night: Night) -> None:
    before = night.entries()
    assert night.copied("fail") == []
    assert night.entries() == before + 2
    assert night.alarms() == ["pg_tool_failed"]
    night.time.forward(3_590)
    night.worker.run_once()
    assert night.entries() == before + 2
    night.time.forward(10)
    assert night.copied() == [FIRST]


def test_the_copy_stops_with_the_program_and_is_begun_again(
    night: Night, released: Callable[[], bool]
) -> None:
    night.worker.run_once()
    process, entries = night.tool.began(), night.entries()
    begun = time.monotonic()
    night.job.close()
    assert time.monotonic() - begun < 5 * STOP_S_MAX
    assert not released()
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
    assert (night.files(), night.entries()) == ([], entries)
    night.begin_anew()
    assert night.copied() == [FIRST]


def test_a_tool_that_hangs_for_too_long_is_ended_and_none_begins_after_a_stop(
    tool: Tool, released: Callable[[], bool]
) -> None:
    url, tools = make_url("postgresql://shop@db.example/ledger"), ServerTools(limit_s=2)
    with pytest.raises(LedgerFault) as caught:
        tools.run("pg_dump", url)
    assert (caught.value.code, caught.value.details["found"]) == ("pg_tool_failed", "TimeoutExpired")
    with pytest.raises(ProcessLookupError):
        os.kill(tool.began(), 0)
    assert not released()
    tools.stop()
    tool.let_go()
    with pytest.raises(LedgerFault) as caught:
        tools.run("pg_dump", url)
    assert caught.value.details["found"] == "InterruptedError"


def test_a_program_of_one_round_begins_no_copy(night: Night) -> None:
    entries = night.entries()
    night.begin_anew()
    assert night.entries() == entries
    assert not night.told.folder.exists()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_copy_that_fails_as_nobody_foresaw_is_an_alarm_too(night: Night) -> None:
    night.keys = Unforeseen(b"f" * 32, b"b" * 32, b"p" * 32)
    night.begin_anew()
    before = night.entries()
    assert night.copied() == []
    assert night.alarms() == ["broken_off"]
    assert night.entries() == before + 2
