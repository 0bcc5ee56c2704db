"""Key files of the data folder: fingerprints, the book's seal, the PINs' pepper. Never in the database.

A second counter that shares the ledger needs the same key files: `check_value` is kept in the ledger, and a
counter whose keys give another value is refused at start. For the people's key that holds from the first
person on.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import secrets
import stat
from pathlib import Path
from typing import Final

from scanrefund.errors import KeyFault, os_cause

KEY_BYTES: Final = 32
# 16 bytes of HMAC-SHA256: no chance of two codes meeting, short enough to read aloud in part.
FINGERPRINT_BYTES: Final = 16
# 48 bits: short enough for a small QR code, and nobody guesses it at a counter.
SLIP_SIGNATURE_HEX_DIGITS: Final = 12
# What AES-GCM wants; drawn anew for each seal.
_NONCE_BYTES: Final = 12


class Keys:
    """The counter's secrets. Build with `Keys.open`."""

    def __init__(self, fingerprint_key: bytes, book_key: bytes, people_key: bytes = b"") -> None:
        self._fingerprint_key = fingerprint_key
        self._book_key = book_key
        self._people_key = people_key

    @classmethod
    def open(cls, home: Path) -> Keys:
        """Read the keys under `home/keys`, making them at the first start.

        Raises KeyFault when a key file is damaged or readable by other users.
        """
        folder = home / "keys"
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise KeyFault("key_unwritable", path=folder, cause=os_cause(error)) from error
        names = ("fingerprint.key", "book.key", "people.key")
        return cls(*(_read_or_make(folder / name) for name in names))

    def fingerprint(self, digits: str) -> str:
        """The keyed hash of a payment code, 32 hex digits. Trying every code would undo a plain hash."""
        return self._hash(b"payment code", digits)

    def payer(self, payer_id: str) -> str:
        """The keyed hash of a payer's id (openid, buyer id); empty for an empty id."""
        return self._hash(b"payer", payer_id) if payer_id else ""

    def request(self, *parts: str) -> str:
        """One request's identity: the same wish about the same code gives the same text."""
        return self._hash(b"request", "\x1f".join(parts))

    def till_token(self, token: str) -> str:
        """What is kept of a till's token: whoever can write the database still makes none that opens."""
        return self._hash(b"till token", token)

    def slip_signature(self, refund_id: str) -> str:
        """What stands behind the refund number on our slip: 12 hex digits, the same at every counter."""
        return self._hash(b"slip", refund_id)[:SLIP_SIGNATURE_HEX_DIGITS]

    def made_slip(self, refund_id: str, signature: str) -> bool:
        """Whether a slip with this number and signature was made with these keys."""
        return hmac.compare_digest(self.slip_signature(refund_id).encode(), signature.encode())

    def seal(self, previous: str, entry: bytes) -> str:
        """The book's next link: HMAC over the previous link and the entry's canonical JSON, hex."""
        return hmac.digest(self._book_key, previous.encode() + b"\n" + entry, "sha256").hex()

    def check_value(self) -> str:
        """Tells key sets apart without giving anything away."""
        both = self._hash(b"check", "fingerprint") + self.seal("", b"check")
        return hashlib.sha256(both.encode()).hexdigest()[:16]

    def peppered(self, staff_id: str, pin: str) -> bytes:
        """A PIN under the pepper, 32 bytes: a stolen database alone tells nothing about any PIN."""
        return self._of_people(b"pin\x00" + staff_id.encode() + b"\x00" + pin.encode())

    def close_up(self, staff_id: str, secret: bytes) -> str:
        """A secret of somebody's as it may lie in the database (AES-256-GCM, hex), bound to that person."""
        return _closed(self._of_people(b"seal"), staff_id, secret).hex()

    def opened(self, staff_id: str, closed: str) -> bytes:
        """What `close_up` closed for this person. Raises KeyFault for anything else."""
        return _opened(self._of_people(b"seal"), staff_id, _raw(closed), KeyFault("people_key_foreign"))

    def close_signature(self, refund_id: str, drawn: bytes) -> str:
        """A customer's drawing as it may lie in the database (AES-256-GCM, hex), bound to that refund."""
        return _closed(self._customers_key(), refund_id, drawn).hex()

    def opened_signature(self, refund_id: str, closed: str) -> bytes:
        """What `close_signature` closed for this refund. Raises KeyFault for anything else."""
        return _opened(self._customers_key(), refund_id, _raw(closed), KeyFault("signature_key_foreign"))

    def badge(self, secret: str) -> str:
        """The keyed hash of a badge's secret, 64 hex digits: a stolen database opens no sign-in screen."""
        return self._of_people(b"badge\x00" + secret.encode()).hex()

    def closed_photo(self, name: str, data: bytes) -> bytes:
        """A photograph as it may lie in the data folder (AES-256-GCM), bound to its name."""
        return _closed(self._of_people(b"photo"), name, data)

    def opened_photo(self, name: str, closed: bytes) -> bytes:
        """What `closed_photo` closed under this name. Raises KeyFault for anything else."""
        return _opened(self._of_people(b"photo"), name, closed, KeyFault("photo_unreadable", name=name))

    def people_check_value(self) -> str:
        """Tells people's keys apart without giving anything away."""
        return self._of_people(b"check").hex()[:16]

    def _customers_key(self) -> bytes:
        return hmac.new(self._fingerprint_key, b"customer's signature", hashlib.sha256).digest()

    def _of_people(self, purpose: bytes) -> bytes:
        return hmac.new(self._people_key, purpose, hashlib.sha256).digest()

    def _hash(self, purpose: bytes, text: str) -> str:
        whole = hmac.new(self._fingerprint_key, purpose + b"\x00" + text.encode(), hashlib.sha256)
        return whole.digest()[:FINGERPRINT_BYTES].hex()


def _closed(key: bytes, name: str, data: bytes) -> bytes:
    """AES-256-GCM under a fresh nonce, which stands before it; `name` is what it is bound to."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, data, name.encode())


def _opened(key: bytes, name: str, closed: bytes, foreign: KeyFault) -> bytes:
    """What `_closed` closed under this key for this name. Raises `foreign` for anything else."""
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

    try:
        return AESGCM(key).decrypt(closed[:_NONCE_BYTES], closed[_NONCE_BYTES:], name.encode())
    except (ValueError, InvalidTag):
        raise foreign from None


def _raw(closed: str) -> bytes:
    """The bytes of hex; none, which open nothing, where it is not hex."""
    try:
        return bytes.fromhex(closed)
    except ValueError:
        return b""


def _read_or_make(path: Path) -> bytes:
    if not path.exists():
        _make(path)
    return _read(path)


def _make(path: Path) -> None:
    """Write a whole key aside and link it in place, so that two first starts agree on one key."""
    aside = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_bytes(KEY_BYTES).hex() + "\n")
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(aside)
    except OSError as error:
        raise KeyFault("key_unwritable", path=path, cause=os_cause(error)) from error
    finally:
        aside.unlink(missing_ok=True)


def _read(path: Path) -> bytes:
    try:
        refuse_if_others_read(path)
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except (ValueError, OSError) as error:
        raise KeyFault("key_damaged", path=path) from error
    if len(key) != KEY_BYTES:
        raise KeyFault("key_damaged", path=path)
    return key


def refuse_if_others_read(path: Path) -> None:
    """Raise KeyFault when group or others may read a secret file. Windows keeps its own access lists."""
    if os.name == "nt":
        return
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise KeyFault("key_readable_by_others", path=path, mode=f"{mode:o}")
