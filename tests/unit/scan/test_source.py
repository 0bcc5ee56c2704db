"""What a person names as the camera: live, a video, or pictures with the time of each."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image

from scanrefund.errors import Fault, PictureFault, UsageFault
from scanrefund.sandbox.drawing import qr
from scanrefund.sandbox.photograph import write_video
from scanrefund.scan.frame import Frame
from scanrefund.scan.source import open_source
from tests.unit.scan.symbols import WECHAT

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
FILMED = NOW - timedelta(days=3)


def frames_of(source: Path) -> list[Frame]:
    with closing(open_source(str(source), lambda: NOW)) as opened:
        assert not opened.live
        return list(opened)


def dated(path: Path, moment: datetime) -> Path:
    os.utime(path, (moment.timestamp(),) * 2)
    return path


def pictures(folder: Path, numbers: range) -> Iterator[Path]:
    for number in numbers:
        path = folder / f"frame{number}.png"
        Image.new("L", (64, 48), number).save(path)
        yield dated(path, FILMED + timedelta(seconds=number))


def test_a_series_gives_its_pictures_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    list(pictures(tmp_path, range(8, 12)))
    (tmp_path / "framex.png").write_text("not one of them")
    frames = frames_of(tmp_path / "frame%d.png")
    assert [int(frame.pixels[0, 0]) for frame in frames] == [8, 9, 10, 11]
    assert [frame.taken_at for frame in frames] == [FILMED + timedelta(seconds=n) for n in range(8, 12)]


def test_leading_zeros_in_a_series_are_numbers_too(tmp_path: Path) -> None:
    for number in (1, 2, 10):
        Image.new("L", (64, 48), number).save(tmp_path / f"f_{number:03d}.png")
    assert [int(frame.pixels[0, 0]) for frame in frames_of(tmp_path / "f_%03d.png")] == [1, 2, 10]


def test_one_picture_is_itself_and_not_its_neighbours(tmp_path: Path) -> None:
    first, *_ = pictures(tmp_path, range(3))
    assert [frame.taken_at for frame in frames_of(first)] == [FILMED]


def test_a_video_is_as_old_as_its_file(tmp_path: Path) -> None:
    path = tmp_path / "desk1.avi"
    write_video([qr(WECHAT)], path, page_s=0.2)
    assert {frame.taken_at for frame in frames_of(dated(path, FILMED))} == {FILMED}


@pytest.mark.parametrize("name", ["nothing%d.png", "nothing%03d.png", "nowhere/frame%d.png", "nothing.avi"])
def test_what_is_not_there_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageFault) as caught:
        open_source(str(tmp_path / name), lambda: NOW)
    assert caught.value.code == "camera_file_missing"
    assert name in str(caught.value)


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"GIF89a" + bytes(20), "picture_format_refused"), (b"\x89PNG\r\n\x1a\n", "picture_damaged")],
)
def test_a_picture_that_cannot_be_read_says_why(tmp_path: Path, data: bytes, code: str) -> None:
    (tmp_path / "still").write_bytes(data)
    with pytest.raises(PictureFault) as caught:
        frames_of(tmp_path / "still")
    assert caught.value.code == code


def test_an_mp4_video_is_no_heic_picture(tmp_path: Path) -> None:
    path = tmp_path / "phone.mp4"
    path.write_bytes(b"\x00\x00\x00\x18ftypisom" + bytes(40))
    with pytest.raises(Fault) as caught:
        frames_of(path)
    assert caught.value.code == "camera_file_unreadable"
