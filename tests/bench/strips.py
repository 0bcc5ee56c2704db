"""Hostile barcodes, made by a seed: strips of 18 digits, too small, aslant, scratched, glared, blurred.

Four frames of one code are four photographs by a hand that almost holds still: the damage stays, the noise,
a fraction of a pixel and a fraction of a degree change.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from scanrefund.sandbox.drawing import code128
from scanrefund.scan.frame import Grey

FRAMES: Final = 4
FRAME_PX: Final = (600, 180)
# The first two digits of both wallets' payment codes.
PREFIXES: Final = (10, 11, 12, 13, 14, 15, 25, 26, 27, 28, 29, 30)
DRAWN_MODULE_PX: Final = 4

Plane = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Damage:
    """What is wrong with one strip. Lengths in pixels of the frame, levels in steps of 0 to 255."""

    module_px: float
    tilt_degrees: float
    keystone: float
    blur_px: float
    motion_px: int
    noise: float
    contrast: float
    glare: tuple[float, float, float, float]
    scratches: int
    jpeg_quality: int


def strip(seed: int, number: int) -> tuple[str, list[Grey]]:
    """The `number`th code of a seed: its text and its frames. The same for the same arguments."""
    rng = np.random.default_rng((seed, number))
    text = str(rng.choice(PREFIXES)) + "".join(str(digit) for digit in rng.integers(0, 10, 16))
    damage, page = _damage(rng), np.array(code128(text, DRAWN_MODULE_PX, 240).convert("L"), np.uint8)
    scratched = _scratched(page, damage.scratches, rng)
    return text, [_frame(scratched, damage, rng) for _ in range(FRAMES)]


def strips(seed: int, count: int) -> Iterator[tuple[str, list[Grey]]]:
    """`count` codes of a seed, one after the other."""
    return (strip(seed, number) for number in range(count))


def _damage(rng: np.random.Generator) -> Damage:
    """Drawn so that zxing-cpp's default reads about two codes of five in four frames."""
    return Damage(
        module_px=float(rng.uniform(1.6, 3.6)),
        tilt_degrees=float(rng.normal(0, 6)),
        keystone=float(rng.uniform(-0.12, 0.12)),
        blur_px=float(rng.uniform(0.3, 1.2)),
        motion_px=int(rng.integers(0, 4)),
        noise=float(rng.uniform(2, 18)),
        contrast=float(rng.uniform(0.3, 0.9)),
        glare=(*(float(part) for part in rng.uniform((60, 20, 10, 0), (540, 160, 60, 140))),),  # type: ignore[arg-type]
        scratches=int(rng.integers(0, 8)),
        jpeg_quality=int(rng.integers(25, 90)),
    )


def _scratched(page: Grey, count: int, rng: np.random.Generator) -> Grey:
    """Lines across the bars, light and dark: each cuts some of the rows."""
    scratched = page.copy()
    height, width = page.shape
    for _ in range(count):
        near, far = (int(place) for place in rng.integers(0, width, 2))
        top, bottom = (int(place) for place in rng.integers(0, height, 2))
        shade, thick = int(rng.choice((0, 255))), int(rng.integers(2, 14))
        cv2.line(scratched, (near, top), (far, bottom), shade, thick, cv2.LINE_AA)
    return scratched


def _frame(page: Grey, damage: Damage, rng: np.random.Generator) -> Grey:
    seen = cv2.GaussianBlur(np.asarray(_laid(page, damage, rng), np.float32), (0, 0), damage.blur_px)
    moved = cv2.blur(seen, (max(damage.motion_px, 1), 1))
    faint = 128 + (moved - 128) * damage.contrast
    grained = faint + _glare(damage) + rng.normal(0, damage.noise, moved.shape)
    return _through_jpeg(np.clip(grained, 0, 255).astype(np.uint8), damage.jpeg_quality)


def _laid(page: Grey, damage: Damage, rng: np.random.Generator) -> Grey:
    """The page in the middle of a grey frame: small, turned, one end nearer than the other."""
    shrunk = cv2.resize(
        page, None, fx=damage.module_px / DRAWN_MODULE_PX, fy=0.33, interpolation=cv2.INTER_AREA
    )
    height, width = shrunk.shape
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    ends = 1 + damage.keystone * np.array([-1, 1, 1, -1])
    angle = np.radians(damage.tilt_degrees + rng.normal(0, 0.25))
    turn = np.array([(np.cos(angle), -np.sin(angle)), (np.sin(angle), np.cos(angle))])
    placed = (corners - (width / 2, height / 2)) * np.stack([np.ones(4), ends], axis=1) @ turn.T
    placed += np.array(FRAME_PX) / 2 + rng.normal(0, 0.6, 2)
    matrix = cv2.getPerspectiveTransform(corners, placed.astype(np.float32))
    return np.asarray(
        cv2.warpPerspective(shrunk, matrix, FRAME_PX, borderMode=cv2.BORDER_CONSTANT, borderValue=200),
        np.uint8,
    )


def _glare(damage: Damage) -> Plane:
    """A round bright spot: middle, size, strength."""
    across, down, size, strength = damage.glare
    y, x = np.mgrid[: FRAME_PX[1], : FRAME_PX[0]].astype(np.float32)
    return np.asarray(strength * np.exp(-((x - across) ** 2 + (y - down) ** 2) / (2 * size**2)), np.float32)


def _through_jpeg(seen: Grey, quality: int) -> Grey:
    memory = io.BytesIO()
    Image.fromarray(seen).save(memory, "JPEG", quality=quality)
    with Image.open(memory) as image:
        return np.array(image, np.uint8)
