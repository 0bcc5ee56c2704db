"""The picture child: whatever a picture does to it, the parent gets a reply or a fault, in time."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from scanrefund.errors import PictureFault, SourceFault, UsageFault
from scanrefund.sandbox.drawing import code_page
from scanrefund.scan.child import CHILD_PICTURES_MAX, Child, Children
from scanrefund.scan.look import look_at_bytes, look_at_file
from tests.unit.scan.symbols import WECHAT

# A child in the form of the real one, whose pictures are words that say what to do.
PLAYED = """
import json, os, sys, time
sys.stdout.write("ready\\n"); sys.stdout.flush()
for line in sys.stdin:
    word = json.loads(line)["path"]
    if word == "die": os._exit(9)
    if word == "hang": time.sleep(600)
    if word == "refuse":
        reply = {"fault": "PictureFault", "code": "picture_damaged", "details": {"path": "x"}}
    elif word == "hungry":
        reply = {"fault": "PictureFault", "code": "picture_too_hungry", "details": {"path": "x"}}
    elif word == "taken over": reply = {"fault": "SystemExit", "code": "x", "details": {}}
    else: reply = {"pid": os.getpid()}
    print("no json" if word == "babble" else json.dumps(reply), flush=True)
"""


@pytest.fixture
def played() -> Iterator[Child]:
    with closing(Child(("-c", PLAYED), limit_s=20)) as child:
        yield child


def ask(child: Child, word: str) -> dict[str, object]:
    return child.ask({"path": word}, word)


def test_a_warm_child_answers_again_and_again(played: Child) -> None:
    assert ask(played, "a") == ask(played, "b")
    assert played.fresh


@pytest.mark.parametrize("word", ["die", "babble", "taken over"])
def test_a_picture_that_kills_or_takes_over_its_child_is_named(played: Child, word: str) -> None:
    with pytest.raises(PictureFault, match="picture_killed_decoder") as caught:
        ask(played, word)
    assert caught.value.details["path"] == word
    assert not played.fresh


def test_a_picture_that_hangs_is_ended_by_the_parent() -> None:
    with closing(Child(("-c", PLAYED), limit_s=0.5)) as child:
        with pytest.raises(PictureFault, match="picture_took_too_long"):
            ask(child, "hang")
        assert not child.fresh


@pytest.mark.parametrize(("word", "fresh"), [("refuse", True), ("hungry", False)])
def test_a_fault_comes_over_and_only_hunger_costs_the_child(played: Child, word: str, fresh: bool) -> None:
    with pytest.raises(PictureFault):
        ask(played, word)
    assert played.fresh is fresh


def test_a_child_that_does_not_start_is_no_fault_of_the_picture() -> None:
    with closing(Child(("-c", "raise SystemExit(1)"))) as child, pytest.raises(SourceFault) as caught:
        ask(child, "a")
    assert caught.value.code == "decoder_silent"


def test_a_child_is_replaced_after_so_many_pictures() -> None:
    with closing(Children(1, lambda: Child(("-c", PLAYED)))) as children:
        pids = [_pid(children) for _ in range(CHILD_PICTURES_MAX + 1)]
    assert len(set(pids[:-1])) == 1
    assert pids[-1] != pids[0]


def _pid(children: Children) -> object:
    with children.lent() as child:
        return ask(child, "a")["pid"]


def test_children_that_are_ended_at_work_are_not_lent_again() -> None:
    children = Children(1, lambda: Child(("-c", PLAYED)))
    with children.lent() as child:
        ask(child, "a")
        children.close()
        with pytest.raises(PictureFault):
            ask(child, "b")
    with closing(children):
        assert _pid(children)


class Interrupted(Child):
    """Ctrl-C comes while the reply is awaited."""

    def _exchange(self, request: bytes) -> bytes:
        super()._exchange(request)
        raise KeyboardInterrupt


def test_a_reader_that_is_interrupted_leaves_no_reply_for_the_next() -> None:
    with closing(Interrupted(("-c", PLAYED))) as child:
        with pytest.raises(KeyboardInterrupt):
            ask(child, "a")
        assert not child.fresh


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps the limit")
def test_a_picture_that_bloats_its_child_is_refused() -> None:
    bloats = (
        "import sys; from scanrefund.scan.picture_child import limit_memory, serve; limit_memory();"
        "serve(sys.stdin.buffer, sys.stdout.buffer, lambda asked, body: {'x': len(bytearray(3 * 10**9))})"
    )
    with closing(Child(("-c", bloats))) as child, pytest.raises(PictureFault) as caught:
        ask(child, "a")
    assert (caught.value.code, caught.value.details["limit"]) == ("picture_too_hungry", "2 GB")


def test_the_real_child_reads_files_and_uploads(tmp_path: Path) -> None:
    path = tmp_path / "page.png"
    code_page("wechat", WECHAT).save(path)
    seen = look_at_file(path)
    assert {symbol.text for symbol in seen.symbols} == {WECHAT}
    assert seen.taken_at is not None
    upload = look_at_bytes(path.read_bytes(), "upload")
    assert (upload.symbols, upload.taken_at) == (seen.symbols, None)


def test_the_real_child_tells_the_faults_of_files(tmp_path: Path) -> None:
    with pytest.raises(UsageFault, match="picture_missing"):
        look_at_file(tmp_path / "none.png")
    with pytest.raises(PictureFault, match="picture_empty"):
        look_at_bytes(b"", "upload")


def test_a_child_knows_nothing_of_the_shop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCANREFUND_LEDGER__URL", "postgresql://secret")
    tells = "import json, os, sys; print('ready', flush=True); input(); print(json.dumps(dict(os.environ)))"
    with closing(Child(("-c", tells))) as child:
        told = ask(child, "a")
    assert not [name for name in told if name.startswith("SCANREFUND_")]
    assert told["OPENBLAS_NUM_THREADS"] == "1"
