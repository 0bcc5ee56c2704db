"""Photographs go in their time: the name first, then the file; a kill in between leaves nothing behind."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from PIL import Image

from scanrefund.errors import UsageFault
from scanrefund.evidence_desk import LEFT_OVER_AGE_S, EvidenceDesk
from scanrefund.ledger.evidence import EvidenceBox
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.purge import KeepFor, Purge
from scanrefund.model.evidence import Evidence, EvidenceKind
from scanrefund.model.outcome import Answer, Outcome
from scanrefund.model.refund import Command, Refund, RefundState
from tests.unit.aftercare.posting import LEASE, moved
from tests.unit.builders import KEYS, NOW, ORDER, FakeClock, keep, reserve

TOLD = KeepFor(code_days=30, payer_days=400, account_days=180, photo_days=90)
LATE = NOW + timedelta(days=91)


def nothing() -> None:
    pass


class Crowded(EvidenceBox):
    """Others come in between: after the names were looked at, or before a piece is written down."""

    def __init__(self, ledger: Ledger) -> None:
        super().__init__(ledger)
        self.after_names: Callable[[], None] = nothing
        self.before_add: Callable[[], None] = nothing

    def photo_names(self) -> frozenset[str]:
        seen = super().photo_names()
        self.after_names()
        return seen

    def add(self, new: Evidence) -> None:
        self.before_add()
        super().add(new)


class Shop:
    """An ended refund and an open one, each with a photograph."""

    def __init__(self, ledger: Ledger, home: Path) -> None:
        keep(ledger, ORDER)
        self.ledger, self.home, self.box = ledger, home, Crowded(ledger)
        self.clock = FakeClock()
        self.desk = EvidenceDesk(self.box, KEYS, home, (), self.clock.clock)
        open_one = reserve(ledger)
        self.open = moved(ledger, open_one, RefundState.UNKNOWN, Outcome.UNKNOWN)
        other = reserve(ledger, request_id="request-2")
        self.ended = self._ended(other)

    def _ended(self, refund: Refund) -> Refund:
        attempt = self.ledger.begin(refund, Command.SEND, LEASE, NOW)
        assert attempt is not None
        changes = {"ended_at": NOW}
        return self.ledger.end(attempt, Answer(Outcome.SUCCEEDED), RefundState.SUCCEEDED, changes, "", NOW)

    def photograph(self, refund: Refund, colour: str, note: str = "") -> None:
        path = self.home / f"{colour}.png"
        Image.new("RGB", (40, 30), colour).save(path)
        self.desk.add(refund.refund_id, EvidenceKind.PHOTO, "s3", note=note, photo=path)

    def purge(self) -> int:
        return Purge(self.ledger, TOLD).run(LATE)["photos"]

    def files(self) -> int:
        return len(list((self.home / "evidence").iterdir()))


@pytest.fixture
def shop(ledger: Ledger, tmp_path: Path) -> Shop:
    made = Shop(ledger, tmp_path)
    made.photograph(made.ended, "white", note="Li Lei brought it")
    made.photograph(made.open, "black")
    return made


def test_name_note_and_file_of_an_ended_refund_go_and_what_was_done_stays(shop: Shop) -> None:
    assert Purge(shop.ledger, TOLD).run(NOW + timedelta(days=89))["photos"] == 0
    assert (shop.purge(), shop.desk.sweep()) == (1, 1)
    (kept,) = shop.desk.of_refund(shop.ended.refund_id)
    assert (kept.kind, kept.by, kept.photo_sha256, kept.note) == (EvidenceKind.PHOTO, "s3", "", "")
    assert shop.files() == 1
    (other,) = shop.desk.of_refund(shop.open.refund_id)
    assert shop.desk.photo(shop.open.refund_id, other.evidence_id)
    assert (shop.purge(), shop.desk.sweep()) == (0, 0)


def test_killed_between_name_and_file_the_next_run_finishes(shop: Shop) -> None:
    assert shop.purge() == 1
    assert shop.files() == 2
    assert (shop.purge(), shop.desk.sweep()) == (0, 1)
    assert shop.files() == 1


def test_before_the_name_is_taken_out_no_file_goes(shop: Shop) -> None:
    assert shop.desk.sweep() == 0
    assert shop.files() == 2


def test_a_photograph_that_another_refund_names_stays(shop: Shop) -> None:
    shop.photograph(shop.open, "white")
    assert (shop.purge(), shop.desk.sweep()) == (1, 0)
    assert len(shop.desk.of_refund(shop.open.refund_id)) == 2
    assert shop.files() == 2


def test_a_photograph_that_is_named_meanwhile_stays(shop: Shop) -> None:
    """Somebody adds it again after the sweep looked which are named."""
    shop.purge()
    shop.box.after_names = partial(shop.photograph, shop.open, "white")
    assert shop.desk.sweep() == 0
    assert shop.files() == 2


def test_a_photograph_swept_before_its_row_was_written_is_written_again(shop: Shop) -> None:
    shop.purge()

    def swept() -> None:
        assert shop.desk.sweep() == 1

    shop.box.before_add = swept
    shop.photograph(shop.open, "white")
    kept = shop.desk.of_refund(shop.open.refund_id)[-1]
    assert shop.desk.photo(shop.open.refund_id, kept.evidence_id)


def test_what_a_killed_program_left_half_written_goes_a_day_later(shop: Shop) -> None:
    left = shop.home / "evidence" / ("a" * 64 + ".4711")
    stranger = shop.home / "evidence" / "notes.txt"
    for path in (left, stranger):
        path.write_bytes(b"half")
    written = shop.clock.clock.now().timestamp()
    os.utime(left, (written, written - LEFT_OVER_AGE_S))
    shop.desk.sweep()
    assert left.exists()
    os.utime(left, (written, written - LEFT_OVER_AGE_S - 1))
    shop.desk.sweep()
    assert (left.exists(), stranger.exists()) == (False, True)


def test_a_file_that_cannot_be_deleted_is_named_and_kept_for_the_next_run(shop: Shop) -> None:
    shop.purge()
    (gone,) = [path for path in (shop.home / "evidence").iterdir() if path.stem not in shop.box.photo_names()]
    gone.unlink()
    gone.mkdir()
    with pytest.raises(UsageFault, match="photo_not_deleted"):
        shop.desk.sweep()
    gone.rmdir()
    assert shop.desk.sweep() == 0
