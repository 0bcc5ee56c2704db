"""Slips at the desk: counted once they are on paper, and no trouble of any refund's."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from scanrefund.aftercare.printer import PrinterSettings
from scanrefund.aftercare.slip import SlipShop
from scanrefund.errors import PrinterFault, UsageFault
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.prints import Prints
from scanrefund.model.slip import read_slip
from scanrefund.slip_desk import SlipDesk, SlipSettings
from tests.unit.builders import KEYS, NOW, FakeClock, reserve


def a_desk(ledger: Ledger, place: str, dummy_file: Path = Path("unused"), deadline_s: int = 5) -> SlipDesk:
    printer = PrinterSettings(place, dummy_file=dummy_file, deadline_s=deadline_s)
    return SlipDesk(ledger, KEYS, FakeClock().clock, SlipSettings(SlipShop("小店"), printer, rehearsal=False))


@contextmanager
def a_network_printer() -> Iterator[tuple[str, list[bytes]]]:
    """A printer on a port: takes one slip, as real ones do without a word."""
    taken: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def take() -> None:
            line, _ = server.accept()
            with line:
                while data := line.recv(65_536):
                    taken.append(data)

        thread = threading.Thread(target=take)
        thread.start()
        yield f"127.0.0.1:{server.getsockname()[1]}", taken
        thread.join(10)


def test_the_second_print_is_a_copy(ledger: Ledger, tmp_path: Path) -> None:
    refund = reserve(ledger)
    desk = a_desk(ledger, "dummy", tmp_path / "printed")
    first = desk.print(refund.refund_id, "kim", "zh-Hans")
    assert "副本".encode("gb18030") not in (tmp_path / "printed").read_bytes()
    second = desk.print(refund.refund_id, "kim", "zh-Hans")
    assert "副本 1".encode("gb18030") in (tmp_path / "printed").read_bytes()
    assert (first.prints, second.prints) == (1, 2)
    assert desk.look(refund.refund_id, "zh-Hans").prints == 2


def test_a_pdf_after_a_print_is_a_copy_too(ledger: Ledger, tmp_path: Path) -> None:
    refund = reserve(ledger)
    desk = a_desk(ledger, "dummy", tmp_path / "printed")
    original = desk.pdf(refund.refund_id, "kim", "zh-Hans")
    assert desk.pdf(refund.refund_id, "kim", "zh-Hans") != original
    assert Prints(ledger).count(refund.refund_id) == 2


def test_looking_counts_nothing(ledger: Ledger) -> None:
    refund = reserve(ledger)
    desk = a_desk(ledger, "")
    assert desk.look(refund.refund_id, "en").slip.marks == ()
    assert desk.look(refund.refund_id, "en").prints == 0


def test_a_printer_that_is_away_leaves_the_refund_and_the_count_alone(ledger: Ledger, tmp_path: Path) -> None:
    refund = reserve(ledger)
    desk = a_desk(ledger, str(tmp_path / "no" / "printer"))
    with pytest.raises(PrinterFault, match="printer_away"):
        desk.print(refund.refund_id, "kim", "zh-Hans")
    assert ledger.refund(refund.refund_id) == refund
    assert Prints(ledger).count(refund.refund_id) == 0


def test_a_printer_that_takes_nothing_is_given_up_and_the_next_print_is_a_copy(
    ledger: Ledger, tmp_path: Path
) -> None:
    refund = reserve(ledger)
    pipe = tmp_path / "lp0"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        writer = os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
        with contextlib.suppress(BlockingIOError):
            while os.write(writer, b"x" * 4096):
                pass
        with pytest.raises(PrinterFault, match="printer_stopped"):
            a_desk(ledger, str(pipe), deadline_s=1).print(refund.refund_id, "kim", "zh-Hans")
        os.close(writer)
    finally:
        os.close(reader)
    assert Prints(ledger).count(refund.refund_id) == 1


def test_a_printer_on_the_network_gets_the_whole_slip(ledger: Ledger) -> None:
    refund = reserve(ledger)
    with a_network_printer() as (place, taken):
        a_desk(ledger, place).print(refund.refund_id, "kim", "zh-Hans")
    assert b"".join(taken).startswith(b"\x1b@")
    assert refund.refund_id.encode() in b"".join(taken)


def test_nobody_listening_is_a_printer_that_is_away(ledger: Ledger) -> None:
    refund = reserve(ledger)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(PrinterFault, match="printer_away"):
        a_desk(ledger, f"127.0.0.1:{port}").print(refund.refund_id, "kim", "zh-Hans")


def test_the_code_on_the_slip_is_one_that_these_keys_made(ledger: Ledger) -> None:
    refund = reserve(ledger)
    slip = read_slip(a_desk(ledger, "").look(refund.refund_id, "en").slip.code)
    assert slip is not None
    assert KEYS.made_slip(slip.refund_id, slip.signature)
    assert slip.refund_id == refund.refund_id


def test_a_slip_leads_to_its_own_slip_and_a_forged_one_to_none(ledger: Ledger) -> None:
    refund = reserve(ledger)
    desk = a_desk(ledger, "")
    code = desk.look(refund.refund_id, "en").slip.code
    assert desk.look(code, "en").refund_id == refund.refund_id
    with pytest.raises(UsageFault, match="slip_forged"):
        desk.look(code[:-1] + ("0" if code[-1] != "0" else "1"), "en")


def test_without_a_printer_nothing_is_counted(ledger: Ledger) -> None:
    refund = reserve(ledger)
    with pytest.raises(PrinterFault, match="printer_none"):
        a_desk(ledger, "").print(refund.refund_id, "kim", "en")
    assert Prints(ledger).count(refund.refund_id) == 0


def test_prints_stand_in_the_book(ledger: Ledger) -> None:
    refund = reserve(ledger)
    Prints(ledger).begin(refund.refund_id, "printer", "kim", NOW)
    assert ledger.first_broken_entry() is None
    with pytest.raises(UsageFault, match="refund_unknown"):
        a_desk(ledger, "").look("SRT_shop1_00000000000000000000_77", "en")
