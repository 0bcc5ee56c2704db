"""What the bench of decoders counts as read, misread and false, on a corpus of three pictures."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scanrefund.sandbox.drawing import code128, qr
from scanrefund.scan.engines import Engine, available_engines
from tests.bench import decode, steps, stress
from tests.bench.corpus import Picture, pictures
from tests.bench.strips import FRAMES, strip
from tests.unit.scan.symbols import ALIPAY, WECHAT


def picture(kind: str, *texts: str) -> Picture:
    return Picture(Path("x.png"), "set/x.png", kind, frozenset(texts), "set/x.png")


def corpus(folder: Path) -> Path:
    """A GIF with a QR code, a PNG with bars whose label lies, and a PNG without a code of use."""
    held = folder / "drawn"
    held.mkdir()
    qr(WECHAT).save(held / "one.gif")
    code128(ALIPAY).save(held / "two.png")
    qr("0").resize((30, 30)).crop((0, 0, 25, 8)).save(held / "three.png")
    lines = [
        {"path": "one.gif", "kind": "positive", "texts": [[WECHAT, "another spelling"]]},
        {"path": "two.png", "kind": "positive", "texts": ["not what it says"], "near": "one.gif"},
        {"path": "three.png", "kind": "negative", "texts": []},
        {"path": "four.png", "kind": "unlabelled", "texts": []},
    ]
    (held / "manifest.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return folder


def test_a_listed_text_is_a_read_and_one_more_is_a_misread() -> None:
    assert decode.outcome(picture("positive", "a", "b"), {"a"}) == "read"
    assert decode.outcome(picture("positive", "a"), {"a", "c"}) == "misread"
    assert decode.outcome(picture("positive", "a"), set()) == "missed"
    assert decode.outcome(picture("negative"), {"a"}) == "false read"
    assert decode.outcome(picture("negative"), set()) == "clean"


def test_pictures_of_one_scene_stay_on_one_side(tmp_path: Path) -> None:
    one, two, *_ = pictures(corpus(tmp_path))
    assert one.scene == two.scene
    assert one.unseen == two.unseen
    assert one.texts == {WECHAT, "another spelling"}


@pytest.mark.skipif(not available_engines()[Engine.ZBAR], reason="libzbar is not installed")
def test_the_bench_counts_every_reader(tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    figures = decode.run(["--corpus", str(corpus(tmp_path)), "--peers", "--rows", str(rows)]).figures
    assert set(figures["summary"]) == {"scanrefund", "zxing-cpp", "pyzbar", "opencv"}
    ours = figures["summary"]["scanrefund"]
    assert (ours["reads"], ours["misreads"], ours["false_reads"]) == (1, 1, 0)
    assert figures["union_of_peers"] == 1
    assert len(rows.read_text("utf-8").splitlines()) == 3 * 4


def test_the_steps_are_written_between_their_marks(tmp_path: Path) -> None:
    document = tmp_path / "decoding.md"
    document.write_text(f"before\n{steps.BEGIN}what stood there\n{steps.END}after\n", "utf-8")
    steps.run(["--corpus", str(corpus(tmp_path)), "--into", str(document)])
    text = document.read_text("utf-8")
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "| quick pass | 2 | 1 | 1 |" in text
    assert "what stood there" not in text


def test_a_strip_is_the_same_for_its_seed_and_frames_of_it_are_not() -> None:
    text, frames = strip(3, 14)
    again, same = strip(3, 14)
    assert text == again
    assert len(text) == 18
    assert len(frames) == FRAMES
    assert all((one == other).all() for one, other in zip(frames, same, strict=True))
    assert (frames[0] != frames[1]).any()


def test_a_strip_that_was_misread_in_one_frame_is_not_believed_wrongly() -> None:
    text, frames = strip(1, 62)
    reported, confirmed = stress.ours(frames)
    assert text in reported
    assert confirmed <= {text}


def test_no_wrong_barcode_is_confirmed_on_a_few_hostile_strips() -> None:
    summary = stress.run(["--codes", "6", "--seed", "1"]).figures["summary"]["scanrefund"]
    assert summary["confirmed_wrong"] == 0
    assert summary["confirmed"] >= 3
