"""Files a command makes: whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanrefund.cli.new_file import new_file, renewed_file
from scanrefund.errors import UsageFault


def interrupted(path: Path) -> None:
    with renewed_file(path) as file:
        file.write(b"half")
        raise KeyboardInterrupt


def test_whatever_ends_the_writing_leaves_the_file_before_and_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "marks.csv"
    path.write_bytes(b"before")
    with pytest.raises(KeyboardInterrupt):
        interrupted(path)
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_renewed_file_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    path = tmp_path / "marks.csv"
    for text in (b"before", b"after"):
        with renewed_file(path) as file:
            file.write(text)
    assert path.read_bytes() == b"after"


def test_a_new_file_is_its_owners_alone_and_takes_nobodys_place(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    with new_file(path) as file:
        file.write(b"first")
    assert path.stat().st_mode & 0o077 == 0
    with pytest.raises(UsageFault, match="file_is_there"), new_file(path):
        pass
    assert path.read_bytes() == b"first"
