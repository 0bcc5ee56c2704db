"""E-mail against a real server on loopback: taken, refused, away, slow, with and without TLS."""

from __future__ import annotations

import email
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from scanrefund.aftercare.mail import MailWay, SmtpSettings
from scanrefund.aftercare.notify import Letter, NotDelivered
from scanrefund.model.message import Event
from tests.unit.aftercare.posting import MAIL, WRITER
from tests.unit.aftercare.test_letters import REFUND, a_message
from tests.unit.builders import NOW

LETTER: Letter = WRITER.of_refund(a_message(Event.REFUND_SUCCEEDED), MAIL, REFUND)


class Mailbox:
    """Takes mail, after the replies of its script."""

    def __init__(self, *replies: str) -> None:
        self.replies = list(replies)
        self.mails: list[Any] = []

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if self.replies:
            return self.replies.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.mails.append(email.message_from_bytes(envelope.content, policy=default))
        return "250 taken"


def settings(port: int, **changes: Any) -> SmtpSettings:
    told = {"security": "none", "sender": "shop@example.com", "sender_name": "小店", "deadline_s": 5}
    return SmtpSettings("127.0.0.1", port, **{**told, **changes})


@contextmanager
def a_server(mailbox: Mailbox, **more: Any) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(mailbox, hostname="127.0.0.1", port=port, **more)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate of this machine, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    begins = datetime.now(UTC) - timedelta(hours=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=2))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


def context_of(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def test_a_letter_arrives_whole_and_its_number_is_the_same_with_every_try() -> None:
    mailbox = Mailbox()
    with a_server(mailbox) as port:
        MailWay(settings(port)).deliver(LETTER)
        MailWay(settings(port)).deliver(LETTER)
    first, second = mailbox.mails
    assert first["To"] == MAIL.address
    assert first["Subject"] == LETTER.subject
    assert first["From"] == "小店 <shop@example.com>"
    assert LETTER.body in first.get_content()
    assert first["Message-ID"] == second["Message-ID"]
    assert email.utils.parsedate_to_datetime(first["Date"]) == NOW


@pytest.mark.parametrize(("reply", "lasting"), [("450 later", False), ("550 no such box", True)])
def test_a_four_is_tried_again_and_a_five_is_not(reply: str, lasting: bool) -> None:
    mailbox = Mailbox(reply)
    with a_server(mailbox) as port:
        with pytest.raises(NotDelivered) as why:
            MailWay(settings(port)).deliver(LETTER)
        assert (why.value.lasting, why.value.trouble) == (lasting, f"smtp_{reply[:3]}")
        MailWay(settings(port)).deliver(LETTER)
    assert len(mailbox.mails) == 1


def test_a_server_that_is_away_is_tried_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(NotDelivered, match="smtp_away") as why:
        MailWay(settings(port)).deliver(LETTER)
    assert not why.value.lasting


def test_a_server_that_drips_is_given_up_at_the_deadline() -> None:
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            line, _ = server.accept()
            with line:
                # Long enough to be noticed, and an end where nobody hangs up.
                for _ in range(600):
                    if stop.wait(0.2):
                        return
                    try:
                        line.send(b"2")
                    except OSError:
                        return

        thread = threading.Thread(target=drip)
        thread.start()
        began = time.monotonic()
        with pytest.raises(NotDelivered, match="smtp_away"):
            MailWay(settings(server.getsockname()[1], deadline_s=1)).deliver(LETTER)
        assert time.monotonic() - began < 60
        stop.set()
        thread.join(10)


def test_starttls_and_a_sign_in(certificate: Path, tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text("secret\n")
    password.chmod(0o600)
    known: list[Any] = []

    def authenticator(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        known.append((data.login, data.password))
        return AuthResult(success=data.password == b"secret", handled=False)

    told = {"security": "starttls", "ca_file": certificate, "user": "shop", "password_file": password}
    mailbox = Mailbox()
    tls = context_of(certificate)
    with a_server(mailbox, tls_context=tls, authenticator=authenticator, auth_required=True) as port:
        MailWay(settings(port, **told)).deliver(LETTER)
        password.write_text("wrong")
        with pytest.raises(NotDelivered, match="smtp_535") as why:
            MailWay(settings(port, **told)).deliver(LETTER)
    # A password that was changed is put right by people; the letter waits for them.
    assert not why.value.lasting
    assert len(mailbox.mails) == 1
    assert known[0] == (b"shop", b"secret")


def test_tls_from_the_first_byte(certificate: Path) -> None:
    mailbox = Mailbox()
    with _tls_server(mailbox, certificate) as port:
        MailWay(settings(port, security="tls", ca_file=certificate)).deliver(LETTER)
        with pytest.raises(NotDelivered, match="smtp_tls"):
            MailWay(settings(port, security="tls")).deliver(LETTER)
    assert len(mailbox.mails) == 1


@contextmanager
def _tls_server(mailbox: Mailbox, certificate: Path) -> Iterator[int]:
    with a_server(mailbox, ssl_context=context_of(certificate)) as port:
        yield port


def test_without_starttls_nothing_is_sent_in_the_clear() -> None:
    mailbox = Mailbox()
    with a_server(mailbox) as port, pytest.raises(NotDelivered):
        MailWay(settings(port, security="starttls")).deliver(LETTER)
    assert mailbox.mails == []


def test_a_password_others_may_read_is_not_used(tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text("secret")
    password.chmod(0o644)
    with a_server(Mailbox()) as port, pytest.raises(NotDelivered, match="smtp_password_file"):
        MailWay(settings(port, user="shop", password_file=password)).deliver(LETTER)
