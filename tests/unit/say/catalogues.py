"""The catalogue files as they lie on disk, for the tests that compare languages."""

from __future__ import annotations

import tomllib
from pathlib import Path

import scanrefund.say
from scanrefund.say.catalogue import flatten

SAY = Path(scanrefund.say.__file__).parent


def file_names() -> list[str]:
    """Every catalogue file of any language: `scan.toml`, …"""
    return sorted({path.name for path in SAY.glob("*/*.toml")})


def texts(language: str, name: str) -> dict[str, str]:
    """One file's sentences by key; empty where the language has no such file."""
    path = SAY / language / name
    return dict(flatten(tomllib.loads(path.read_text(encoding="utf-8")))) if path.exists() else {}
