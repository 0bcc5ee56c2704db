"""Archives give their pictures, and a bomb runs into a cap."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from scanrefund.errors import PictureFault
from scanrefund.scan import archive as room
from scanrefund.scan.archive import ARCHIVE_BYTES_MAX, ARCHIVE_ENTRIES_MAX, Member, members
from scanrefund.scan.picture import PICTURE_BYTES_MAX

PICTURES = {"a.png": b"first", "sub/b.png": b"second" * 1000}
Packed = Callable[[Path], None]


def wanted(name: str, _head: bytes) -> bool:
    return name.endswith(".png")


def all_members(path: Path) -> list[Member]:
    return list(members(path, wanted))


def write_zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in (PICTURES | {"notes.txt": b"no picture"}).items():
            archive.writestr(name, data)


def write_tar(path: Path) -> None:
    with tarfile.open(path, f"w:{path.suffix[1:].replace('tar', '')}") as archive:  # type: ignore[call-overload]
        for name, data in (PICTURES | {"notes.txt": b"no picture"}).items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        archive.addfile(_link("link.png"))


def _link(name: str) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
    return info


@pytest.mark.parametrize("name", ["x.zip", "X.ZIP", "x.tar", "x.tar.gz", "x.tar.bz2"])
def test_the_wanted_members_come_in_order(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    (write_zip if name.lower().endswith("zip") else write_tar)(path)
    assert {member.name: member.data for member in all_members(path)} == PICTURES


@pytest.mark.parametrize("name", ["x.zip", "x.tar", "x.tar.gz"])
def test_what_is_no_archive_or_cut_off_is_damaged(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"anything")
    with pytest.raises(PictureFault, match="archive_damaged"):
        all_members(path)
    (write_zip if name == "x.zip" else write_tar)(path)
    path.write_bytes(path.read_bytes()[: {"x.zip": -50, "x.tar": 600, "x.tar.gz": -40}[name]])
    with pytest.raises(PictureFault, match="archive_damaged"):
        all_members(path)


def test_a_damaged_member_costs_itself(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    write_zip(path)
    packed = bytearray(path.read_bytes())
    packed[packed.index(b"sub/b.png") + 12] ^= 0xFF
    path.write_bytes(packed)
    first, second = all_members(path)
    assert (first.data, first.fault) == (b"first", None)
    assert second.fault
    assert second.fault.code == "archive_member_unreadable"


def test_no_member_takes_more_memory_than_a_picture_may(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.png", bytes(3 * PICTURE_BYTES_MAX))
    [member] = all_members(path)
    assert len(member.data) == PICTURE_BYTES_MAX + 1


def test_a_bomb_of_bytes_runs_into_the_cap(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.png", b"first")
        archive.writestr("b.png", b"second")
        archive.infolist()[1].file_size = ARCHIVE_BYTES_MAX
    found = members(path, wanted)
    assert next(found).name == "a.png"
    with pytest.raises(PictureFault, match="archive_too_large"):
        next(found)


def test_a_bomb_of_a_tar_is_not_unpacked_to_be_skipped(tmp_path: Path) -> None:
    path = tmp_path / "x.tar"
    info = tarfile.TarInfo("huge.bin")
    info.size = ARCHIVE_BYTES_MAX + 1
    path.write_bytes(info.tobuf(tarfile.PAX_FORMAT) + bytes(1024))
    with pytest.raises(PictureFault, match="archive_too_large"):
        all_members(path)


def test_a_header_that_wants_gigabytes_gets_none(tmp_path: Path) -> None:
    path = tmp_path / "x.tar"
    info = tarfile.TarInfo("header")
    info.type, info.size = tarfile.XHDTYPE, 10**9
    path.write_bytes(info.tobuf(tarfile.GNU_FORMAT) + bytes(4096))
    with pytest.raises(PictureFault, match="archive_too_large"):
        all_members(path)


def test_a_bomb_of_entries_runs_into_the_cap() -> None:
    caps = room._Caps(Path("x.zip"))
    for _ in range(ARCHIVE_ENTRIES_MAX):
        caps.take(0)
    with pytest.raises(room._Refused):
        caps.take(0)
