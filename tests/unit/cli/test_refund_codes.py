"""What `refund` takes as a payment code: pipes, pictures and recordings."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from scanrefund.sandbox.drawing import code_page
from scanrefund.sandbox.photograph import write_video
from tests.unit.cli.conftest import Program, Refund, Sell, Wallets


def test_a_code_of_the_other_wallet_is_refused(refund: Refund, sold: Sell) -> None:
    sold("wechat", "w-2")
    ended = refund("alipay", "w-2", "--yes", "--json")
    assert (ended.code, ended.document["reason"]) == (1, "wallet_mismatch")


@pytest.mark.parametrize(
    ("filmed_ago", "reason"),
    [(timedelta(minutes=2), "picture_too_old"), (-timedelta(days=1), "picture_too_old"), (timedelta(), None)],
)
def test_a_recording_given_as_camera_opens_no_more_than_a_picture(
    program: Program, sold: Sell, wallets: Wallets, tmp_path: Path, filmed_ago: timedelta, reason: str | None
) -> None:
    order_id = f"a-22-{filmed_ago.total_seconds():.0f}"
    sold("alipay", order_id)
    film = tmp_path / "film.avi"
    write_video([code_page("alipay", wallets.fresh_code("alipay"))], film, page_s=0.3)
    os.utime(film, ((datetime.now(UTC) - filmed_ago).timestamp(),) * 2)
    asked = ("--order", order_id, "--reason", "x", "--yes", "--json", "--camera", film)
    assert program("refund", *asked).document["reason"] == reason


def test_a_recording_is_refused_where_pictures_are(
    program: Program, sold: Sell, wallets: Wallets, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sold("alipay", "a-23")
    film = tmp_path / "film.avi"
    write_video([code_page("alipay", wallets.fresh_code("alipay"))], film, page_s=0.3)
    monkeypatch.setenv("SCANREFUND_LIMITS__PICTURE_MAY_REFUND", "false")
    ended = program("refund", "--order", "a-23", "--reason", "x", "--yes", "--json", "--camera", film)
    assert (ended.code, ended.document["reason"]) == (1, "code_required")


def test_two_codes_in_one_pipe_are_refused(program: Program, sold: Sell) -> None:
    sold("wechat", "w-20")
    piped = "\r\n134567890123456789\r\n124567890123456789\r\n"
    ended = program("refund", "--order", "w-20", "--reason", "x", "--yes", "--json", stdin=piped)
    assert (ended.code, ended.document["reason"]) == (1, "codes_conflict")


@pytest.mark.parametrize("mark", ["\ufeff", "\u200b"])
def test_something_unseen_around_a_code_is_said(program: Program, sold: Sell, mark: str) -> None:
    order_id = f"w-21-{ord(mark)}"
    sold("wechat", order_id)
    piped = f"{mark}134567890123456789\n"
    ended = program("refund", "--order", order_id, "--reason", "x", "--yes", "--json", stdin=piped)
    assert (ended.code, ended.document["reason"]) == (1, "not_a_payment_code")
    assert "invisible" in ended.document["say_clerk"]
    assert "134567890123456789" not in ended.out + ended.err


@pytest.mark.parametrize(("name", "code"), [("nowhere.png", 2), ("note.png", 1), ("code.gif", 1)])
def test_a_picture_that_cannot_be_read_ends_as_in_scan(
    program: Program, wallets: Wallets, tmp_path: Path, name: str, code: int
) -> None:
    (tmp_path / "note.png").write_text("buy milk")
    (tmp_path / "code.gif").write_bytes(b"GIF89a" + bytes(20))
    asked = ("--image", tmp_path / name, "--json")
    refunded = program("refund", "--order", "1", "--reason", "x", "--yes", *asked)
    scanned = program("scan", *asked)
    assert (refunded.code, scanned.code) == (code, code)
    assert refunded.document == scanned.document


def test_no_code_at_all_is_refused(program: Program, sold: Sell) -> None:
    sold("alipay", "a-6")
    ended = program("refund", "--order", "a-6", "--reason", "x", "--yes", "--json")
    assert (ended.code, ended.document["reason"]) == (1, "code_required")
