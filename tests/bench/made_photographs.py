"""Twelve-megapixel photographs of payment pages, made by a seed: a phone on a counter, seen by another phone.

One in twenty is hard: it is spoiled further and further until zxing-cpp's default reads nothing at full size.
Nothing of ours takes part in choosing it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from scanrefund.sandbox.drawing import code_page
from scanrefund.scan.frame import Grey

PHOTOGRAPH_PX: Final = (4032, 3024)
HARD_ONE_IN: Final = 20
# Further than this no reader comes back with anything: the picture is kept as it is.
SPOILED_TIMES_MAX: Final = 40
# The first two digits of both wallets' payment codes.
PREFIXES: Final = (10, 11, 12, 13, 14, 15, 25, 26, 27, 28, 29, 30)
_FAST_ENOUGH: Final = cv2.INTER_LINEAR

ReadsIt = Callable[[Grey], bool]


@dataclass(frozen=True, slots=True)
class Damage:
    """What is wrong with one photograph. Lengths in pixels, levels in steps of 0 to 255."""

    blur_px: float
    contrast: float
    noise: float


def write_photographs(folder: Path, count: int, seed: int, reads_it: ReadsIt) -> None:
    """`count` JPEGs and a `manifest.jsonl`; what stands is kept. `reads_it` is zxing-cpp's default."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [_written(folder, seed, number, reads_it) for number in range(count)]
    (folder / "manifest.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")


def _written(folder: Path, seed: int, number: int, reads_it: ReadsIt) -> dict[str, object]:
    text, path = _text(seed, number), folder / f"{seed}-{number:05}.jpg"
    if not path.exists():
        pixels = photograph(seed, number, reads_it)
        path.write_bytes(cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 90])[1].tobytes())
    return {"path": path.name, "kind": "positive", "texts": [text]}


def photograph(seed: int, number: int, reads_it: ReadsIt) -> NDArray[np.uint8]:
    """The `number`th photograph of a seed, in colour."""
    rng = np.random.default_rng((seed, number))
    scene = _scene(rng, _text(seed, number))
    damage = Damage(float(rng.uniform(0.8, 2.5)), float(rng.uniform(0.6, 1.0)), float(rng.uniform(2, 8)))
    tint, tile = rng.uniform(0.85, 1.0, 3), int(rng.integers(0, 512))
    grey = _damaged(scene, damage, tile)
    if number % HARD_ONE_IN == HARD_ONE_IN - 1:
        grey = _spoiled(scene, damage, tile, reads_it)
    return np.asarray(cv2.merge([cv2.convertScaleAbs(grey, alpha=share) for share in tint]), np.uint8)


def _spoiled(scene: Grey, damage: Damage, tile: int, reads_it: ReadsIt) -> Grey:
    for times in range(1, SPOILED_TIMES_MAX):
        grey = _damaged(scene, _worse(damage, times), tile)
        if not reads_it(grey):
            return grey
    return _damaged(scene, _worse(damage, SPOILED_TIMES_MAX), tile)


def _worse(damage: Damage, times: int) -> Damage:
    return replace(
        damage, blur_px=damage.blur_px + 0.6 * times, contrast=damage.contrast * 0.93**times, noise=10.0
    )


def _text(seed: int, number: int) -> str:
    rng = np.random.default_rng((seed, number, 1))
    return str(rng.choice(PREFIXES)) + "".join(str(digit) for digit in rng.integers(0, 10, 16))


def _scene(rng: np.random.Generator, text: str) -> Grey:
    """A page with the code, in perspective on a counter with things on it."""
    page = np.array(code_page("wechat" if text < "2" else "alipay", text).convert("L"), np.uint8)
    counter = _counter(rng)
    to_scene = cv2.getPerspectiveTransform(_corners(page.shape), _place(rng, page.shape))
    inside = cv2.warpPerspective(np.full_like(page, 255), to_scene, PHOTOGRAPH_PX)
    laid = cv2.warpPerspective(page, to_scene, PHOTOGRAPH_PX, flags=_FAST_ENOUGH)
    return np.asarray(np.where(inside > 127, laid, counter), np.uint8)


def _counter(rng: np.random.Generator) -> Grey:
    """Smooth shades with a few straight and round edges: what zxing-cpp has to look through."""
    shades = cv2.resize(rng.integers(40, 200, (9, 12)).astype(np.uint8), PHOTOGRAPH_PX)
    for _ in range(40):
        left, top = (int(at) for at in rng.integers((0, 0), PHOTOGRAPH_PX))
        width, height = (int(side) for side in rng.integers(40, 900, 2))
        level = int(rng.integers(0, 255))
        cv2.rectangle(shades, (left, top), (left + width, top + height), level, int(rng.integers(2, 30)))
        cv2.putText(shades, "2026-11-29 08:15", (left, top), 0, float(rng.uniform(1, 6)), 255 - level, 6)
    return np.asarray(shades, np.uint8)


def _corners(shape: tuple[int, ...]) -> NDArray[np.float32]:
    height, width = shape
    return np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)


def _place(rng: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.float32]:
    """The page's corners in the photograph: half to nearly all of its height, aslant, not quite flat."""
    scale = rng.uniform(0.5, 0.95) * PHOTOGRAPH_PX[1] / shape[0]
    angle = rng.normal(0, 0.12)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    flat = (_corners(shape) - np.array(shape[::-1]) / 2) * scale @ turn
    bent = flat + rng.uniform(-0.02, 0.02, (4, 2)) * PHOTOGRAPH_PX[1]
    middle = np.array(PHOTOGRAPH_PX) * rng.uniform(0.42, 0.58, 2)
    return np.asarray(bent + middle, np.float32)


def _damaged(scene: Grey, damage: Damage, tile: int) -> Grey:
    blurred = cv2.GaussianBlur(scene, (0, 0), damage.blur_px)
    duller = cv2.convertScaleAbs(blurred, alpha=damage.contrast, beta=128 * (1 - damage.contrast))
    grain = np.roll(_grain(), tile, (0, 1))
    noisy = cv2.addWeighted(duller, 1, grain, damage.noise / 32, -128 * damage.noise / 32)
    return np.asarray(noisy, np.uint8)


@cache
def _grain() -> Grey:
    """Grain of the sensor around 128, with a spread of 32."""
    rng = np.random.default_rng(0)
    return np.asarray(np.clip(rng.normal(128, 32, PHOTOGRAPH_PX[::-1]), 0, 255), np.uint8)
