"""A Dask cluster reads every picture once, whatever happens to its workers."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from scanrefund.errors import SourceFault, UsageFault
from scanrefund.sandbox.drawing import qr
from scanrefund.scan.batch import Status, decode_items
from scanrefund.scan.cluster import ClusterPool
from scanrefund.scan.expand import Item
from tests.unit.scan.symbols import WECHAT

pytest.importorskip("distributed")
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="ends workers by a signal")

PICTURES = 120


@contextmanager
def running(*arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-m", f"distributed.cli.{arguments[0]}", *arguments[1:]],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@contextmanager
def scheduler() -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    port = address.rsplit(":", 1)[1]
    with running("dask_scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard") as process:
        yield address, process


def worker(address: str) -> list[str]:
    return ["dask_worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1"]


def pictures(folder: Path) -> list[Item]:
    qr(WECHAT).save(folder / "0.png")
    data = (folder / "0.png").read_bytes()
    return [Item(str(number), folder, data=data) for number in range(PICTURES)]


def test_a_worker_killed_in_the_middle_costs_no_picture_and_doubles_none(tmp_path: Path) -> None:
    with (
        scheduler() as (address, _),
        running(*worker(address)) as doomed,
        running(*worker(address)),
        closing(ClusterPool(address)) as pool,
    ):
        lines = decode_items(pictures(tmp_path), pool)
        read = [next(lines) for _ in range(10)]
        os.kill(doomed.pid, signal.SIGKILL)
        read += lines
    assert [line.path for line in read] == [str(number) for number in range(PICTURES)]
    assert {line.status for line in read} == {Status.READ}


def test_a_scheduler_that_goes_away_ends_the_run_with_a_sentence(tmp_path: Path) -> None:
    with scheduler() as (address, process), running(*worker(address)), closing(ClusterPool(address)) as pool:
        lines = decode_items(pictures(tmp_path), pool)
        next(lines)
        process.kill()
        with pytest.raises(SourceFault) as caught:
            list(lines)
    assert (caught.value.code, caught.value.details["address"]) == ("cluster_lost", address)


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nonsense://x"])
def test_nobody_at_the_address_is_a_sentence(address: str) -> None:
    with pytest.raises(UsageFault, match="cluster_silent"):
        ClusterPool(address, patience_s=1)


def test_a_scheduler_without_workers_is_a_sentence() -> None:
    with scheduler() as (address, _), pytest.raises(UsageFault, match="cluster_without_workers"):
        ClusterPool(address, patience_s=2)


def test_without_the_extra_the_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageFault, match="cluster_extra_missing"):
        ClusterPool("tcp://127.0.0.1:1")
