from __future__ import annotations

import multiprocessing
import os
from pathlib import Path

import pytest

from scanrefund.errors import LedgerFault
from scanrefund.ledger.writer_lock import SUFFIX, only_writer


def hold_and_die(url: str) -> None:
    """Takes the lock and is gone without letting go."""
    with only_writer(url, "counter"):
        os._exit(0)


def test_a_second_writer_is_refused_and_told_who_is_first(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.sqlite3'}"
    with (
        only_writer(url, "scanrefund counter"),
        pytest.raises(LedgerFault) as caught,
        only_writer(url, "worker"),
    ):
        raise AssertionError("two writers at once")
    assert caught.value.code == "ledger_has_a_writer"
    assert "scanrefund counter" in str(caught.value.details["holder"])
    assert f"pid {os.getpid()}" in str(caught.value.details["holder"])


def test_the_lock_ends_with_the_block(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.sqlite3'}"
    for _ in range(2):
        with only_writer(url, "worker"):
            pass


def test_the_lock_of_a_dead_process_is_taken_over(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.sqlite3'}"
    process = multiprocessing.get_context("spawn").Process(target=hold_and_die, args=(url,))
    process.start()
    process.join(timeout=120)
    assert '"counter"' in Path(f"{tmp_path / 'ledger.sqlite3'}{SUFFIX}").read_text(encoding="utf-8")
    with only_writer(url, "worker"):
        pass


@pytest.mark.parametrize("url", ["sqlite://", "postgresql+psycopg://nobody@nowhere/x"])
def test_a_ledger_in_memory_or_on_a_server_has_no_lock_file(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with only_writer(url, "one"), only_writer(url, "two"):
        assert list(tmp_path.iterdir()) == []
