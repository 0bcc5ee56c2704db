"""The options several commands share, so that one option reads the same everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]

Camera = Annotated[
    str | None,
    typer.Option(
        "--camera",
        metavar="[SOURCE]",
        help="Read from a camera: index, video file, image sequence or URL; alone, the configured camera.",
    ),
]

Picture = Annotated[Path | None, typer.Option("--image", metavar="PATH", help="Read a picture file.")]

Reveal = Annotated[bool, typer.Option("--reveal", help="Show payment codes in full, after a warning.")]
