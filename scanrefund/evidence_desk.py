"""What was looked at for a refund; photographs are closed up in the data folder, none with a payment code."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

from scanrefund.dispatch.clock import Clock
from scanrefund.errors import KeyFault, UsageFault, os_cause
from scanrefund.keys import Keys
from scanrefund.ledger.evidence import EvidenceBox
from scanrefund.model.evidence import FOLDER, SUFFIX, Evidence, EvidenceKind
from scanrefund.model.printable import codes_hidden
from scanrefund.scan.look import look_at_bytes
from scanrefund.scan.picture import bounded_bytes

NOTE_CHARS_MAX: Final = 300
# A picture that came without a file's name, for people.
UPLOAD: Final = "photo"
# Writing a photograph takes a second; what is half written a day later belongs to a program that was killed.
LEFT_OVER_AGE_S: Final = 86_400
_LEFT_OVER: Final = re.compile(r"[0-9a-f]{64}\.[0-9a-f]+")


class EvidenceDesk:
    """Build with `assemble.open_house`."""

    def __init__(
        self, box: EvidenceBox, keys: Keys, home: Path, wanted: Sequence[EvidenceKind], clock: Clock
    ) -> None:
        self._box = box
        self._keys = keys
        self._folder = home / FOLDER
        self._wanted = tuple(wanted)
        self._clock = clock

    def add(
        self,
        refund_id: str,
        kind: EvidenceKind,
        by: str,
        *,
        note: str = "",
        photo: Path | bytes | None = None,
    ) -> list[Evidence]:
        """Write one piece down, with its photograph if there is one; everything kept for the refund by now.

        A photograph is a file's path, or its bytes as they came.

        Raises UsageFault for a picture in which a payment code is read, PictureFault for what is no picture.
        """
        if len(note) > NOTE_CHARS_MAX:
            raise UsageFault("evidence_note_too_long", limit=NOTE_CHARS_MAX)
        self._box.of_refund(refund_id)
        sha256 = self._keep(photo) if photo else ""
        now = self._clock.now()
        self._box.add(Evidence(0, refund_id, kind, codes_hidden(note.strip()), sha256, by, now))
        if photo and not self._place(sha256).exists():
            # A sweep met it before the row that names it.
            self._keep(photo)
        return self._box.of_refund(refund_id)

    def of_refund(self, refund_id: str) -> list[Evidence]:
        """Everything kept for a refund, in the order it came."""
        return self._box.of_refund(refund_id)

    def missing(self, kept: Sequence[Evidence]) -> list[EvidenceKind]:
        """What the shop wants and nobody has written down. Any photograph is one."""
        there = {one.kind for one in kept} | {EvidenceKind.PHOTO for one in kept if one.photo_sha256}
        return [kind for kind in self._wanted if kind not in there]

    def photo(self, refund_id: str, number: int) -> bytes:
        """A photograph as it came. Raises KeyFault for one that is gone, changed or of other keys."""
        kept = (one for one in self._box.of_refund(refund_id) if one.evidence_id == number)
        name = next((one.photo_sha256 for one in kept), "")
        if not name:
            raise UsageFault("evidence_no_photo", refund_id=refund_id, number=number)
        try:
            closed = self._place(name).read_bytes()
        except OSError:
            raise KeyFault("photo_missing", name=name) from None
        data = self._keys.opened_photo(name, closed)
        if hashlib.sha256(data).hexdigest() != name:
            raise KeyFault("photo_unreadable", name=name)
        return data

    def sweep(self) -> int:
        """Delete each photograph that no refund names any more, and what a killed program left of one.

        How many went. `purge` takes the names out first: killed in between, the next sweep finishes. Raises
        UsageFault for a file that cannot be deleted.
        """
        named, gone = self._box.photo_names(), 0
        for path in sorted(self._folder.glob("*")):
            name = path.name.partition(".")[0]
            if path.suffix == SUFFIX and name not in named:
                gone += self._box.unless_named(name, partial(_deleted, path))
            elif _LEFT_OVER.fullmatch(path.name) and self._is_old(path):
                _deleted(path)
        return gone

    def _is_old(self, path: Path) -> bool:
        return self._clock.now().timestamp() - path.stat().st_mtime > LEFT_OVER_AGE_S

    def _keep(self, photo: Path | bytes) -> str:
        """The hash of a picture that was closed up; the file comes first, the row that names it after."""
        data, origin = (photo, UPLOAD) if isinstance(photo, bytes) else _of_file(photo)
        seen = look_at_bytes(data, origin)
        if any(codes_hidden(symbol.text) != symbol.text for symbol in seen.symbols):
            raise UsageFault("evidence_holds_code")
        name = hashlib.sha256(data).hexdigest()
        place = self._place(name)
        aside = place.with_suffix(f".{os.getpid()}")
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            aside.touch(mode=0o600)
            aside.write_bytes(self._keys.closed_photo(name, data))
            aside.replace(place)
        except OSError as error:
            aside.unlink(missing_ok=True)
            raise UsageFault("photo_unwritable", path=place, cause=os_cause(error)) from error
        return name

    def _place(self, name: str) -> Path:
        return self._folder / f"{name}{SUFFIX}"


def _of_file(path: Path) -> tuple[bytes, str]:
    data, _written_at = bounded_bytes(path)
    return data, path.name


def _deleted(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise UsageFault("photo_not_deleted", path=path, cause=os_cause(error)) from error
