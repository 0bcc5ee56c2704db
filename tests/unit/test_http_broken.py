"""Anything but a whole answer is none: breaks, caps, drips, and nothing is sent twice."""

from __future__ import annotations

import socket
import threading
import zlib

import pytest

from scanrefund.errors import NoAnswer
from scanrefund.http import Http, HttpLimits
from tests.unit.played_server import (
    IMPATIENT,
    PATIENT,
    Play,
    answering,
    get,
    read_request,
    read_to_end,
    reply,
    reset_after_the_request,
    reset_within_the_request,
    server,
)

BROKEN: dict[str, tuple[Play, str]] = {
    "reset within the request": (reset_within_the_request, "reset"),
    "reset after the request": (reset_after_the_request, "reset"),
    "closed without a byte": (answering(b""), "reset"),
    "not HTTP": (answering(b"\x00\x01\x02 hello\r\n\r\n"), "reset"),
    "silence": (read_to_end, "timeout"),
    "cut in the body": (answering(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"), "truncated"),
    "cut in a chunk": (
        answering(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"),
        "truncated",
    ),
    "a redirect": (answering(reply(b"", "Location: http://127.0.0.1:9/", status="302 Found")), "redirect"),
    "badly packed": (answering(reply(b"not zlib", "Content-Encoding: gzip")), "garbled"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_anything_but_a_whole_answer_is_no_answer(name: str) -> None:
    play, code = BROKEN[name]
    with server(play) as where, pytest.raises(NoAnswer, match=code) as caught:
        get(where, IMPATIENT if code == "timeout" else PATIENT)
    assert caught.value.details == {"host": where}


def test_a_body_over_the_cap_is_no_answer_and_is_not_read_on() -> None:
    limits = HttpLimits(body_bytes_max=1000)
    with server(answering(reply(b"x" * 1001))) as where, pytest.raises(NoAnswer, match="too_large"):
        get(where, limits)
    with server(answering(reply(b"x" * 1000))) as where:
        assert len(get(where, limits).body) == 1000


def endless(conn: socket.socket) -> None:
    read_request(conn)
    conn.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        conn.sendall(b"x" * 65_536)


def test_a_body_without_an_end_is_cut_at_the_cap_and_not_at_the_deadline() -> None:
    with server(endless) as where, pytest.raises(NoAnswer, match="too_large"):
        get(where, HttpLimits(deadline_s=60.0, body_bytes_max=1000))


def test_one_call_may_have_limits_of_its_own() -> None:
    http, wide = Http(HttpLimits(body_bytes_max=10)), HttpLimits(body_bytes_max=1000)
    with server(answering(reply(b"x" * 100))) as where:
        assert len(http.exchange("GET", f"http://{where}/", headers={}, limits=wide).body) == 100
    with server(answering(reply(b"x" * 100))) as where, pytest.raises(NoAnswer, match="too_large"):
        http.exchange("GET", f"http://{where}/", headers={})


def test_a_packed_body_counts_unpacked() -> None:
    bomb = zlib.compress(b"0" * 5_000_000)
    raw = reply(bomb, "Content-Encoding: deflate")
    with server(answering(raw)) as where, pytest.raises(NoAnswer, match="too_large"):
        get(where, HttpLimits())


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nX-Slow: ",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n",
    ],
    ids=["before the status", "in a header", "in the body", "in a body without a length"],
)
def test_a_server_that_drips_is_cut_at_the_deadline(head: bytes) -> None:
    stop = threading.Event()

    def drip(conn: socket.socket) -> None:
        read_request(conn)
        conn.sendall(head or b"H")
        while not stop.wait(0.02):
            conn.sendall(b"x")

    limits = HttpLimits(read_timeout_s=60.0, deadline_s=1.0)
    with server(drip) as where:
        with pytest.raises(NoAnswer, match="deadline"):
            get(where, limits)
        stop.set()


def test_a_kept_connection_that_breaks_is_no_answer() -> None:
    def first_good_then_broken(conn: socket.socket) -> None:
        read_request(conn)
        conn.sendall(reply(b"one"))
        read_request(conn)

    with server(first_good_then_broken) as where:
        client = Http(PATIENT)
        assert client.exchange("GET", f"http://{where}/1", headers={}).body == b"one"
        with pytest.raises(NoAnswer, match="reset"):
            client.exchange("POST", f"http://{where}/2", headers={}, body=b"{}")


def test_nothing_is_sent_twice() -> None:
    # A second try would reach the listener's backlog, wait there unanswered and end as a timeout.
    with server(reset_after_the_request) as where, pytest.raises(NoAnswer, match="reset"):
        get(where)
