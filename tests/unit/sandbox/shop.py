"""A shop that listens for notices, on a free loopback port, and answers as it was told."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Heard:
    """One notice as it arrived; header names are lower case."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Shop:
    """What arrived, and what is answered: the answers in order, then the last one for ever."""

    answers: list[tuple[int, bytes]] = field(default_factory=lambda: [(200, b"")])
    heard: list[Heard] = field(default_factory=list)
    url: str = ""
    before_answering: Callable[[], None] = lambda: None
    arrived: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def next_answer(self) -> tuple[int, bytes]:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextmanager
def listening_shop() -> Iterator[Shop]:
    shop = Shop()

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            shop.heard.append(Heard(self.path, headers, body))
            shop.before_answering()
            status, answer = shop.next_answer()
            self.send_response(status)
            self.send_header("content-length", str(len(answer)))
            if 300 <= status < 400:
                self.send_header("location", shop.url + "/elsewhere")
            self.end_headers()
            self.wfile.write(answer)
            shop.arrived.release()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    server.daemon_threads = True
    shop.url = f"http://127.0.0.1:{server.server_address[1]}/notice"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield shop
    finally:
        server.shutdown()
        server.server_close()
