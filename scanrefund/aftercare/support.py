"""What somebody who helps from afar may see of this counter: no secret, no person, no payment code."""

from __future__ import annotations

import contextlib
import json
import platform
import re
import sqlite3
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Any, Final

from scanrefund import __version__
from scanrefund.model.printable import codes_hidden

# The last crashes are the interesting ones.
CRASH_BYTES_MAX: Final = 200_000
# What stands between `://` and `@`: a password, of a database or a camera.
_LOGIN: Final = re.compile(r"(://)[^/@\s]*@")
# Of the wallets only these are told; numbers, ids and key files are the shop's own business.
_WALLET_KEYS_TOLD: Final = frozenset({"mode", "base_url", "backup_url"})


def files_of(pieces: Mapping[str, Any], crashes: str) -> dict[str, str]:
    """Name → contents; each piece is JSON of that name. Every text goes through the mask for codes."""
    files = {"versions.json": _document(versions())}
    files |= {f"{name}.json": _document(piece) for name, piece in pieces.items()}
    files["crash.txt"] = codes_hidden(_LOGIN.sub(r"\1***@", crashes))
    return files


def versions() -> dict[str, str]:
    """This program, its Python, its machine, and every package it stands on."""
    told = {"scanrefund": __version__, "python": platform.python_version(), "sqlite": sqlite3.sqlite_version}
    return told | {"platform": platform.platform()} | _packages()


def settings_told(keys: Mapping[str, Any]) -> dict[str, Any]:
    """The keys in force; of each wallet only where it is, of everything else no password in an address."""
    return {name: _told(name, value) for name, value in keys.items()}


def last_crashes(log: Path) -> str:
    """The end of the crash log; empty where there is none."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - CRASH_BYTES_MAX))
            return file.read().decode("utf-8", errors="replace")
    except OSError:
        return ""


def _told(name: str, value: Any) -> Any:
    if name.startswith("wallets.") and name.rpartition(".")[2] not in _WALLET_KEYS_TOLD:
        return "(set)" if value else value
    return _LOGIN.sub(r"\1***@", value) if isinstance(value, str) else value


def _packages() -> dict[str, str]:
    """What the package says it needs, as far as it is installed; empty where it was not installed itself."""
    found = {}
    with contextlib.suppress(PackageNotFoundError):
        for line in requires("scanrefund") or []:
            name = re.split(r"[^A-Za-z0-9_.-]", line, maxsplit=1)[0]
            with contextlib.suppress(PackageNotFoundError):
                found[name] = version(name)
    return found


def _document(value: Any) -> str:
    return codes_hidden(json.dumps(value, ensure_ascii=False, indent=1)) + "\n"
