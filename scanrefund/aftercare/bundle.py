"""Several files as one ZIP, with the hash of each, so that whoever gets it can see that it is whole."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Mapping
from datetime import datetime
from typing import IO, Final

SUMS: Final = "SHA256SUMS"


def write_bundle(out: IO[bytes], files: Mapping[str, str], at: datetime) -> None:
    """Write the files, in their order and with one time, and `SHA256SUMS` as `sha256sum -c` reads it."""
    lines = [f"{hashlib.sha256(text.encode()).hexdigest()}  {name}\n" for name, text in files.items()]
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in {**files, SUMS: "".join(lines)}.items():
            entry = zipfile.ZipInfo(name, at.timetuple()[:6])
            entry.external_attr = 0o600 << 16
            packed.writestr(entry, text, zipfile.ZIP_DEFLATED)
