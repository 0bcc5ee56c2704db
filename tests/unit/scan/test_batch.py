"""One line per file, whatever the file does to its reader."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TypeVar

import pytest
from PIL import Image

from scanrefund.errors import PictureFault
from scanrefund.model.shown import Kind
from scanrefund.sandbox.drawing import code_page, qr
from scanrefund.scan.batch import WAITING_BYTES_MAX, Status, decode_file, decode_items
from scanrefund.scan.expand import Item
from scanrefund.scan.picture import reduced_jpeg
from scanrefund.scan.pool import Check, LocalPool
from tests.unit.scan.symbols import ALIPAY, WECHAT

In = TypeVar("In")
Out = TypeVar("Out")


def fingerprint_by_length(digits: str) -> str:
    return f"{len(digits)} digits"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    code_page("wechat", WECHAT).save(tmp_path / "b.png")
    qr(ALIPAY).save(tmp_path / "a.jpg")
    Image.new("L", (50, 50), 200).save(tmp_path / "empty.webp")
    (tmp_path / "text.png").write_text("text")
    return tmp_path


@pytest.fixture(scope="module")
def pool() -> Iterator[LocalPool]:
    with closing(LocalPool(2)) as pool:
        yield pool


def items(folder: Path, *names: str) -> list[Item]:
    return [Item(str(folder / name), folder / name) for name in names]


def test_every_item_costs_one_line_in_order(folder: Path, pool: LocalPool) -> None:
    asked = items(folder, "a.jpg", "b.png", "empty.webp", "text.png", "nowhere.png")
    asked.insert(2, Item("x.zip/b", folder, data=(folder / "b.png").read_bytes()))
    asked.insert(3, Item("x.zip/c", folder, fault=PictureFault("archive_member_unreadable", path="x.zip/c")))
    lines = list(decode_items(asked, pool))
    assert [line.path for line in lines] == [item.name for item in asked]
    assert [(line.status, line.reason) for line in lines] == [
        (Status.READ, ""),
        (Status.READ, ""),
        (Status.READ, ""),
        (Status.BROKEN, "archive_member_unreadable"),
        (Status.NOTHING, ""),
        (Status.BROKEN, "picture_not_a_picture"),
        (Status.BROKEN, "picture_missing"),
    ]


class PlayedPool:
    """Does the work at once, and counts what is under way. `lost` names an item that no worker survives."""

    def __init__(self, ahead: int = 4, lost: str = "") -> None:
        self.ahead, self.lost = ahead, lost
        self.under_way, self.most = 0, 0

    def submit(self, task: Callable[[In], Out], item: In) -> Future[Out]:
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        future: Future[Out] = Future()
        future.set_result(task(item))
        future.name = getattr(item, "name")  # type: ignore[attr-defined]  # noqa: B009
        return future

    def result(self, future: Future[Out], check: Check) -> Out | None:
        self.under_way -= 1
        return None if getattr(future, "name") == self.lost else future.result()  # noqa: B009

    def close(self) -> None:
        """Nothing runs."""


def broken(count: int, size: int = 0) -> Iterator[Item]:
    fault = PictureFault("picture_damaged", path="x")
    return (Item(str(number), Path("x"), data=bytes(size), fault=fault) for number in range(count))


def test_no_more_is_under_way_than_keeps_the_cores_busy() -> None:
    pool = PlayedPool(ahead=4)
    assert len(list(decode_items(broken(100), pool))) == 100
    assert pool.most == 4


def test_what_waits_in_memory_has_a_limit_of_its_own() -> None:
    pool = PlayedPool(ahead=50)
    assert len(list(decode_items(broken(30, WAITING_BYTES_MAX // 5), pool))) == 30
    assert pool.most == 6


def test_an_item_that_all_its_workers_died_of_costs_one_line() -> None:
    lines = list(decode_items(broken(3), PlayedPool(lost="1")))
    assert [line.reason for line in lines] == ["picture_damaged", "cluster_lost_file", "picture_damaged"]


def test_a_run_is_ended_between_lines_or_while_one_is_awaited() -> None:
    def ends() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(decode_items(broken(1), PlayedPool(), check=ends))
    with closing(LocalPool(1)) as pool, pytest.raises(KeyboardInterrupt):
        pool.result(Future(), ends)


def test_a_photograph_is_read_small_first_and_its_box_is_in_the_whole(tmp_path: Path) -> None:
    photo = Image.new("L", (4000, 3000), 200)
    photo.paste(qr(WECHAT).resize((900, 900)), (2000, 1500))
    photo.save(tmp_path / "photo.jpg")
    [code] = decode_file(tmp_path / "photo.jpg").codes
    left, top, width, height = code.box
    assert 2000 <= left <= 2200
    assert 1500 <= top <= 1700
    assert 600 <= width <= 900
    assert 600 <= height <= 900


def test_a_code_too_small_for_the_small_look_is_read_in_the_whole(tmp_path: Path) -> None:
    photo = Image.new("L", (4000, 3000), 200)
    photo.paste(qr(WECHAT, module_px=4), (2000, 1500))
    photo.save(tmp_path / "photo.jpg", quality=95)
    assert reduced_jpeg((tmp_path / "photo.jpg").read_bytes(), "photo") is not None
    assert decode_file(tmp_path / "photo.jpg").status is Status.READ


def test_a_payment_code_is_masked_with_a_fingerprint(folder: Path) -> None:
    line = decode_file(folder / "b.png", fingerprint=fingerprint_by_length)
    [code] = line.codes
    assert (code.text, code.fingerprint) == ("13••••••••••••••89", "18 digits")
    assert (code.kind, code.wallet, code.symbology, code.confirmed) == (
        Kind.PAYMENT_CODE,
        "wechat",
        "QR",
        True,
    )
    assert WECHAT not in repr(asdict(line))


def test_a_payment_code_is_revealed_only_when_asked(folder: Path) -> None:
    line = decode_file(folder / "b.png", reveal=True)
    assert line.codes[0].text == WECHAT


def test_a_long_text_is_cut_for_print_and_revealed_whole(tmp_path: Path) -> None:
    text = "a line\n" * 40
    qr(text, module_px=4).save(tmp_path / "long.png")
    assert decode_file(tmp_path / "long.png").codes[0].text.endswith("…")
    assert decode_file(tmp_path / "long.png", reveal=True).codes[0].text == text


def test_two_payment_codes_in_one_picture_are_refused(tmp_path: Path) -> None:
    both = Image.new("L", (800, 400), 255)
    both.paste(qr(WECHAT), (0, 0))
    both.paste(qr(ALIPAY), (420, 0))
    both.save(tmp_path / "both.png")
    line = decode_file(tmp_path / "both.png")
    assert (line.status, line.reason, len(line.codes)) == (Status.REFUSED, "codes_conflict", 2)


def test_a_refused_format_is_refused_and_not_broken(tmp_path: Path) -> None:
    qr(WECHAT).save(tmp_path / "a.gif")
    line = decode_file(tmp_path / "a.gif")
    assert (line.status, line.reason) == (Status.REFUSED, "picture_format_refused")
    assert line.gaps["format"] == "GIF"
