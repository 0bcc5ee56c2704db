"""What a picture file may be, how it is turned and dated, and one clear fault for everything else."""

from __future__ import annotations

import io
import os
import struct
import zlib
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from scanrefund.errors import PictureFault, UsageFault
from scanrefund.sandbox.photograph import save_photo
from scanrefund.scan.picture import PICTURE_BYTES_MAX, picture_format, read_picture, read_picture_bytes

# A wide picture, black on its left half: turned pictures differ from it.
HALVES = Image.fromarray(np.repeat([[0] * 30 + [255] * 30], 40, axis=0).astype(np.uint8))
TAKEN = datetime(2026, 11, 23, 15, 0, 0, tzinfo=timezone(timedelta(hours=8)))


def stored(image: Image.Image, name: str = "PNG", **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, name, **options)
    return file.getvalue()


def fault_of(data: bytes) -> str:
    with pytest.raises(PictureFault) as caught:
        read_picture_bytes(data, "upload")
    return caught.value.code


def png_that_claims(width: int, height: int) -> bytes:
    """A PNG whose header promises more pixels than it holds."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunk = b"IHDR" + header
    data = b"IDAT" + zlib.compress(b"\x00" * 100)
    whole = b"\x89PNG\r\n\x1a\n"
    for part in (chunk, data, b"IEND"):
        whole += struct.pack(">I", len(part) - 4) + part + struct.pack(">I", zlib.crc32(part))
    return whole


@pytest.mark.parametrize("name", ["PNG", "JPEG", "WEBP"])
def test_the_three_formats_are_read_by_content(name: str, tmp_path: Path) -> None:
    path = tmp_path / "picture.txt"
    path.write_bytes(stored(HALVES, name))
    pixels = read_picture(path).pixels
    assert pixels.shape == (40, 60)
    assert pixels.dtype == np.uint8
    assert pixels[:, :25].max() < 30
    assert pixels[:, 35:].min() > 225


@pytest.mark.parametrize(
    ("orientation", "stored_as"),
    [
        (3, Image.Transpose.ROTATE_180),
        (6, Image.Transpose.ROTATE_90),
        (8, Image.Transpose.ROTATE_270),
        (2, Image.Transpose.FLIP_LEFT_RIGHT),
    ],
)
def test_the_picture_is_turned_as_it_was_held(
    orientation: int, stored_as: Image.Transpose, tmp_path: Path
) -> None:
    path = tmp_path / "held.jpg"
    save_photo(HALVES.transpose(stored_as), path, TAKEN, orientation)
    pixels = read_picture(path).pixels
    assert pixels.shape == (40, 60)
    assert pixels[:, :25].max() < 30


def test_the_time_is_the_exif_original_time_with_its_offset(tmp_path: Path) -> None:
    path = tmp_path / "dated.jpg"
    save_photo(HALVES, path, TAKEN)
    assert read_picture(path).taken_at == TAKEN
    assert read_picture_bytes(path.read_bytes(), "upload").taken_at == TAKEN
    assert read_picture(path).taken_at.utcoffset() == timedelta(0)  # type: ignore[union-attr]


def test_without_an_exif_time_a_file_has_its_own_time_and_an_upload_none(tmp_path: Path) -> None:
    path = tmp_path / "undated.png"
    path.write_bytes(stored(HALVES))
    os.utime(path, (1_790_000_000, 1_790_000_000))
    assert read_picture(path).taken_at == datetime.fromtimestamp(1_790_000_000, UTC)
    assert read_picture_bytes(path.read_bytes(), "upload").taken_at is None


@pytest.mark.parametrize("offset", [None, "", "nonsense", "\x00"])
def test_an_exif_time_without_an_offset_counts_for_nothing(offset: str | None) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = "2026:11:23 15:00:00"
    if offset is not None:
        exif.get_ifd(0x8769)[0x9011] = offset
    assert read_picture_bytes(stored(HALVES, "JPEG", exif=exif), "upload").taken_at is None


def test_damaged_exif_costs_the_time_and_not_the_picture() -> None:
    whole = stored(HALVES, "JPEG", exif=b"Exif\x00\x00MM\x00*\x00\x00\xff\xff")
    assert read_picture_bytes(whole, "upload").taken_at is None


def test_what_is_transparent_is_white() -> None:
    clear = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    assert read_picture_bytes(stored(clear), "upload").pixels.min() == 255


def test_sixteen_bit_grey_keeps_its_scale() -> None:
    deep = Image.fromarray(np.full((40, 40), 32768, np.uint16))
    assert read_picture_bytes(stored(deep), "upload").pixels.max() == 128


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "picture_empty"),
        (b"just a text", "picture_not_a_picture"),
        (stored(HALVES, "GIF"), "picture_format_refused"),
        (stored(HALVES, "BMP"), "picture_format_refused"),
        (stored(HALVES, "TIFF"), "picture_format_refused"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(40), "picture_format_refused"),
        (b"\x00\x00\x00\x18ftypavif" + bytes(40), "picture_format_refused"),
        (b"%PDF-1.7 " + bytes(40), "picture_format_refused"),
        (stored(Image.new("L", (1, 1))), "picture_too_small"),
        (stored(Image.new("L", (20, 20))), "picture_too_small"),
        (stored(HALVES)[:60], "picture_damaged"),
        (stored(HALVES, "JPEG")[:300], "picture_damaged"),
        (stored(HALVES, "WEBP")[:30], "picture_damaged"),
        (b"\x89PNG\r\n\x1a\n", "picture_damaged"),
        (b"\xff\xd8\xff\xe0", "picture_damaged"),
        (png_that_claims(8000, 5001), "picture_too_large"),
        (png_that_claims(12_000, 12_000), "picture_too_large"),
        (png_that_claims(100_000, 100_000), "picture_too_large"),
        (png_that_claims(4000, 4000), "picture_damaged"),
        (bytes(PICTURE_BYTES_MAX + 1), "picture_too_large"),
    ],
)
def test_everything_else_has_its_own_fault(data: bytes, code: str) -> None:
    assert fault_of(data) == code


@pytest.mark.parametrize(("name", "code"), [("nowhere.png", "picture_missing"), (".", "picture_is_a_folder")])
def test_a_missing_file_and_a_folder_have_their_own_fault(name: str, code: str, tmp_path: Path) -> None:
    with pytest.raises(UsageFault) as caught:
        read_picture(tmp_path / name)
    assert caught.value.code == code


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_does_not_make_us_wait(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    with pytest.raises(PictureFault) as caught:
        read_picture(tmp_path / "pipe.png")
    assert caught.value.code == "picture_not_a_picture"


def test_a_file_over_the_limit_is_refused_without_reading_it_whole(tmp_path: Path) -> None:
    path = tmp_path / "large.png"
    with path.open("wb") as file:
        file.truncate(50 * PICTURE_BYTES_MAX)
    with pytest.raises(PictureFault) as caught:
        read_picture(path)
    assert caught.value.code == "picture_too_large"


def test_formats_are_told_by_their_first_bytes() -> None:
    assert picture_format(stored(HALVES, "WEBP")[:16]) == "WEBP"
    assert picture_format(b"plain text here.") == ""
