"""Sources of frames: files that stand in for a webcam, and sources that are not there."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from scanrefund.errors import Fault, PictureFault, SourceFault, UsageFault
from scanrefund.sandbox.drawing import qr
from scanrefund.sandbox.photograph import write_video
from scanrefund.say.catalogue import LANGUAGES
from scanrefund.say.speak import say_fault
from scanrefund.scan.camera import Camera, Claims, ask_for_size, is_device, is_live, without_password
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


class Capture:
    """A capture as OpenCV's, that gives what it was told to and says of itself what it was told to."""

    def __init__(self, pictures: Sequence[NDArray[np.uint8] | None], says: float = 0.0) -> None:
        self._pictures = list(pictures)
        self._says = says
        self.asked_for: dict[int, float] = {}
        self.opened = True

    def isOpened(self) -> bool:  # noqa: N802
        return self.opened

    def read(self) -> tuple[bool, NDArray[np.uint8] | None]:
        return (True, self._pictures.pop(0)) if self._pictures else (False, None)

    def get(self, propId: int, /) -> float:  # noqa: N803
        return self._says

    def set(self, propId: int, value: float, /) -> bool:  # noqa: N803
        self.asked_for[propId] = value
        return False

    def release(self) -> None:
        self.opened = False


def camera(capture: Capture, source: str = "0") -> Camera:
    return Camera(source, lambda: START, lambda _source: capture)


COLOURED: NDArray[np.uint8] = np.full((48, 64, 3), (0, 0, 200), np.uint8)


@pytest.mark.parametrize("says", [0.0, -1.0, math.nan, math.inf, -1.9e14])
def test_a_camera_that_talks_nonsense_of_itself_is_looked_through_all_the_same(says: float) -> None:
    opened = camera(Capture([COLOURED] * 3, says))
    assert not opened.claims().possible
    with pytest.raises(SourceFault) as caught:
        for _ in opened:
            pass
    assert caught.value.code == "camera_lost"  # after its three frames
    frame = next(iter(camera(Capture([COLOURED], says))))
    assert frame.pixels.shape == (48, 64)
    assert frame.colours is not None
    assert np.array_equal(frame.colours, COLOURED)


def test_a_claim_that_can_be_is_possible() -> None:
    assert Claims(1280, 720, 30).possible
    assert not Claims(1280, 720, 90_000).possible
    assert not Claims(1280, -720, 30).possible
    assert not Claims(8, 8, 30).possible


@pytest.mark.parametrize("shape", [(0, 0, 3), (0, 640, 3), (20, 20), (8, 8, 3)])
def test_a_picture_of_impossible_size_is_a_fault_with_its_size(shape: tuple[int, ...]) -> None:
    with pytest.raises(SourceFault) as caught:
        next(iter(camera(Capture([np.zeros(shape, np.uint8)]))))
    assert caught.value.code == "camera_nonsense"
    assert caught.value.details == {"source": "0", "width": shape[1], "height": shape[0]}


def test_no_picture_though_one_was_promised_is_a_fault() -> None:
    with pytest.raises(SourceFault) as caught:
        next(iter(camera(Capture([None]))))
    assert caught.value.code == "camera_nonsense"


def test_a_camera_without_colours_has_none() -> None:
    assert next(iter(camera(Capture([COLOURED[:, :, 0].copy()])))).colours is None


@pytest.mark.parametrize("source", ["0", "http://me:secret@cam/stream"])
def test_what_is_live_never_ends_by_itself(source: str) -> None:
    with pytest.raises(SourceFault) as caught:
        list(camera(Capture([COLOURED]), source))
    assert caught.value.code == "camera_lost"
    assert "secret" not in str(caught.value)


def test_a_webcam_is_asked_for_pictures_in_which_codes_can_be_read() -> None:
    capture = Capture([])
    ask_for_size(capture)
    assert capture.asked_for[cv2.CAP_PROP_FRAME_WIDTH] == 1280
    assert capture.asked_for[cv2.CAP_PROP_FRAME_HEIGHT] == 720
    assert capture.asked_for[cv2.CAP_PROP_BUFFERSIZE] == 1
    capture.release()
    assert ask_for_size(Capture([])).isOpened()


TROUBLES = {
    "camera_lost": {},
    "camera_stalled": {},
    "camera_black": {},
    "camera_frozen": {},
    "camera_nonsense": {"width": 0, "height": 0},
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", TROUBLES)
def test_every_trouble_of_a_camera_says_which_and_what_to_do(code: str, language: str) -> None:
    fault = SourceFault(code, source="cam7", **TROUBLES[code])
    sentence = say_fault(fault, language)
    assert "cam7" in sentence
    assert code not in sentence
    assert "{" not in sentence
    assert ("：" if language.startswith("zh") else ":") in sentence  # what is wrong: what to do


def test_digits_are_a_device_and_anything_else_is_not() -> None:
    assert [is_device(source) for source in ("0", "12", "1234", "０", "a.avi", "")] == [True, True] + [
        False
    ] * 4


def test_an_address_is_shown_without_its_password() -> None:
    assert without_password("rtsp://me:secret@10.0.0.5/live") == "rtsp://10.0.0.5/live"
