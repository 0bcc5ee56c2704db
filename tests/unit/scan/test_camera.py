"""Sources of frames: files that stand in for a webcam, and sources that are not there."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scanrefund.errors import Fault, PictureFault, SourceFault, UsageFault
from scanrefund.sandbox.drawing import qr
from scanrefund.sandbox.photograph import write_video
from scanrefund.scan.camera import Camera, is_device, is_live, without_password
from tests.unit.scan.symbols import WECHAT

START = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
FILMED = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def test_a_video_file_gives_grey_frames_with_the_files_time_and_then_ends(tmp_path: Path) -> None:
    path = tmp_path / "desk.avi"
    write_video([qr(WECHAT)], path, fps=15, page_s=0.4)
    os.utime(path, (FILMED.timestamp(),) * 2)
    with Camera(str(path), lambda: START) as camera:
        frames = list(camera)
        assert not camera.live
    assert len(frames) == 8
    assert frames[0].pixels.shape == (720, 1280)
    assert {frame.taken_at for frame in frames} == {FILMED}
    assert frames[0].origin == str(path)


def test_devices_and_addresses_are_live_and_files_are_not() -> None:
    live = ["0", "12", "rtsp://10.0.0.5/live", "HTTP://cam/stream", "udp://@:5000"]
    recorded = [
        "desk.avi",
        "1234",
        "file:///desk.avi",
        "/dev/shm/x.avi",
        "concat:a.avi|b.avi",
        "frame%d.png",
        "",
    ]
    assert [is_live(source) for source in live] == [True] * len(live)
    assert [is_live(source) for source in recorded] == [False] * len(recorded)


def test_a_closed_camera_gives_nothing_more(tmp_path: Path) -> None:
    path = tmp_path / "desk.avi"
    write_video([qr(WECHAT)], path, fps=15, page_s=0.4)
    camera = Camera(str(path), lambda: START)
    camera.close()
    assert list(camera) == []


@pytest.mark.parametrize(
    ("source", "fault", "code"),
    [
        ("987", SourceFault, "camera_missing"),
        ("http://someone:word@127.0.0.1:9/stream", SourceFault, "camera_url_silent"),
        ("nowhere.avi", UsageFault, "camera_file_missing"),
        ("file:///nowhere.avi", UsageFault, "camera_file_missing"),
        ("no\x00name.avi", UsageFault, "camera_file_missing"),
    ],
)
def test_a_source_that_is_not_there_is_one_quiet_fault(
    source: str, fault: type[Fault], code: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(fault) as caught:
        Camera(source, lambda: START)
    assert caught.value.code == code
    assert "word" not in str(caught.value)
    assert capfd.readouterr() == ("", "")


def test_a_text_file_is_no_camera(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "notes.avi").write_text("no video")
    with pytest.raises(PictureFault) as caught:
        Camera(str(tmp_path / "notes.avi"), lambda: START)
    assert caught.value.code == "camera_file_unreadable"
    assert capfd.readouterr() == ("", "")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pipes among its files")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.avi")
    with pytest.raises(PictureFault):
        Camera(str(tmp_path / "pipe.avi"), lambda: START)


def test_digits_are_a_device_and_anything_else_is_not() -> None:
    assert [is_device(source) for source in ("0", "12", "1234", "０", "a.avi", "")] == [True, True] + [
        False
    ] * 4


def test_an_address_is_shown_without_its_password() -> None:
    assert without_password("rtsp://me:secret@10.0.0.5/live") == "rtsp://10.0.0.5/live"
