"""A customer's phone before a camera: a live one that is told what to show, a film for the browser's own."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Final

import cv2
import numpy as np
import segno
from numpy.typing import NDArray

WIDTH, HEIGHT = 960, 540
FRAME_S: Final = 0.1
_DESK, _CASE, _SCREEN = 96, 24, 236
# The hand that holds the phone is never still.
SHAKE_PX: Final = ((0, 0), (1, 0), (2, 1), (1, 2), (0, 1), (-1, 1), (-1, 0), (0, -1))


def frames(text: str) -> list[bytes]:
    """A few JPEGs of a phone that shows this text as a QR code; an empty text: the desk alone."""
    return [_jpeg(text, x, y) for x, y in SHAKE_PX]


def film(path: Path, text: str) -> Path:
    """A film of that phone as Chromium's fake camera plays it, again and again: JPEGs in a row."""
    path.write_bytes(b"".join(frames(text)))
    return path


def _jpeg(text: str, x: int, y: int) -> bytes:
    picture = np.full((HEIGHT, WIDTH), _DESK, np.uint8)
    if text:
        left, top = 350 + x, 40 + y
        cv2.rectangle(picture, (left, top), (left + 260, top + 460), _CASE, -1)
        cv2.rectangle(picture, (left + 12, top + 28), (left + 248, top + 432), _SCREEN, -1)
        code = _drawn(text)
        at = top + 110
        picture[at : at + len(code), left + 30 : left + 30 + len(code)] = code
    # No lens is sharper than this, and no camera without noise: a picture that never changes is a frozen one.
    noise = np.random.default_rng(abs(x) + 10 * abs(y)).normal(0, 3, picture.shape)
    seen = np.clip(cv2.GaussianBlur(picture, (3, 3), 0) + noise, 0, 255).astype(np.uint8)
    return bytes(cv2.imencode(".jpg", seen)[1].tobytes())


def _drawn(text: str) -> NDArray[np.uint8]:
    modules = np.array(list(segno.make_qr(text).matrix_iter(border=2)), dtype=np.uint8)
    side = 200 // len(modules)
    big = np.kron(modules, np.ones((side, side), np.uint8))
    return np.where(big > 0, 20, _SCREEN).astype(np.uint8)


class PhoneCamera:
    """A network camera that looks at a phone."""

    def __init__(self) -> None:
        self.url = ""
        self._frames = frames("")

    def show(self, text: str) -> None:
        """From now on the phone shows this; an empty text takes it away."""
        self._frames = frames(text)

    def jpegs(self) -> Iterator[bytes]:
        """What the camera sees, for as long as somebody looks."""
        number = 0
        while True:
            yield self._frames[number % len(self._frames)]
            number += 1
            time.sleep(FRAME_S)


@contextmanager
def phone_camera() -> Iterator[PhoneCamera]:
    """The camera, served on loopback as MJPEG."""
    camera = PhoneCamera()

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
            self.end_headers()
            for jpeg in camera.jpegs():
                head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
                try:
                    self.wfile.write(head.encode() + jpeg + b"\r\n")
                except OSError:
                    return

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    camera.url = f"http://127.0.0.1:{server.server_port}/phone"
    try:
        yield camera
    finally:
        server.shutdown()
        server.server_close()
