"""A server on loopback that plays what a wire may do, one connection for each play."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress

from scanrefund.http import Http, HttpLimits, HttpReply

Play = Callable[[socket.socket], None]


PATIENT = HttpLimits(connect_timeout_s=60.0, read_timeout_s=60.0, deadline_s=120.0)


IMPATIENT = HttpLimits(connect_timeout_s=0.3, read_timeout_s=0.3, deadline_s=120.0)


WAIT_S = 120.0


@contextmanager
def server(*plays: Play) -> Iterator[str]:
    """Serve one connection per play, in order; the first failure of a play fails the test."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        listener.settimeout(WAIT_S)
        thread = threading.Thread(target=_serve, args=(listener, plays), daemon=True)
        thread.start()
        yield f"127.0.0.1:{listener.getsockname()[1]}"
        thread.join(WAIT_S)
        assert not thread.is_alive()


def _serve(listener: socket.socket, plays: tuple[Play, ...]) -> None:
    for play in plays:
        conn, _ = listener.accept()
        with conn:
            conn.settimeout(WAIT_S)
            with suppress(OSError):
                play(conn)


def read_request(conn: socket.socket) -> bytes:
    """The whole request; the bodies of these tests are `{}` or nothing."""
    data = b""
    while b"\r\n\r\n" not in data or (b"Content-Length: 2" in data and not data.endswith(b"{}")):
        data += conn.recv(4096)
    return data


def read_to_end(conn: socket.socket) -> None:
    while conn.recv(65536):
        pass


def reset_within_the_request(conn: socket.socket) -> None:
    # Not before it: a connection reset while it is being made was not sent.
    conn.recv(1)
    reset(conn)


def reset_after_the_request(conn: socket.socket) -> None:
    read_request(conn)
    reset(conn)


def answering(raw: bytes) -> Play:
    def play(conn: socket.socket) -> None:
        read_request(conn)
        conn.sendall(raw)

    return play


def reset(conn: socket.socket) -> None:
    conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    conn.close()


def get(where: str, limits: HttpLimits = PATIENT, scheme: str = "http") -> HttpReply:
    return Http(limits).exchange(
        "GET", f"{scheme}://{where}/v3/x?a=1", headers={"Accept": "application/json"}
    )


def reply(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    head = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers])
    return head.encode() + b"\r\n\r\n" + body
