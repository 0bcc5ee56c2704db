from __future__ import annotations

import stat
import sys
import threading
from pathlib import Path

import pytest

from scanrefund.errors import KeyFault
from scanrefund.keys import KEY_BYTES, Keys
from tests.unit.builders import ALIPAY_DIGITS, KEYS, WECHAT_DIGITS

NEEDS_MODES = pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps access lists, not modes")


def test_the_same_files_give_the_same_keys(tmp_path: Path) -> None:
    first, second = Keys.open(tmp_path), Keys.open(tmp_path)
    assert first.check_value() == second.check_value()
    assert first.fingerprint(WECHAT_DIGITS) == second.fingerprint(WECHAT_DIGITS)
    assert first.seal("0", b"entry") == second.seal("0", b"entry")
    names = sorted(path.name for path in (tmp_path / "keys").iterdir())
    assert names == ["book.key", "fingerprint.key", "people.key"]


def test_every_home_has_keys_of_its_own(tmp_path: Path) -> None:
    one, other = Keys.open(tmp_path / "one"), Keys.open(tmp_path / "other")
    assert one.check_value() != other.check_value()
    assert one.fingerprint(WECHAT_DIGITS) != other.fingerprint(WECHAT_DIGITS)


@NEEDS_MODES
def test_only_the_owner_may_read_the_keys(tmp_path: Path) -> None:
    Keys.open(tmp_path)
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    for path in (tmp_path / "keys").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


@NEEDS_MODES
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_a_key_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    Keys.open(tmp_path)
    (tmp_path / "keys" / "book.key").chmod(mode)
    with pytest.raises(KeyFault) as caught:
        Keys.open(tmp_path)
    assert (caught.value.code, caught.value.details["mode"]) == ("key_readable_by_others", f"{mode:o}")


@pytest.mark.parametrize("content", [b"", b"zz" * KEY_BYTES, b"00" * (KEY_BYTES - 1), b"\xff\xfe", b"0"])
def test_a_damaged_key_is_told_and_never_replaced(tmp_path: Path, content: bytes) -> None:
    Keys.open(tmp_path)
    path = tmp_path / "keys" / "fingerprint.key"
    path.write_bytes(content)
    with pytest.raises(KeyFault) as caught:
        Keys.open(tmp_path)
    assert caught.value.code == "key_damaged"
    assert path.read_bytes() == content


def test_a_home_that_cannot_hold_keys_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(KeyFault) as caught:
        Keys.open(tmp_path / "file")
    assert caught.value.code == "key_unwritable"


def test_first_starts_at_the_same_moment_agree_on_one_set(tmp_path: Path) -> None:
    values: list[str] = []
    threads = [
        threading.Thread(target=lambda: values.append(Keys.open(tmp_path).check_value())) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(values) == 8
    assert len(set(values)) == 1


def test_hashes_for_different_purposes_never_meet() -> None:
    digits = WECHAT_DIGITS
    hashes = {
        KEYS.fingerprint(digits),
        KEYS.payer(digits),
        KEYS.request(digits),
        KEYS.fingerprint(ALIPAY_DIGITS),
    }
    assert len(hashes) == 4
    assert all(len(one) == 32 and digits not in one for one in hashes)
    assert KEYS.request("a", "bc") != KEYS.request("ab", "c")


def test_no_payer_has_no_hash() -> None:
    assert KEYS.payer("") == ""


def test_a_seal_hangs_on_the_entry_and_on_the_one_before() -> None:
    seals = {
        KEYS.seal("0", b"a"),
        KEYS.seal("1", b"a"),
        KEYS.seal("0", b"b"),
        Keys(b"f" * 32, b"x" * 32).seal("0", b"a"),
    }
    assert len(seals) == 4


@pytest.mark.parametrize("closed", ["", "no hex", "00", "00" * 40])
def test_what_nobody_closed_opens_nothing(closed: str) -> None:
    keys = Keys(b"f" * 32, b"b" * 32, b"p" * 32)
    with pytest.raises(KeyFault, match="people_key_foreign"):
        keys.opened("s1", closed)
    with pytest.raises(KeyFault, match="signature_key_foreign"):
        keys.opened_signature("SRT_1", closed)
