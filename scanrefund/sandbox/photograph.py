"""Drawn pages as a camera would see them: tilted on a desk, unevenly lit, a little soft, noisy, as JPEG.

Everything follows from a seed, so that a picture that fails a test can be made again. `hardness` runs from
0 (a steady hand in good light) to 1 (as bad as a clerk would still try).
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]

PHOTO_SIZE_PX: Final = (1280, 960)
VIDEO_SIZE_PX: Final = (1280, 720)
_JPEG_QUALITY_BEST: Final = 92
_EXIF_IFD: Final = 0x8769
_DATE_TIME_ORIGINAL: Final = 0x9003
_OFFSET_TIME_ORIGINAL: Final = 0x9011


def photograph(
    page: Image.Image, seed: int, *, hardness: float = 0.3, size_px: tuple[int, int] = PHOTO_SIZE_PX
) -> Image.Image:
    """A page photographed on a desk: RGB, `size_px` wide and high, the same for a seed."""
    rng = np.random.default_rng(seed)
    corners = _corners(page.size, size_px, rng, tilt=0.04 + 0.12 * hardness)
    scene = _lay(page, _desk(size_px, rng), corners)
    scene = _light(scene, rng, strength=0.15 + 0.35 * hardness)
    scene = cv2.GaussianBlur(scene, (0, 0), 0.4 + 0.9 * hardness).astype(np.uint8)
    scene = _grain(scene, rng, sigma=2 + 8 * hardness)
    return _through_jpeg(Image.fromarray(scene), round(_JPEG_QUALITY_BEST - 40 * hardness))


def save_photo(image: Image.Image, path: Path, taken_at: datetime, orientation: int = 1) -> None:
    """Write a JPEG that says when it was taken (EXIF original time with its offset) and how it was held.

    `taken_at` must be aware. `orientation` is the EXIF value 1–8; the pixels are stored as they are.
    """
    if taken_at.tzinfo is None:
        raise ValueError("taken_at has no time zone")
    exif = Image.Exif()
    exif[0x0112] = orientation
    times = exif.get_ifd(_EXIF_IFD)
    times[_DATE_TIME_ORIGINAL] = taken_at.strftime("%Y:%m:%d %H:%M:%S")
    times[_OFFSET_TIME_ORIGINAL] = taken_at.isoformat()[-6:]
    image.convert("RGB").save(path, "JPEG", quality=_JPEG_QUALITY_BEST, exif=exif)


def write_video(
    pages: Sequence[Image.Image], path: Path, fps: int = 15, *, seed: int = 1, page_s: float = 1.0
) -> None:
    """A short MJPG .avi that stands in for the webcam: per page an empty desk, then the phone held to it.

    The phone stays in view for `page_s` seconds and moves a little, as a hand does. Raises OSError when this
    OpenCV cannot write such a file.
    """
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), float(fps), VIDEO_SIZE_PX)
    if not writer.isOpened():
        raise OSError(f"no MJPG writer for {path}")
    try:
        for frame in _video_frames(pages, round(page_s * fps), np.random.default_rng(seed)):
            writer.write(cv2.cvtColor(frame, cv2.COLOR_RGB2BGR))
    finally:
        writer.release()


def _video_frames(pages: Sequence[Image.Image], count: int, rng: np.random.Generator) -> Iterator[Pixels]:
    desk = _desk(VIDEO_SIZE_PX, rng)
    for page in pages:
        for _ in range(max(count // 3, 1)):
            yield _grain(desk, rng, sigma=3)
        held = _corners(page.size, VIDEO_SIZE_PX, rng, tilt=0.05)
        for _ in range(count):
            held = held + rng.normal(0, 1.5, 2).astype(np.float32)
            yield _grain(_lay(page, desk, held), rng, sigma=3)


def _corners(
    page_px: tuple[int, int], scene_px: tuple[int, int], rng: np.random.Generator, tilt: float
) -> NDArray[np.float32]:
    """Where the page's four corners fall: centred, nearly filling the scene, each corner moved a little."""
    scale = min(scene_px[0] / page_px[0], scene_px[1] / page_px[1]) * 0.96
    width, height = page_px[0] * scale, page_px[1] * scale
    left, top = (scene_px[0] - width) / 2, (scene_px[1] - height) / 2
    square = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    moved = square + rng.uniform(-tilt, tilt, (4, 2)) * min(width, height)
    return np.asarray(moved + np.array([left, top]), np.float32)


def _desk(size_px: tuple[int, int], rng: np.random.Generator) -> Pixels:
    """A smooth brownish surface: coarse random patches, enlarged."""
    patches = rng.integers(60, 120, (6, 8, 1)) + np.array([30, 10, -10])
    surface = cv2.resize(patches.astype(np.uint8), size_px, interpolation=cv2.INTER_CUBIC)
    return np.asarray(surface, np.uint8)


def _lay(page: Image.Image, desk: Pixels, corners: NDArray[np.float32]) -> Pixels:
    """The page seen with its corners at `corners`, everything else as the desk."""
    flat, scale = _shrunk(np.array(page.convert("RGB")), desk.shape[0])
    width, height = flat.shape[1], flat.shape[0]
    square = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    tilt = cv2.getPerspectiveTransform(square, corners)
    size = (desk.shape[1], desk.shape[0])
    seen = cv2.warpPerspective(flat, tilt, size, flags=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    mask = cv2.warpPerspective(np.full((height, width), 255, np.uint8), tilt, size)
    return np.where(mask[..., np.newaxis] > 127, seen, desk).astype(np.uint8)


def _shrunk(flat: Pixels, height_px: int) -> tuple[Pixels, float]:
    """The page no taller than the scene: a warp that shrinks drops thin bars, a resize by area keeps them."""
    scale = height_px / flat.shape[0]
    if scale >= 1:
        return flat, 1.0
    size = (round(flat.shape[1] * scale), height_px)
    return cv2.resize(flat, size, interpolation=cv2.INTER_AREA).astype(np.uint8), scale


def _light(scene: Pixels, rng: np.random.Generator, strength: float) -> Pixels:
    """Brighter on one side than on the other."""
    rows, columns = np.mgrid[-1 : 1 : complex(scene.shape[0]), -1 : 1 : complex(scene.shape[1])]
    angle = rng.uniform(0, 2 * np.pi)
    slope = 1 - strength / 2 + strength / 2 * (rows * np.sin(angle) + columns * np.cos(angle))
    return np.asarray(np.clip(scene * slope[..., np.newaxis], 0, 255), np.uint8)


def _grain(scene: Pixels, rng: np.random.Generator, sigma: float) -> Pixels:
    noise = rng.normal(0, sigma, scene.shape[:2])[..., np.newaxis]
    return np.asarray(np.clip(scene + noise, 0, 255), np.uint8)


def _through_jpeg(image: Image.Image, quality: int) -> Image.Image:
    stored = io.BytesIO()
    image.save(stored, "JPEG", quality=quality)
    return Image.open(stored).convert("RGB")
