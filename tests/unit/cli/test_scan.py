"""`scan` names what is shown, masked."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
import segno

from scanrefund.keys import Keys
from scanrefund.model.slip import Slip
from tests.unit.cli.conftest import Program

DIGITS = "134567890123456789"
MASKED = "13••••••••••••••89"
KEYS = {
    "kind",
    "wallet",
    "text",
    "confirmed",
    "source",
    "taken_at",
    "say",
    "fingerprint",
    "refund_id",
    "dated",
}


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "code.png"
    segno.make_qr(DIGITS).save(str(path), scale=8, border=4)
    return path


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    path = tmp_path / "empty.png"
    segno.make_qr("x").save(str(path), scale=8, border=4, dark="white")
    return path


def test_a_payment_code_is_named_and_masked(program: Program, picture: Path) -> None:
    ended = program("scan", "--image", picture, "--json")
    assert ended.code == 0
    told = ended.document
    assert told.keys() == KEYS
    assert (told["kind"], told["wallet"], told["text"]) == ("payment_code", "wechat", MASKED)
    assert (told["confirmed"], told["source"]) == (True, "picture")
    assert "WeChat Pay" in told["say"]
    assert len(told["fingerprint"]) == 32


def test_people_see_the_mask_too(program: Program, picture: Path) -> None:
    ended = program("scan", "--image", picture)
    assert MASKED in ended.out
    assert DIGITS not in ended.out + ended.err


def test_reveal_shows_the_code_after_a_warning(program: Program, picture: Path) -> None:
    ended = program("scan", "--image", picture, "--json", "--reveal")
    assert ended.document["text"] == DIGITS
    assert "Careful" in ended.err


def test_a_camera_may_be_a_series_of_pictures(program: Program, tmp_path: Path) -> None:
    for number in range(3):
        segno.make_qr(DIGITS).save(str(tmp_path / f"frame{number}.png"), scale=8, border=4)
    told = program("scan", "--camera", tmp_path / "frame%d.png", "--json").document
    assert (told["source"], told["text"]) == ("picture", MASKED)


def test_a_recording_given_as_camera_is_dated_by_its_file(program: Program, picture: Path) -> None:
    taken_at = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)
    os.utime(picture, (taken_at.timestamp(),) * 2)
    told = program("scan", "--camera", picture, "--json").document
    assert (told["source"], told["taken_at"]) == ("picture", taken_at.isoformat())


def test_a_camera_alone_is_the_configured_one(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCANREFUND_SCAN__CAMERA", "no-such-video.avi")
    ended = program("scan", "--camera", "--json")
    assert ended.code == 2
    assert ended.document["error"]["code"] == "camera_file_missing"
    assert "no-such-video.avi" in ended.document["error"]["say"]


def test_nothing_in_view_ends_with_1(program: Program, empty: Path) -> None:
    ended = program("scan", "--image", empty, "--json")
    assert (ended.code, ended.document["kind"], ended.document["fingerprint"]) == (1, "nothing", None)


def test_a_file_that_is_no_picture_is_named(program: Program, tmp_path: Path) -> None:
    path = tmp_path / "note.png"
    path.write_text("buy milk")
    ended = program("scan", "--image", path, "--json")
    assert (ended.code, ended.document["error"]["code"]) == (1, "picture_not_a_picture")


def test_a_picture_that_is_not_there_is_a_wrong_command_line(program: Program, tmp_path: Path) -> None:
    ended = program("scan", "--image", tmp_path / "nowhere.png", "--json")
    assert (ended.code, ended.document["error"]["code"]) == (2, "picture_missing")


@pytest.mark.parametrize("arguments", [(), ("--image", "a.png", "--camera", "0")])
def test_exactly_one_source_is_read(program: Program, arguments: tuple[str, ...]) -> None:
    assert program("scan", *arguments).code == 2


REFUND_ID = "SRT_S1_0123456789abcdef0123_01"


def drawn(text: str, path: Path) -> Path:
    segno.make_qr(text).save(str(path), scale=8, border=4)
    return path


def test_a_slip_of_ours_names_its_refund(program: Program, home: Path, tmp_path: Path) -> None:
    slip = Slip(REFUND_ID, Keys.open(home).slip_signature(REFUND_ID))
    ended = program("scan", "--image", drawn(slip.text, tmp_path / "slip.png"), "--json")
    told = ended.document
    assert (ended.code, told["kind"], told["refund_id"], told["text"]) == (
        0,
        "our_slip",
        REFUND_ID,
        REFUND_ID,
    )
    assert REFUND_ID in program("scan", "--image", tmp_path / "slip.png").out


def test_a_slip_made_elsewhere_is_named_as_forged(program: Program, tmp_path: Path) -> None:
    path = drawn(Slip(REFUND_ID, "0" * 12).text, tmp_path / "slip.png")
    told = program("scan", "--image", path, "--json").document
    assert (told["kind"], told["refund_id"]) == ("forged_slip", None)
    assert "not made here" in told["say"]


def test_a_bills_number_is_dated(program: Program, tmp_path: Path) -> None:
    path = drawn("4200002345202611201234567890", tmp_path / "bill.png")
    told = program("scan", "--image", path, "--json").document
    assert (told["kind"], told["dated"]) == ("wallet_order_number", "2026-11-20")
    assert "2026-11-20" in program("scan", "--image", path).out
