"""Sources of frames: files that stand in for a webcam, and sources that are not there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image

from scanrefund.errors import SourceFault
from scanrefund.sandbox.drawing import qr
from scanrefund.sandbox.photograph import write_video
from scanrefund.scan.camera import Camera, is_device, without_password
from tests.unit.scan.symbols import WECHAT

START = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def test_a_video_file_gives_grey_frames_with_the_clocks_time_and_then_ends(tmp_path: Path) -> None:
    path = tmp_path / "desk.avi"
    write_video([qr(WECHAT)], path, fps=15, page_s=0.4)
    times = iter(START + timedelta(seconds=second) for second in range(100))
    with Camera(str(path), lambda: next(times)) as camera:
        frames = list(camera)
    assert len(frames) == 8
    assert frames[0].pixels.shape == (720, 1280)
    assert [frame.taken_at for frame in frames[:2]] == [START, START + timedelta(seconds=1)]
    assert frames[0].origin == str(path)


def test_an_image_sequence_is_a_source(tmp_path: Path) -> None:
    for number in range(3):
        Image.new("RGB", (64, 48), "white").save(tmp_path / f"f_{number:03d}.png")
    with Camera(str(tmp_path / "f_%03d.png"), lambda: START) as camera:
        assert len(list(camera)) == 3


def test_a_closed_camera_gives_nothing_more(tmp_path: Path) -> None:
    path = tmp_path / "desk.avi"
    write_video([qr(WECHAT)], path, fps=15, page_s=0.4)
    camera = Camera(str(path), lambda: START)
    camera.close()
    assert list(camera) == []


@pytest.mark.parametrize("source", ["987", "nowhere.avi", "http://someone:word@127.0.0.1:9/stream"])
def test_a_source_that_is_not_there_is_one_quiet_fault(
    source: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SourceFault) as caught:
        Camera(source, lambda: START)
    assert caught.value.code == "camera_missing"
    assert "word" not in str(caught.value)
    assert capfd.readouterr() == ("", "")


def test_a_text_file_is_no_camera(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "notes.avi").write_text("no video")
    with pytest.raises(SourceFault):
        Camera(str(tmp_path / "notes.avi"), lambda: START)
    assert capfd.readouterr() == ("", "")


def test_digits_are_a_device_and_anything_else_is_not() -> None:
    assert [is_device(source) for source in ("0", "12", "1234", "０", "a.avi", "")] == [True, True] + [
        False
    ] * 4


def test_an_address_is_shown_without_its_password() -> None:
    assert without_password("rtsp://me:secret@10.0.0.5/live") == "rtsp://10.0.0.5/live"
