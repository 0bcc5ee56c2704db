"""The owner of the camera: what is announced, what is survived, and how it stops."""

from __future__ import annotations

import time
from itertools import count, cycle
from threading import enumerate as running_threads

import cv2
import numpy as np
import pytest

from scanrefund.errors import PictureFault, SourceFault
from scanrefund.model.payment_code import PaymentCode
from scanrefund.model.shown import Source
from scanrefund.sandbox.drawing import qr
from scanrefund.scan.events import EVENTS_KEPT, Ended, Event, Events, Recovered, Trouble
from scanrefund.scan.frame import Frame
from scanrefund.scan.light import FROZEN_S
from scanrefund.scan.live import RECORDED_FRAMES_PER_S, Live, Patience
from scanrefund.scan.presence import Announced
from scanrefund.scan.preview import WIDTH_PX_MAX
from tests.unit.scan.cameras import NOW, WAIT_S, Part, Played, Plug, gate, grainy, heard
from tests.unit.scan.symbols import ALIPAY, WECHAT, grey

HASTY = Patience(reopen_s=(0.0,), stalled_s=WAIT_S, stop_s=WAIT_S)
DESK = np.full((240, 320), 90, np.uint8)
LOST = SourceFault("camera_lost", source="desk")


def empty(number: int) -> list[Part]:
    return [grainy(DESK, seed) for seed in range(number)]


def showing(text: str, number: int) -> list[Part]:
    return [grainy(grey(qr(text)), seed) for seed in range(number)]


def live(*sources: Played | SourceFault, patience: Patience = HASTY) -> Live:
    return Live("desk", Plug(*sources), patience=patience)


def told(events: list[Event]) -> list[object]:
    """Codes by their digits, troubles by their cause."""
    return [
        one.reading.shown.code.reveal()
        if isinstance(one, Announced) and one.reading.shown.code
        else one.fault.code
        if isinstance(one, Trouble)
        else type(one)
        for one in events
    ]


def test_a_recording_announces_each_code_once_and_ends() -> None:
    source = Played([*empty(2), *showing(WECHAT, 4), *empty(2), *showing(ALIPAY, 4)], live=False)
    with live(source) as camera:
        listener = camera.listen()
        camera.start()
        assert told(heard(listener)) == [WECHAT, ALIPAY, Ended]
    assert camera.frames == 12  # of a recording none is missed
    assert camera.seen_by is Source.PICTURE
    assert source.closed.is_set()


def test_a_camera_never_waits_for_the_decoder() -> None:
    """Three hundred frames at once: those that nobody had time for are gone, the newest is looked at."""
    source = Played([*empty(3) * 100, *showing(WECHAT, 1)])
    with live(source) as camera:
        listener = camera.listen()
        camera.start()
        assert told(heard(listener)) == [WECHAT, Ended]
    assert source.given == 301
    assert camera.frames < 301


def test_an_unplugged_camera_is_told_and_opened_again() -> None:
    heard_lost, lost = gate()
    heard_missing, missing = gate()
    plug = Plug(
        Played([*empty(1), LOST]),
        Played([lost, SourceFault("camera_missing", source="desk")]),
        Played([missing, *showing(WECHAT, 1)]),
    )
    with Live("desk", plug, patience=HASTY) as camera:
        listener = camera.listen()
        camera.start()
        assert listener.next(WAIT_S) == Trouble(LOST)
        assert camera.trouble is LOST
        heard_lost.set()
        again = listener.next(WAIT_S)
        assert isinstance(again, Trouble)
        assert again.fault.code == "camera_missing"
        heard_missing.set()
        assert told(heard(listener)) == [Recovered, WECHAT, Ended]
    assert plug.opened == 3
    assert camera.trouble is None


def test_a_camera_is_opened_again_after_longer_and_longer_pauses() -> None:
    with live(patience=Patience(reopen_s=(0.5, 1.0, 2.0))) as camera:
        pauses = camera._pauses()
        assert [next(pauses) for _ in range(5)] == [0.5, 1.0, 2.0, 2.0, 2.0]


def test_a_file_that_is_broken_is_not_opened_again() -> None:
    broken = PictureFault("picture_damaged", path="a.png")
    plug = Plug(Played([*showing(WECHAT, 1), broken], live=False))
    with Live("desk", plug, patience=HASTY) as camera:
        listener = camera.listen()
        camera.start()
        assert heard(listener)[-1] == Ended(broken)
    assert plug.opened == 1
    assert camera.trouble is broken


def test_a_camera_that_blocks_is_told_and_survived() -> None:
    answers, blocked = gate()
    with live(Played([*empty(1), blocked, *showing(WECHAT, 1)]), patience=Patience(stalled_s=0.02)) as camera:
        listener = camera.listen()
        camera.start()
        event = listener.next(WAIT_S)
        assert isinstance(event, Trouble)
        assert event.fault.code == "camera_stalled"
        answers.set()
        assert told(heard(listener)) == [Recovered, WECHAT, Ended]


@pytest.mark.parametrize("level", [0, 90])
def test_a_black_and_a_frozen_picture_are_told_and_survived(level: int) -> None:
    still = Frame(np.full((240, 320), level, np.uint8), NOW, "desk")
    frames = [still] * (round(FROZEN_S * RECORDED_FRAMES_PER_S) + 2)
    with live(Played([*frames, *showing(WECHAT, 1)], live=False)) as camera:
        listener = camera.listen()
        camera.start()
        cause = "camera_frozen" if level else "camera_black"
        assert told(heard(listener)) == [cause, Recovered, WECHAT, Ended]


def test_a_frozen_camera_is_opened_again_once() -> None:
    still = Frame(DESK, NOW, "desk")
    seconds = count()  # each look at the clock is a second later
    heard_frozen, frozen = gate()
    first, second = Played(cycle([still])), Played([frozen, *[still] * 3, *showing(WECHAT, 1)])
    plug = Plug(first, second)
    camera = Live("desk", plug, clock=lambda: float(next(seconds)), patience=HASTY)
    with camera:
        listener = camera.listen()
        camera.start()
        event = listener.next(WAIT_S)
        assert isinstance(event, Trouble)
        assert event.fault.code == "camera_frozen"
        heard_frozen.set()
        assert told(heard(listener)) == [Recovered, WECHAT, Ended]
    assert plug.opened == 2
    assert first.closed.is_set()


def test_a_stop_is_clean_and_twice_is_once() -> None:
    source = Played(cycle(empty(3)))
    camera = live(source)
    camera.start()
    camera.start()
    assert camera.preview(wait_s=WAIT_S) is not None
    camera.close()
    camera.close()
    assert source.closed.is_set()
    assert {"camera", "decode"}.isdisjoint(thread.name for thread in running_threads())
    camera.start()
    assert {"camera", "decode"}.isdisjoint(thread.name for thread in running_threads())


def test_a_stop_does_not_wait_for_a_camera_that_blocks() -> None:
    answers, blocked = gate()
    source = Played([*empty(1), blocked, *empty(1)])
    camera = live(source, patience=Patience(stop_s=0.05))
    listener = camera.listen()
    camera.start()
    assert camera.preview(wait_s=WAIT_S) is not None
    begun = time.monotonic()
    camera.close()
    assert time.monotonic() - begun < WAIT_S / 3
    assert heard(listener) == [Ended(None)]
    assert not source.closed.is_set()
    answers.set()
    assert source.closed.wait(WAIT_S)


def test_a_preview_is_a_small_jpeg_made_once_for_everybody() -> None:
    colours = np.zeros((720, 1280, 3), np.uint8)
    colours[:, :, 2] = 200
    frame = Frame(colours[:, :, 2].copy(), NOW, "desk", colours)
    with live(Played([frame])) as camera:
        assert camera.preview(wait_s=0) is None
        camera.start()
        preview = camera.preview(wait_s=WAIT_S)
        assert preview is not None
        assert camera.preview() is preview
        assert camera.preview(after=preview.number, wait_s=0) is None
        assert preview.taken_at == NOW
    picture = cv2.imdecode(np.frombuffer(preview.jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    assert picture.shape == (360, WIDTH_PX_MAX, 3)
    assert picture[100, 100].tolist() == pytest.approx([0, 0, 200], abs=8)


def test_who_begins_to_listen_late_hears_how_things_stand() -> None:
    events = Events()
    trouble = Trouble(LOST)
    events.tell(trouble)
    late = events.listen()
    assert late.next(0) == trouble
    assert late.next(0) is None
    events.tell(Recovered())
    assert late.next(0) == Recovered()
    assert events.listen().next(0) is None


def test_every_listener_hears_everything_and_a_deaf_one_piles_up_nothing() -> None:
    events = Events()
    one, other, closed = events.listen(), events.listen(), events.listen()
    closed.close()
    for _ in range(EVENTS_KEPT + 5):
        events.tell(Recovered())
    assert [one.next(0) for _ in range(EVENTS_KEPT)] == [Recovered()] * EVENTS_KEPT
    assert one.next(0) is None
    assert other.next(0) == Recovered()
    assert closed.next(0) is None


def test_no_event_prints_its_code() -> None:
    with live(Played(showing(WECHAT, 1), live=False)) as camera:
        listener = camera.listen()
        camera.start()
        events = heard(listener)
    assert isinstance(events[0], Announced)
    assert events[0].reading.shown.code == PaymentCode(WECHAT)
    assert WECHAT not in repr(events)
