"""Picture files and uploads → one Frame, with hard limits. What a file is, its content says, not its name.

PNG, JPEG and WebP are read. Everything is checked before a pixel is decoded: the bytes read from disk, the
format, the size in pixels. A fault has one clear sentence; nothing here guesses.
"""

from __future__ import annotations

import io
import os
import stat
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image, ImageOps

from scanrefund.errors import PictureFault, UsageFault, os_cause
from scanrefund.scan.frame import Frame, Grey

# A phone's photograph is 2 to 8 MB; more is no picture of a code.
PICTURE_BYTES_MAX: Final = 10_000_000
# The largest phone cameras in use, without their 200-megapixel modes; 40 MB of grey.
PICTURE_PIXELS_MAX: Final = 40_000_000
# A code on a phone that fills a quarter of a photograph is still read at this size, in a tenth of the time.
REDUCED_PIXELS_MIN: Final = 700_000
# The smallest QR code has 21 modules a side, a barcode is longer: no code fits into less.
PICTURE_SIDE_PX_MIN: Final = 21
SNIFF_BYTES: Final = 16

_READ_FORMATS: Final = ("PNG", "JPEG", "WEBP")
_EXIF_IFD: Final = 0x8769
_DATE_TIME_ORIGINAL: Final = 0x9003
_OFFSET_TIME_ORIGINAL: Final = 0x9011
_DAMAGE: Final = (OSError, SyntaxError, ValueError, EOFError, OverflowError, struct.error)


def read_picture(path: Path) -> Frame:
    """One picture file as a grey Frame, dated by its EXIF original time with offset, else by the file's time.

    Raises UsageFault for what cannot be opened: picture_missing, picture_is_a_folder, picture_unreadable; and
    PictureFault for what is in it: picture_empty, picture_not_a_picture, picture_format_refused,
    picture_too_large, picture_too_small, picture_damaged.
    """
    data, changed_at = bounded_bytes(path)
    frame = read_picture_bytes(data, str(path))
    return replace(frame, taken_at=frame.taken_at or changed_at)


def read_picture_bytes(data: bytes, origin: str) -> Frame:
    """An uploaded picture as a grey Frame; without an EXIF original time and offset it has no time.

    Raises PictureFault like `read_picture`. `origin` names the upload, for people.
    """
    if len(data) > PICTURE_BYTES_MAX:
        raise _too_many_bytes(origin)
    pixels, taken_at = _decoded(data, origin)
    return Frame(pixels, taken_at, origin)


def bounded_bytes(path: Path) -> tuple[bytes, datetime]:
    """The file's bytes, at most PICTURE_BYTES_MAX, and the time it was last changed, in UTC.

    Raises what `read_picture` raises for a file that cannot be opened, is no regular file, or is too long.
    """
    try:
        # Opening a pipe would wait for a writer that may never come; a regular file does not mind the flag.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(handle, "rb") as file:
            status = os.fstat(handle)
            if not stat.S_ISREG(status.st_mode):
                raise PictureFault("picture_not_a_picture", path=path)
            data = file.read(PICTURE_BYTES_MAX + 1)
    except FileNotFoundError as error:
        raise UsageFault("picture_missing", path=path) from error
    except IsADirectoryError as error:
        raise UsageFault("picture_is_a_folder", path=path) from error
    except OSError as error:
        raise _unreadable(path, error) from error
    if len(data) > PICTURE_BYTES_MAX:
        raise _too_many_bytes(str(path))
    return data, datetime.fromtimestamp(status.st_mtime, UTC)


def reduced_jpeg(data: bytes, origin: str) -> tuple[Grey, int] | None:
    """A large JPEG shrunk to a half, a quarter or an eighth while it is decoded, and how many times it was.

    None for what is no JPEG or has fewer than four times REDUCED_PIXELS_MIN. Raises PictureFault like
    `read_picture`.
    """
    if picture_format(data[:SNIFF_BYTES]) != "JPEG":
        return None
    with _opened(data, origin) as image:
        times = next((n for n in (8, 4, 2) if image.width * image.height >= REDUCED_PIXELS_MIN * n * n), 1)
        if times == 1:
            return None
        image.draft("L", (image.width // times, image.height // times))
        return _grey(_upright(image)), times


def picture_format(head: bytes) -> str:
    """The name of a picture format by its first SNIFF_BYTES bytes; empty for anything else."""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], "")
    return next((name for magic, name in _MAGIC.items() if head.startswith(magic)), "")


_MAGIC: Final = {
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"BM": "BMP",
    b"II*\x00": "TIFF",
    b"MM\x00*": "TIFF",
    b"%PDF-": "PDF",
}
# The box that opens pictures opens MP4 videos as well: the brand in it tells them apart.
_BRANDS: Final = dict.fromkeys((b"avif", b"avis"), "AVIF") | dict.fromkeys(
    (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"), "HEIC"
)


def _unreadable(path: Path, error: OSError) -> UsageFault:
    """Windows refuses to open a folder as if it were not ours to read."""
    if path.is_dir():
        return UsageFault("picture_is_a_folder", path=path)
    return UsageFault("picture_unreadable", path=path, cause=os_cause(error))


def _too_many_bytes(origin: str) -> PictureFault:
    return PictureFault("picture_too_large", path=origin, limit=f"{PICTURE_BYTES_MAX // 1_000_000} MB")


def _decoded(data: bytes, origin: str) -> tuple[Grey, datetime | None]:
    with _opened(data, origin) as image:
        taken_at = _taken_at(image)
        return _grey(_upright(image)), taken_at


@contextmanager
def _opened(data: bytes, origin: str) -> Iterator[Image.Image]:
    """The picture, its format and size already found good; damage that shows later is a fault as well."""
    _refuse_by_content(data, origin)
    try:
        with _pillow_quiet(), Image.open(io.BytesIO(data), formats=_READ_FORMATS) as image:
            _refuse_by_size(image, origin)
            yield image
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels(origin) from error
    except _DAMAGE as error:
        raise PictureFault("picture_damaged", path=origin) from error


def _refuse_by_content(data: bytes, origin: str) -> None:
    if not data:
        raise PictureFault("picture_empty", path=origin)
    found = picture_format(data[:SNIFF_BYTES])
    if not found:
        raise PictureFault("picture_not_a_picture", path=origin)
    if found not in _READ_FORMATS:
        raise PictureFault("picture_format_refused", path=origin, format=found)


@contextmanager
def _pillow_quiet() -> Iterator[None]:
    """Pillow warns of pictures over our limit, which we refuse, and of damaged EXIF, which we leave."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        yield


def _refuse_by_size(image: Image.Image, origin: str) -> None:
    if image.width * image.height > PICTURE_PIXELS_MAX:
        raise _too_many_pixels(origin)
    if max(image.size) < PICTURE_SIDE_PX_MIN:
        raise PictureFault("picture_too_small", path=origin, width=image.width, height=image.height)


def _too_many_pixels(origin: str) -> PictureFault:
    return PictureFault("picture_too_large", path=origin, limit=f"{PICTURE_PIXELS_MAX // 1_000_000} MP")


def _taken_at(image: Image.Image) -> datetime | None:
    """The EXIF original time; without an offset it could be any hour of the day, so it counts for nothing."""
    try:
        times = image.getexif().get_ifd(_EXIF_IFD)
        written = f"{times.get(_DATE_TIME_ORIGINAL, '')}{times.get(_OFFSET_TIME_ORIGINAL, '')}"
        return datetime.strptime(written.replace("\x00", ""), "%Y:%m:%d %H:%M:%S%z").astimezone(UTC)
    except _DAMAGE:
        return None


def _upright(image: Image.Image) -> Image.Image:
    """The picture as the EXIF orientation says it was held; damaged EXIF turns nothing."""
    image.load()
    try:
        return ImageOps.exif_transpose(image)
    except _DAMAGE:
        return image


def _grey(image: Image.Image) -> Grey:
    """8-bit grey; what is transparent becomes white, as a page behind it would be."""
    if image.mode.startswith("I") or image.mode == "F":
        wide = np.asarray(image.convert("I"))
        return np.asarray(np.clip(wide, 0, 65535) // 256, np.uint8)
    if image.has_transparency_data:
        solid = Image.new("RGBA", image.size, "white")
        solid.alpha_composite(image.convert("RGBA"))
        image = solid
    return np.array(image.convert("L"), np.uint8)
