"""The newest frame wins, and nobody holds up the camera."""

from __future__ import annotations

from threading import Thread

import numpy as np

from scanrefund.errors import SourceFault
from scanrefund.scan.frame import Frame
from scanrefund.scan.slot import Given, Slot

FRAMES = [Frame(np.full((4, 4), level, np.uint8), None, "desk") for level in range(5)]


def test_what_was_not_taken_is_lost_to_the_newest() -> None:
    slot = Slot()
    for frame in FRAMES:
        slot.put(frame)
    given = slot.take(0)
    assert given is not None
    assert (given.number, given.what) == (5, FRAMES[-1])
    assert slot.take(0) is None


def test_a_look_takes_nothing() -> None:
    slot = Slot()
    slot.put(FRAMES[0])
    assert [slot.newest_frame(0, 0), slot.newest_frame(0, 0)] == [slot.take(0)] * 2
    assert slot.newest_frame(1, 0) is None


def test_neither_frame_nor_fault_is_lost_to_the_other() -> None:
    slot, fault = Slot(), SourceFault("camera_lost", source="0")
    for frame in FRAMES[:2]:
        slot.put(frame)
    slot.put(fault)
    assert [slot.take(0), slot.take(0), slot.take(0)] == [Given(2, FRAMES[1]), Given(3, fault), None]
    assert slot.newest_frame(0, 0) == Given(2, FRAMES[1])  # a fault is nothing to look at


def test_what_comes_after_a_fault_is_taken_after_it() -> None:
    slot, fault = Slot(), SourceFault("camera_lost", source="0")
    slot.put(FRAMES[0])
    slot.put(fault)
    slot.put(FRAMES[1])
    assert [slot.take(0), slot.take(0), slot.take(0)] == [Given(2, fault), Given(3, FRAMES[1]), None]


def test_the_last_frame_is_still_taken_after_the_end() -> None:
    slot = Slot()
    slot.put(FRAMES[0])
    slot.close()
    assert not slot.over
    assert slot.take(0) is not None
    assert slot.over
    assert slot.take(60) is None  # nobody waits for what will not come


def test_where_none_may_be_lost_the_giver_waits_for_the_taker() -> None:
    slot = Slot()
    taken: list[int] = []

    def give() -> None:
        for frame in FRAMES:
            slot.put(frame)
            slot.wait_until_taken()
        slot.close()

    giver = Thread(target=give, daemon=True)
    giver.start()
    while not slot.over:
        given = slot.take(10)
        if given:
            taken.append(given.number)
    giver.join(10)
    assert taken == [1, 2, 3, 4, 5]
    assert not giver.is_alive()
