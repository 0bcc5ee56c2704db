"""Photographs to measure decoders on: folders that each hold pictures and a `manifest.jsonl`.

A manifest has a JSON object per line: `path` (relative to its folder), `kind` (positive, negative or
unlabelled), `texts` (every text in the picture; a list inside gives accepted spellings of one text) and
perhaps `near` (the path of another picture of the same scene).
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from scanrefund.scan.frame import Grey
from scanrefund.scan.picture import read_picture

# One scene in three is kept unseen while the cascade is tuned; its figures are told apart.
UNSEEN_ONE_IN: Final = 3


@dataclass(frozen=True, slots=True)
class Picture:
    """A line of a manifest: `texts` holds every accepted spelling, `plain`; alike pictures share a scene."""

    file: Path
    name: str
    kind: str
    texts: frozenset[str]
    scene: str

    @property
    def unseen(self) -> bool:
        """Whether the picture belongs to the third that nothing is tuned on."""
        return hashlib.sha256(self.scene.encode()).digest()[0] % UNSEEN_ONE_IN == 0

    def grey(self) -> Grey:
        """The picture in 8-bit grey. GIFs, which the product refuses, are read here, on white."""
        if self.file.suffix.lower() != ".gif":
            return read_picture(self.file).pixels
        with Image.open(self.file) as image:
            page = Image.new("RGBA", image.size, "white")
            page.alpha_composite(image.convert("RGBA"))
            return np.array(page.convert("L"), np.uint8)


def pictures(corpus: Path) -> list[Picture]:
    """Every picture of every manifest under `corpus`, in the order of their names."""
    manifests = sorted(corpus.glob("*/manifest.jsonl")) or sorted(corpus.glob("manifest.jsonl"))
    return [one for manifest in manifests for one in _of_manifest(manifest)]


def sample(all_of_them: list[Picture], count: int, seed: int) -> list[Picture]:
    """`count` of the pictures by chance, the same for the same seed."""
    return random.Random(seed).sample(all_of_them, min(count, len(all_of_them)))


def _of_manifest(manifest: Path) -> list[Picture]:
    lines = [json.loads(line) for line in manifest.read_text("utf-8").split("\n") if line.strip()]
    return [_picture(manifest.parent, line) for line in lines]


def _picture(folder: Path, line: dict[str, object]) -> Picture:
    path, texts = str(line["path"]), line.get("texts")
    return Picture(
        file=folder / path,
        name=f"{folder.name}/{path}",
        kind=str(line["kind"]),
        texts=frozenset(map(plain, _spellings(texts if isinstance(texts, list) else []))),
        scene=f"{folder.name}/{line.get('near') or path}",
    )


def plain(text: str) -> str:
    """The text with its white space evened: publishers write line ends down as they please."""
    return " ".join(text.split())


def _spellings(texts: list[object]) -> Iterable[str]:
    for text in texts:
        yield from (str(one) for one in text) if isinstance(text, list) else (str(text),)
