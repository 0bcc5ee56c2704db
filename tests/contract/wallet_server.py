"""Both wallets in one small server, written from the published documents and from nothing of ours.

It checks request signatures, keeps orders and refunds in memory, and breaks on request. It is here so
that the gateways are judged by a second reading of the documents besides the sandbox's.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.contract.second_alipay import alipay
from tests.contract.second_truth import Wallets
from tests.contract.second_wechat import wechat


@contextmanager
def serving(wallets: Wallets) -> Iterator[Wallets]:
    class Handler(_Handler):
        truth = wallets

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    wallets.base_url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield wallets
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


class _Handler(BaseHTTPRequestHandler):
    truth: Wallets
    protocol_version = "HTTP/1.1"

    def log_message(self, *args: object) -> None:
        """Quiet."""

    def do_GET(self) -> None:
        self._play()

    def do_POST(self) -> None:
        self._play()

    def _play(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        fault = self.truth.faults.pop(0) if self.truth.faults else ""
        if fault == "drop_before":
            self.close_connection = True
            return
        if self.path.startswith("/gateway.do"):
            status, raw, headers = alipay(self.truth, self.path, body, fault)
        else:
            status, raw, headers = wechat(self.truth, self, body, fault)
        if fault == "drop_after":
            self.close_connection = True
            return
        if fault == "http_500_after":
            status, raw, headers = 500, b"", {}
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(raw))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(raw)
