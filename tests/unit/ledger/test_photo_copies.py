"""Photographs in copies: each copy has what its refunds name, is tried with them, and brings them back."""

from __future__ import annotations

import os
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from scanrefund.errors import LedgerFault
from scanrefund.ledger.backup import back_up
from scanrefund.ledger.photo_copies import list_of, listed, sweep
from tests.unit.builders import KEYS, SHOP, reserve
from tests.unit.ledger.shelf import ONE, TWO, Album


@pytest.fixture
def album(tmp_path: Path, sample_ledger: Path) -> Album:
    made = Album(tmp_path)
    shutil.copy(sample_ledger, made.path)
    ledger = made.open()
    refund = reserve(ledger)
    for data in (ONE, TWO):
        made.close_up(data)
        made.name(ledger, refund.refund_id, data)
    ledger.close()
    made.back_up()
    return made


def test_a_copy_has_its_photographs_beside_it_listed_and_closed_up(album: Album) -> None:
    assert (album.made.photos, album.made.photos_missing) == (2, 0)
    assert album.try_it() == album.made
    assert len(listed(album.copy)) == 2
    pool = b"".join(path.read_bytes() for path in album.pool.iterdir())
    assert (ONE in pool, TWO in pool) == (False, False)
    if os.name != "nt":
        modes = {path.stat().st_mode & 0o077 for path in (*album.pool.iterdir(), list_of(album.copy))}
        assert modes == {0}


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="no sha256sum here")
def test_the_list_is_one_that_others_can_check(album: Album) -> None:
    check = ["sha256sum", "--strict", "-c", list_of(album.copy).name]
    assert subprocess.run(check, cwd=album.copy.parent, capture_output=True, check=False).returncode == 0


def test_one_that_was_gone_is_told_and_makes_no_copy_impossible(album: Album) -> None:
    next(album.photos.iterdir()).unlink()
    album.copy.unlink()
    shutil.rmtree(album.pool)
    album.back_up()
    assert (album.made.photos, album.made.photos_missing) == (1, 1)
    assert album.try_it().photos_missing == 1


@pytest.mark.parametrize("damage", ["gone", "changed", "swapped", "closed anew", "list"])
def test_each_damage_to_a_photograph_is_found(album: Album, damage: str) -> None:
    one, two = sorted(album.pool.iterdir())
    if damage == "gone":
        one.unlink()
    elif damage == "changed":
        one.write_bytes(one.read_bytes()[:-1] + b"x")
    elif damage == "swapped":
        one.write_bytes(two.read_bytes())
    elif damage == "closed anew":
        one.write_bytes(KEYS.closed_photo(one.stem, KEYS.opened_photo(one.stem, one.read_bytes())))
    else:
        list_of(album.copy).write_text("../../etc/passwd\n")
    with pytest.raises(LedgerFault) as caught:
        album.try_it()
    found = {"gone": "copy_photo_gone", "list": "copy_not_whole"}
    assert caught.value.code == found.get(damage, "copy_photo_broken")


def test_a_photograph_changed_with_its_line_is_found_by_the_keys(album: Album) -> None:
    path = next(album.pool.iterdir())
    before = sha256(path.read_bytes()).hexdigest()
    path.write_bytes(b"forged")
    text = list_of(album.copy).read_text().replace(before, sha256(b"forged").hexdigest())
    list_of(album.copy).write_text(text)
    with pytest.raises(LedgerFault, match="copy_photo_broken"):
        album.try_it()


def test_put_back_the_photographs_are_there_again(album: Album) -> None:
    shutil.rmtree(album.photos)
    album.put_back()
    assert album.seen() == sorted([ONE, TWO])
    album.put_back()
    assert album.seen() == sorted([ONE, TWO])


def test_a_copy_with_a_broken_photograph_puts_nothing_back(album: Album) -> None:
    before = album.path.read_bytes()
    next(album.pool.iterdir()).unlink()
    with pytest.raises(LedgerFault):
        album.put_back()
    assert album.path.read_bytes() == before


def test_a_photograph_lies_once_for_all_copies_and_goes_with_the_last(album: Album) -> None:
    later = album.copy.with_name("two.sqlite3")
    back_up(album.settings, KEYS, SHOP, later, album.photos)
    assert len(list(album.pool.iterdir())) == 2
    soon, late = (datetime.now(UTC) + timedelta(days=days) for days in (0, 2))
    for path in (album.copy, list_of(album.copy)):
        path.unlink()
    sweep(album.copy.parent, late)
    assert len(list(album.pool.iterdir())) == 2
    list_of(later).unlink()
    sweep(album.copy.parent, soon)
    assert len(list(album.pool.iterdir())) == 2, "a copy may be in the making"
    sweep(album.copy.parent, late)
    assert list(album.pool.iterdir()) == []


def test_a_sweep_takes_nothing_that_a_copy_in_the_making_found_there(album: Album) -> None:
    for path in album.pool.iterdir():
        os.utime(path, (0, 0))
    list_of(album.copy).unlink()
    later = album.copy.with_name("two.sqlite3")
    back_up(album.settings, KEYS, SHOP, later, album.photos)
    # Its list is what comes last.
    list_of(later).unlink()
    sweep(album.copy.parent, datetime.now(UTC))
    assert len(list(album.pool.iterdir())) == 2


def test_what_spoilt_on_either_disk_is_brought_anew_from_the_other(album: Album) -> None:
    next(album.pool.iterdir()).write_bytes(b"spoilt")
    album.copy.unlink()
    album.back_up()
    assert album.try_it().photos == 2
    next(album.photos.iterdir()).write_bytes(b"spoilt")
    album.put_back()
    assert album.seen() == sorted([ONE, TWO])


def test_a_copy_that_fails_leaves_no_list(album: Album) -> None:
    album.copy.unlink()
    list_of(album.copy).unlink()
    for path in (*album.pool.iterdir(), *album.photos.iterdir()):
        path.write_bytes(b"broken before")
    with pytest.raises(LedgerFault):
        album.back_up()
    assert not list_of(album.copy).exists()
    assert not album.copy.exists()
