"""Where settings come from: the data folder, one TOML file, and the environment on top."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import platformdirs

from scanrefund.config.problems import Problem
from scanrefund.errors import os_cause

PREFIX: Final = "SCANREFUND_"
DEPTH_MARK: Final = "__"
# They say where to look, and are read before there is any key.
NOT_KEYS: Final = frozenset({PREFIX + "HOME", PREFIX + "CONFIG"})
FILE_NAME: Final = "scanrefund.toml"

# A configuration is a page of text; anything larger is some other file.
FILE_BYTES_MAX: Final = 1_000_000

_TOML_PLACE: Final = re.compile(r"^(?P<cause>.*) \(at line (?P<line>\d+), column (?P<column>\d+)\)$")


def data_folder() -> Path:
    """The folder of ledger, keys and sandbox: SCANREFUND_HOME, else the platform's user data folder."""
    named = os.environ.get("SCANREFUND_HOME")
    return Path(named).absolute() if named else platformdirs.user_data_path("scanrefund", appauthor=False)


def config_file(asked: Path | None, home: Path) -> tuple[Path | None, list[Problem]]:
    """The file to read, if any. One that was asked for by name must be there."""
    named = asked or (Path(text) if (text := os.environ.get("SCANREFUND_CONFIG")) else None)
    if named is None:
        usual = home / FILE_NAME
        return (usual if usual.is_file() else None), []
    if not named.is_file():
        return None, [Problem(str(named), "file_missing")]
    return named.absolute(), []


def read_toml(path: Path) -> tuple[dict[str, Any], list[Problem]]:
    """The file's tables, or the one problem that keeps it from being read."""
    try:
        with path.open("rb") as file:
            data = file.read(FILE_BYTES_MAX + 1)
    except OSError as error:
        return {}, [Problem(str(path), "file_unreadable", {"cause": os_cause(error)})]
    if len(data) > FILE_BYTES_MAX:
        return {}, [Problem(str(path), "file_too_large", {"bytes_max": FILE_BYTES_MAX})]
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return {}, [Problem(str(path), "not_utf8")]
    try:
        return tomllib.loads(text), []
    except tomllib.TOMLDecodeError as error:
        return {}, [_syntax(path, str(error), text)]


def _syntax(path: Path, message: str, text: str) -> Problem:
    match = _TOML_PLACE.match(message)
    if match:
        return Problem(str(path), "toml", match.groupdict())
    # Python says only "at end of document" for what breaks off.
    lines = text.split("\n")
    cause = message.removesuffix(" (at end of document)")
    return Problem(str(path), "toml", {"cause": cause, "line": len(lines), "column": len(lines[-1]) + 1})


def overlay(tables: dict[str, Any], environment: Mapping[str, str]) -> dict[str, Any]:
    """The tables with every SCANREFUND_SECTION__KEY of the environment laid over them.

    An unknown name lands as an unknown key, so a misspelt limit is refused and not ignored.
    """
    merged = _copied(tables)
    for name in sorted(environment):
        if name.upper().startswith(PREFIX) and name.upper() not in NOT_KEYS:
            *sections, key = name[len(PREFIX) :].lower().split(DEPTH_MARK)
            _put(merged, sections, key, environment[name])
    return merged


def _copied(tables: dict[str, Any]) -> dict[str, Any]:
    return {key: _copied(value) if isinstance(value, dict) else value for key, value in tables.items()}


def _put(tables: dict[str, Any], sections: list[str], key: str, value: str) -> None:
    for section in sections:
        inner = tables.setdefault(section, {})
        if not isinstance(inner, dict):
            return  # The file itself holds no table here, and is told so.
        tables = inner
    tables[key] = value
