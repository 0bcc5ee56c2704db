"""Bills come packed. Unpacking is bounded: a small file may claim to hold anything."""

from __future__ import annotations

import io
import zipfile
import zlib
from dataclasses import replace
from typing import Final

from scanrefund.http import HttpLimits
from scanrefund.wallets.reading import Unreadable

# A line has about 300 bytes: room for 150,000 trades a day, more than ten shops make.
BILL_BYTES_MAX: Final = 50_000_000
# Nobody waits at the counter for a bill: 120 seconds where a refund has 15.
BILL_PATIENCE: Final = 8
# Alipay packs two.
FILES_MAX: Final = 10
_GZIP: Final = 16 + zlib.MAX_WBITS
_GZIP_MARK: Final = b"\x1f\x8b"


def bill_limits(usual: HttpLimits) -> HttpLimits:
    """For the download of a bill: larger and longer than any other answer, and bounded all the same."""
    return replace(usual, deadline_s=usual.deadline_s * BILL_PATIENCE, body_bytes_max=BILL_BYTES_MAX)


def gunzipped(data: bytes) -> bytes:
    """The one member of a gzip file; anything else comes back as it is. Raises Unreadable."""
    if not data.startswith(_GZIP_MARK):
        return data
    inflater = zlib.decompressobj(_GZIP)
    try:
        plain = inflater.decompress(data, BILL_BYTES_MAX)
    except zlib.error:
        raise Unreadable("not_gzip") from None
    if not inflater.eof:
        raise Unreadable("bill_too_large" if len(plain) >= BILL_BYTES_MAX else "not_gzip")
    return plain


def unzipped(data: bytes) -> tuple[bytes, ...]:
    """What the files of a zip hold, in their order. Raises Unreadable.

    Names are not read: Alipay writes them in GBK without saying so.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            files = [one for one in packed.infolist() if not one.is_dir()]
            if len(files) > FILES_MAX or sum(one.file_size for one in files) > BILL_BYTES_MAX:
                raise Unreadable("bill_too_large")
            return tuple(_member(packed, one) for one in files)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError):
        # RuntimeError: locked with a password. NotImplementedError: an unknown way of packing.
        raise Unreadable("not_zip") from None


def _member(packed: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """Read no more than the entry says; one that holds more fails its checksum or is cut here."""
    with packed.open(entry) as file:
        content = file.read(entry.file_size + 1)
    if len(content) > entry.file_size:
        raise Unreadable("bill_too_large")
    return content
