"""A counter filmed by a seed: an empty desk, a cluttered one, a page of text, and phones held into view."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from scanrefund.sandbox.drawing import code_page, qr

Pixels = NDArray[np.uint8]

SIZES: Final = {"480p": (640, 480), "720p": (1280, 720), "1080p": (1920, 1080)}
EMPTY: Final = ("desk", "clutter", "text")
# What of the light of a page is left behind glare: the quick and the full pass read none of these.
PALE: Final = 0.06
_NOISE: Final = 3.0
# The noise is made once and moved about, which no engine can tell from new noise.
_SHIFT_PX: Final = 64


def scenes(size: str, seed: int) -> dict[str, Pixels]:
    """The views without a code, blue-green-red, by name."""
    random = np.random.default_rng(seed)
    desk = _desk(SIZES[size], random)
    return {"desk": desk, "clutter": _cluttered(desk, random), "text": _lettered(desk, random)}


def phone(view: Pixels, digits: str) -> Pixels:
    """A payment page held into the view, filling most of its height."""
    wallet = "wechat" if digits.startswith("1") else "alipay"
    page = np.array(code_page(wallet, digits).convert("RGB"))[:, :, ::-1]
    return _held(view, page, share=0.9)


def pale_code(view: Pixels, digits: str) -> Pixels:
    """A QR code in glare that only a treatment reads."""
    page = np.array(qr(digits).convert("RGB"))
    glared = (255 - (255 - page.astype(np.float32)) * PALE).astype(np.uint8)
    return _held(view, glared, share=0.35)


def codes(seed: int, count: int) -> list[str]:
    """Payment codes of both wallets, none twice."""
    random = np.random.default_rng(seed)
    digits = random.integers(0, 10, (count, 12))
    heads = ("1344", "2856")
    return [f"{heads[number % 2]}{number:02d}" + "".join(map(str, row)) for number, row in enumerate(digits)]


def filmed(views: Sequence[Pixels], seed: int) -> Iterator[Pixels]:
    """Each view once, as a sensor gives it: no two frames have the same pixels."""
    random = np.random.default_rng(seed)
    height, width = views[0].shape[:2]
    noise = random.normal(0, _NOISE, (height + _SHIFT_PX, width + _SHIFT_PX, 1)).repeat(3, axis=2)
    rounded = noise.astype(np.int16)
    for view in views:
        down, across = random.integers(0, _SHIFT_PX, 2)
        moved = rounded[down : down + height, across : across + width]
        yield np.asarray(cv2.add(view, moved, dtype=cv2.CV_8U), np.uint8)


def write(views: Sequence[Pixels], path: Path, seed: int) -> None:
    """The views as an MJPG .avi, which is what most webcams send too."""
    height, width = views[0].shape[:2]
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 30.0, (width, height))
    for frame in filmed(views, seed):
        writer.write(frame)
    writer.release()


def _desk(size: tuple[int, int], random: np.random.Generator) -> Pixels:
    patches = random.integers(60, 120, (6, 8, 1)) + np.array([-10, 10, 30])
    return np.asarray(cv2.resize(patches.astype(np.uint8), size, interpolation=cv2.INTER_CUBIC), np.uint8)


def _cluttered(desk: Pixels, random: np.random.Generator) -> Pixels:
    """Things on a counter: boxes, a label, a grille with lines like bars."""
    view, (height, width) = desk.copy(), desk.shape[:2]
    for _ in range(12):
        left, top = int(random.integers(0, width)), int(random.integers(0, height))
        colour = tuple(int(one) for one in random.integers(0, 255, 3))
        cv2.rectangle(view, (left, top), (left + width // 8, top + height // 8), colour, -1)
    for line in range(30):
        left = width // 10 + line * width // 100
        cv2.rectangle(view, (left, height // 2), (left + width // 200, height * 2 // 3), (20, 20, 20), -1)
    cv2.putText(view, "RICE NOODLES 500 g", (width // 3, height // 3), 0, height / 500, (250, 250, 250), 3)
    return view


def _lettered(desk: Pixels, random: np.random.Generator) -> Pixels:
    """A printed page: the dearest view without a code."""
    view, (height, width) = desk.copy(), desk.shape[:2]
    view[height // 20 : -height // 20, width // 5 : -width // 5] = 235
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz     "))
    for top in range(height // 10, height * 9 // 10, height // 36):
        line = "".join(random.choice(letters, 70))
        cv2.putText(view, line, (width // 5 + 20, top), 0, height / 1500, (40, 40, 40), max(height // 720, 1))
    return view


def _held(view: Pixels, page: Pixels, share: float) -> Pixels:
    """The page upright in the middle, as high as that share of the view."""
    height, width = view.shape[:2]
    factor = height * share / page.shape[0]
    small = cv2.resize(page, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    top, left = (height - small.shape[0]) // 2, (width - small.shape[1]) // 2
    shown = view.copy()
    shown[top : top + small.shape[0], left : left + small.shape[1]] = small
    return shown
