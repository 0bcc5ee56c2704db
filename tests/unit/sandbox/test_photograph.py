"""Photographs and videos follow from a seed, and can still be read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import cv2
import numpy as np
import pytest
import zxingcpp
from PIL import Image

from scanrefund.sandbox.drawing import code_page
from scanrefund.sandbox.photograph import photograph, save_photo, write_video

DIGITS = "134567890123456789"
PAGE = code_page("wechat", DIGITS)


def test_the_same_seed_gives_the_same_photograph() -> None:
    one, same, other = (np.array(photograph(PAGE, seed, hardness=0.5)) for seed in (1, 1, 2))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


@pytest.mark.parametrize("seed", range(5))
def test_a_photograph_of_middling_hardness_can_be_read(seed: int) -> None:
    photo = photograph(PAGE, seed, hardness=0.5, size_px=(960, 720))
    assert photo.size == (960, 720)
    assert DIGITS in [code.text for code in zxingcpp.read_barcodes(photo)]


def test_a_saved_photograph_says_when_it_was_taken(tmp_path: Path) -> None:
    taken = datetime(2026, 11, 23, 15, 4, 5, tzinfo=timezone(timedelta(hours=8)))
    save_photo(PAGE, tmp_path / "photo.jpg", taken, orientation=6)
    with Image.open(tmp_path / "photo.jpg") as photo:
        exif = photo.getexif()
    times = exif.get_ifd(0x8769)
    assert (times[0x9003], times[0x9011], exif[0x0112]) == ("2026:11:23 15:04:05", "+08:00", 6)


def test_a_photograph_needs_a_time_zone(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="time zone"):
        save_photo(PAGE, tmp_path / "photo.jpg", datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None))


def test_a_video_shows_an_empty_desk_and_then_the_phone(tmp_path: Path) -> None:
    path = tmp_path / "desk.avi"
    write_video([PAGE], path, fps=15, page_s=0.6)
    video = cv2.VideoCapture(str(path))
    frames = [video.read()[1] for _ in range(12)]
    assert not video.read()[0]
    seen = [DIGITS in [code.text for code in zxingcpp.read_barcodes(frame)] for frame in frames]
    assert seen == [False] * 3 + [True] * 9


def test_a_video_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="MJPG"):
        write_video([PAGE], tmp_path / "no" / "such" / "folder.avi")
