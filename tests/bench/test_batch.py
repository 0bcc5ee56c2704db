"""The bench of batches: its photographs, its rule, its contestants."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.bench import batch
from tests.bench.corpus import Picture
from tests.bench.made_photographs import HARD_ONE_IN, photograph, write_photographs
from tests.bench.readers import OURS, zxing


def test_photographs_are_twelve_megapixels_and_the_same_for_the_same_seed(tmp_path: Path) -> None:
    write_photographs(tmp_path, 1, 3, batch._reads_it)
    [picture] = batch._pictures(
        batch._arguments(["--keep", str(tmp_path), "--files", "1", "--seed", "3"]), tmp_path
    )
    grey = picture.grey()
    assert grey.shape == (3024, 4032)
    assert set(zxing(grey)) == picture.texts
    before = picture.file.read_bytes()
    picture.file.unlink()
    write_photographs(tmp_path, 1, 3, batch._reads_it)
    assert picture.file.read_bytes() == before


def test_a_hard_photograph_is_one_that_the_peer_does_not_read() -> None:
    asked = []

    def third_time(_grey: object) -> bool:
        asked.append(1)
        return len(asked) < 3

    photograph(1, HARD_ONE_IN - 1, third_time)
    assert len(asked) == 3


def test_a_listed_text_is_a_read_and_one_more_is_not() -> None:
    picture = Picture(Path("x.png"), "x.png", "positive", frozenset({"a b"}), "x")
    assert batch._is_read(picture, {"a\n b"})
    assert not batch._is_read(picture, {"a b", "c"})
    assert not batch._is_read(picture, set())


@pytest.mark.xdist_group("bench")
def test_every_contestant_reads_the_same_files(tmp_path: Path) -> None:
    figures = batch.run(["--files", "2", "--keep", str(tmp_path), "--cores", "1"]).figures
    assert json.loads(json.dumps(figures)) == figures
    assert {OURS, batch.POOL} <= figures["summary"].keys()
    assert all(one["reads"] >= 1 for name, one in figures["summary"].items() if name != batch.ZBARIMG)
