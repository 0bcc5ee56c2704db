"""One request and its whole answer, what was never sent, and what is kept nowhere."""

from __future__ import annotations

import logging
import socket
import ssl
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from urllib3 import exceptions as wire

from scanrefund import __version__, http
from scanrefund.errors import Bug, NotSent
from scanrefund.http import Http
from tests.unit.played_server import (
    IMPATIENT,
    PATIENT,
    answering,
    get,
    read_request,
    read_to_end,
    reply,
    server,
)


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
