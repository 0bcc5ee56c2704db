"""Letters as e-mail: SMTP with STARTTLS or TLS, one connection a letter, an end whatever the server does."""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Final, Literal

from scanrefund.aftercare.notify import Letter, NotDelivered
from scanrefund.errors import Fault
from scanrefund.keys import refuse_if_others_read

# Replies of the 5xx family last (RFC 5321, 4.2.1); of them these are about us and not the letter, and people
# cure them while it waits.
_CURABLE: Final = frozenset({530, 534, 535, 538})
# What stands in a Message-ID before the @.
_NO_ID: Final = re.compile(r"[^A-Za-z0-9._-]")


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """A mail server. `security` none is for one on this machine; `ca_file` replaces the system's roots."""

    host: str
    port: int
    security: Literal["starttls", "tls", "none"]
    sender: str
    sender_name: str = ""
    user: str = ""
    password_file: Path | None = None
    ca_file: Path | None = None
    deadline_s: int = 15


class _Server(smtplib.SMTP):
    """Not yet connected, so that the deadline runs from the first byte; knows whose certificate to expect."""

    def __init__(self, told: SmtpSettings) -> None:
        super().__init__(local_hostname=_domain(told), timeout=told.deadline_s)
        self._host = told.host


class _TlsServer(smtplib.SMTP_SSL):
    """The same over TLS from the first byte."""

    def __init__(self, told: SmtpSettings, roots: ssl.SSLContext) -> None:
        super().__init__(local_hostname=_domain(told), timeout=told.deadline_s, context=roots)
        self._host = told.host


def _domain(told: SmtpSettings) -> str:
    """What we greet with: the machine's own name is nobody's business, and looking it up may take long."""
    return told.sender.partition("@")[2]


class MailWay:
    """Hands letters to one mail server. The constructor opens nothing."""

    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings

    def deliver(self, letter: Letter) -> None:
        if letter.contact is None:
            raise NotDelivered("no_contact", lasting=True)
        try:
            with self._server() as server:
                server.send_message(self._mail(letter))
        except smtplib.SMTPRecipientsRefused as refused:
            code = next(iter(refused.recipients.values()))[0]
            raise NotDelivered(f"smtp_{code}", lasting=code >= 500) from None
        except smtplib.SMTPResponseException as answer:
            code = answer.smtp_code
            raise NotDelivered(f"smtp_{code}", lasting=code >= 500 and code not in _CURABLE) from None
        except ssl.SSLError:
            raise NotDelivered("smtp_tls") from None
        except (smtplib.SMTPException, OSError):
            # Nothing of the answer is kept: servers repeat addresses in it.
            raise NotDelivered("smtp_away") from None

    @contextmanager
    def _server(self) -> Iterator[smtplib.SMTP]:
        told = self._settings
        server = _TlsServer(told, self._roots()) if told.security == "tls" else _Server(told)
        with _ended_after(server, told.deadline_s):
            server.connect(told.host, told.port)
            if told.security == "starttls":
                server.starttls(context=self._roots())
            if told.user:
                server.login(told.user, self._password())
            yield server
            # The letter is taken; a server that hangs up now has it all the same.
            with suppress(smtplib.SMTPException, OSError):
                server.quit()

    def _roots(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self._settings.ca_file)

    def _password(self) -> str:
        path = self._settings.password_file
        if path is None:
            return ""
        try:
            refuse_if_others_read(path)
            return path.read_text(encoding="utf-8").strip()
        except (OSError, Fault):
            raise NotDelivered("smtp_password_file") from None

    def _mail(self, letter: Letter) -> EmailMessage:
        """Headers are built by the library, which refuses line ends in them."""
        told = self._settings
        mail = EmailMessage()
        mail["From"] = Address(told.sender_name, addr_spec=told.sender)
        mail["To"] = letter.contact.address if letter.contact else ""
        mail["Subject"] = letter.subject
        mail["Date"] = format_datetime(letter.made_at)
        # The same with every try, so that a mailbox shows it once.
        mail["Message-ID"] = f"<{_NO_ID.sub('-', letter.message_id)}@{_domain(told)}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(letter.body)
        return mail


@contextmanager
def _ended_after(server: smtplib.SMTP, deadline_s: int) -> Iterator[None]:
    """A server that drips byte by byte never lets a read time out: its connection is closed under it."""

    def end() -> None:
        if server.sock is not None:
            with suppress(OSError):
                server.sock.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(deadline_s, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        server.close()
