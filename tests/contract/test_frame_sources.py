"""Every source of frames keeps the same promises: video file, series of pictures, network camera, device.

No machine of ours has a webcam, so the device is a capture with OpenCV's face that plays the same pictures.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from scanrefund.errors import SourceFault
from scanrefund.model.shown import Source
from scanrefund.sandbox.drawing import qr
from scanrefund.scan.camera import Camera
from scanrefund.scan.events import Ended, Event, Trouble
from scanrefund.scan.frame import FrameSource
from scanrefund.scan.live import Live, Patience
from scanrefund.scan.presence import Announced
from scanrefund.scan.reader import watch
from scanrefund.scan.source import open_source
from tests.contract.mjpeg_server import mjpeg_camera
from tests.unit.scan.cameras import WAIT_S
from tests.unit.scan.symbols import ALIPAY, WECHAT, grey

SEED = 20261129
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
FILMED = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
SIZE = (480, 640)

Pictures = list[NDArray[np.uint8]]


@cache
def film() -> Pictures:
    """An empty desk, one code, another code; some frames each, none like the other."""
    random = np.random.default_rng(SEED)
    desk: NDArray[np.uint8] = np.full(SIZE, 110, np.uint8)
    views = [desk]
    for text in (WECHAT, ALIPAY):
        view = desk.copy()
        view[100:352, 150:402] = cv2.resize(grey(qr(text)), (252, 252))
        views.append(view)
    shots = [view for view in views for _ in range(4)]
    noisy = [np.clip(view + random.normal(0, 2, SIZE), 0, 255).astype(np.uint8) for view in shots]
    return [cv2.cvtColor(view, cv2.COLOR_GRAY2BGR).astype(np.uint8) for view in noisy]


@dataclass(frozen=True)
class Made:
    """A source of the film: how it is opened, as what it is shown, and whether it is live."""

    open: Callable[[], FrameSource]
    shown_as: str
    live: bool


class Device:
    """A capture with OpenCV's face: one film, and what it says of itself is nonsense."""

    def __init__(self, pictures: Pictures) -> None:
        self._pictures = iter(pictures)
        self._opened = True

    def isOpened(self) -> bool:  # noqa: N802
        return self._opened

    def read(self) -> tuple[bool, NDArray[np.uint8] | None]:
        picture = next(self._pictures, None)
        return picture is not None, picture

    def get(self, propId: int, /) -> float:  # noqa: N803
        return -1.0

    def set(self, propId: int, value: float, /) -> bool:  # noqa: N803
        return False

    def release(self) -> None:
        self._opened = False


def _clock() -> datetime:
    return NOW


def video(folder: Path) -> Iterator[Made]:
    path = folder / "desk.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 15.0, SIZE[::-1])
    for picture in film():
        writer.write(picture)
    writer.release()
    os.utime(path, (FILMED.timestamp(),) * 2)
    yield Made(lambda: open_source(str(path), _clock), str(path), live=False)


def series(folder: Path) -> Iterator[Made]:
    for number, picture in enumerate(film()):
        path = folder / f"frame{number}.png"
        cv2.imwrite(str(path), picture)
        os.utime(path, (FILMED.timestamp(),) * 2)
    pattern = folder / "frame%d.png"
    yield Made(lambda: open_source(str(pattern), _clock), str(folder), live=False)


def address(folder: Path) -> Iterator[Made]:
    with mjpeg_camera(film()) as url:
        yield Made(lambda: open_source(url, _clock), url.replace("clerk:secret@", ""), live=True)


def device(folder: Path) -> Iterator[Made]:
    yield Made(lambda: Camera("0", _clock, lambda _source: Device(film())), "0", live=True)


@pytest.fixture(params=[video, series, address, device], ids=lambda make: str(make.__name__))
def made(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Made]:
    yield from request.param(tmp_path)


def test_frames_come_in_order_grey_and_dated(made: Made) -> None:
    with closing(made.open()) as source:
        assert source.live is made.live
        frames = list(islice(source, len(film())))
    expected = [cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY) for picture in film()]
    assert [frame.pixels.shape for frame in frames] == [SIZE] * len(expected)
    assert {frame.pixels.dtype for frame in frames} == {np.dtype(np.uint8)}
    for frame, picture in zip(frames, expected, strict=True):
        assert np.abs(frame.pixels.astype(int) - picture).mean() < 5  # through JPEG, most of them
        assert frame.origin.startswith(made.shown_as)
    assert {frame.taken_at for frame in frames} == {NOW if made.live else FILMED}


def test_a_live_source_does_not_end_but_is_lost(made: Made) -> None:
    with closing(made.open()) as source:
        if not made.live:
            assert len(list(source)) == len(film())
            return
        with pytest.raises(SourceFault) as caught:
            list(source)
        assert caught.value.code == "camera_lost"
        assert "secret" not in str(caught.value)


def test_a_closed_source_gives_nothing_more_and_closes_twice(made: Made) -> None:
    source = made.open()
    source.close()
    assert list(source) == []
    source.close()


def test_the_same_events_in_the_same_order(made: Made) -> None:
    """Each code once. Then a recording is over, and a live source in trouble, to be opened again."""
    once = iter([made.open])

    def opened() -> FrameSource:
        opening = next(once, None)
        if opening is None:
            raise SourceFault("camera_missing", source="desk")
        return opening()

    events: list[Event] = []
    with Live("desk", opened, patience=Patience(reopen_s=(WAIT_S,))) as live:
        listener = live.listen()
        live.start()
        while not (events and isinstance(events[-1], Trouble | Ended)):
            event = listener.next(WAIT_S)
            assert event is not None
            events.append(event)
    *announced, last = events
    told = [one.reading for one in announced if isinstance(one, Announced)]
    assert [reading.shown.code.reveal() for reading in told if reading.shown.code][-1:] == [ALIPAY]
    assert len(told) == len(announced) <= 2
    assert {reading.source for reading in told} == {Source.CAMERA if made.live else Source.PICTURE}
    if made.live:
        assert isinstance(last, Trouble)
        assert last.fault.code == "camera_lost"
    else:
        assert last == Ended()
        assert len(told) == 2  # of a recording no frame is missed


def test_watching_gives_one_certain_reading(made: Made) -> None:
    with Live("desk", made.open) as live:
        reading = watch(live, for_s=WAIT_S)
    assert reading.shown.code is not None
    assert reading.confirmed
    assert reading.taken_at == (NOW if made.live else FILMED)
