"""Each way the wire can fail, played by a raw socket on loopback."""

from __future__ import annotations

import logging
import socket
import ssl
import struct
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from urllib3 import exceptions as wire

from scanrefund import __version__, http
from scanrefund.errors import Bug, NoAnswer, NotSent
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


def test_a_whole_answer_comes_back_as_it_was_sent() -> None:
    with server(answering(reply(b'{"a":1}', "Request-ID: r1"))) as where:
        answer = get(where)
    assert (answer.status, answer.body, answer.headers["request-id"]) == (200, b'{"a":1}', "r1")
    assert "a" not in repr(answer).removeprefix("HttpReply(status=200, elapsed_ms=")


def test_the_request_carries_our_name_and_the_exact_address_and_body() -> None:
    seen: list[bytes] = []

    def play(conn: socket.socket) -> None:
        seen.append(read_request(conn))
        conn.sendall(reply(b""))

    with server(play) as where:
        Http(PATIENT).exchange(
            "POST", f"http://{where}/a%7Cb?q=%E9%80%80+x", headers={"X-A": "1"}, body=b"{}"
        )
    head, _, body = seen[0].partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /a%7Cb?q=%E9%80%80+x HTTP/1.1"
    assert f"User-Agent: scanrefund/{__version__}" in lines
    assert "X-A: 1" in lines
    assert body == b"{}"


def test_an_address_that_would_change_on_its_way_is_our_bug() -> None:
    with pytest.raises(Bug, match="url_rewritten"):
        Http(PATIENT).exchange("GET", "http://127.0.0.1:9/a|b", headers={})


def test_a_refused_connection_was_not_sent() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(NotSent, match="no_connection"):
        get(f"127.0.0.1:{port}")


def test_a_tls_handshake_that_nobody_answers_was_not_sent() -> None:
    with (
        server(read_to_end) as where,
        pytest.raises(NotSent, match="connect_timeout"),
    ):
        get(where, IMPATIENT, scheme="https")


def test_a_server_without_tls_was_not_sent() -> None:
    with (
        server(lambda conn: conn.sendall(b"HTTP/1.1 400 no\r\n\r\n")) as where,
        pytest.raises(NotSent, match="tls_failed"),
    ):
        get(where, scheme="https")


def test_a_certificate_nobody_vouches_for_was_not_sent(tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path))
    seen: list[bytes] = []

    def play(conn: socket.socket) -> None:
        with context.wrap_socket(conn, server_side=True) as tls:
            seen.append(tls.recv(10))

    with server(play) as where, pytest.raises(NotSent, match="tls_failed"):
        get(where, scheme="https")
    assert not any(seen)


def self_signed(folder: Path) -> Path:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
    certificate = builder.sign(key, hashes.SHA256())
    path = folder / "server.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (wire.NameResolutionError, "name_not_found"),
        (wire.ConnectTimeoutError, "connect_timeout"),
        (wire.NewConnectionError, "no_connection"),
        (wire.SSLError, "tls_failed"),
    ],
)
def test_the_kind_of_error_names_what_was_not_sent(kind: type[Exception], code: str) -> None:
    inner = kind.__new__(kind)
    outer = OSError("says timeout, refused and reset, and proves nothing")
    outer.__cause__ = inner
    assert http._kind(outer, http._NOT_SENT) == code


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


def test_a_proxy_in_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "")
    with server(answering(reply(b"direct"))) as where:
        assert get(where).body == b"direct"


def test_cookies_are_not_kept() -> None:
    seen: list[bytes] = []

    def twice(conn: socket.socket) -> None:
        for _ in range(2):
            seen.append(read_request(conn))
            conn.sendall(reply(b"", "Set-Cookie: a=b; Path=/"))

    with server(twice) as where:
        client = Http(PATIENT)
        for _ in range(2):
            client.exchange("GET", f"http://{where}/", headers={})
    assert b"cookie" not in seen[1].lower()


def test_no_address_reaches_a_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with server(answering(reply(b"ok"))) as where:
        get(where)
    assert "/v3/x" not in caplog.text


def test_a_login_kept_in_the_environment_does_not_replace_our_signature(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login a password b\n")
    monkeypatch.setenv("NETRC", str(netrc))
    seen: list[bytes] = []

    def play(conn: socket.socket) -> None:
        seen.append(read_request(conn))
        conn.sendall(reply(b""))

    with server(play) as where:
        Http(PATIENT).exchange("GET", f"http://{where}/", headers={"Authorization": "WECHATPAY2 ours"})
    assert b"Authorization: WECHATPAY2 ours\r\n" in seen[0]
