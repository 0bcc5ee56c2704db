"""SMS by a signed webhook and alerts by Apprise, each against a server on loopback."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from scanrefund.aftercare.alert import AlertWay
from scanrefund.aftercare.notify import NotDelivered
from scanrefund.aftercare.sms import SmsSettings, SmsWay
from scanrefund.http import Http
from scanrefund.model.message import Event
from tests.unit.aftercare.posting import PHONE, WRITER
from tests.unit.aftercare.test_letters import REFUND, a_message

LETTER = WRITER.of_refund(a_message(Event.REFUND_SUCCEEDED), PHONE, REFUND)
ALERT = WRITER.of_alarm(a_message(Event.ALARM, "external", "A1001"))


@dataclass
class Gateway:
    """Answers with the statuses of its script, then with 200, and keeps what it was told."""

    statuses: list[int] = field(default_factory=list)
    asked: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@contextmanager
def a_gateway(*statuses: int) -> Iterator[tuple[str, Gateway]]:
    gateway = Gateway(list(statuses))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            gateway.asked.append((dict(self.headers), body))
            self.send_response(gateway.statuses.pop(0) if gateway.statuses else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", gateway
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def a_secret_file(path: Path, text: str) -> Path:
    path.write_text(text)
    path.chmod(0o600)
    return path


def sms_way(url: str, folder: Path) -> SmsWay:
    templates = {Event.REFUND_SUCCEEDED: "SMS_1001"}
    secret = a_secret_file(folder / "secret", "s3cret\n")
    return SmsWay(SmsSettings(f"{url}/sms", secret, templates, 5), Http(), lambda: 1_700_000_000.9)


def test_an_sms_is_a_template_with_variables_and_signed(tmp_path: Path) -> None:
    with a_gateway() as (url, gateway):
        sms_way(url, tmp_path).deliver(LETTER)
    ((headers, body),) = gateway.asked
    told = json.loads(body)
    assert (told["template"], told["phone"]) == ("SMS_1001", PHONE.address)
    assert told.keys() == {"message_id", "template", "phone", "variables"}
    name = LETTER.message_id
    seal = hmac.new(b"s3cret", f"1700000000.{name}.".encode() + body, hashlib.sha256).hexdigest()
    assert headers["Scanrefund-Signature"] == f"t=1700000000,id={name},v1={seal}"
    assert headers["Idempotency-Key"] == told["message_id"] == LETTER.message_id


@pytest.mark.parametrize(
    ("status", "lasting"), [(400, True), (404, True), (408, False), (429, False), (500, False), (503, False)]
)
def test_a_gateways_no_is_final_or_for_now(tmp_path: Path, status: int, lasting: bool) -> None:
    with a_gateway(status) as (url, gateway):
        with pytest.raises(NotDelivered) as why:
            sms_way(url, tmp_path).deliver(LETTER)
        assert (why.value.trouble, why.value.lasting) == (f"sms_{status}", lasting)
        sms_way(url, tmp_path).deliver(LETTER)
    assert len({json.loads(body)["message_id"] for _, body in gateway.asked}) == 1


def test_a_gateway_that_is_away_is_tried_again(tmp_path: Path) -> None:
    with a_gateway() as (url, _gateway):
        pass
    with pytest.raises(NotDelivered) as why:
        sms_way(url, tmp_path).deliver(LETTER)
    assert not why.value.lasting


def test_an_event_without_a_template_is_never_sent_as_free_text(tmp_path: Path) -> None:
    other = WRITER.of_refund(a_message(Event.REFUND_FAILED), PHONE, REFUND)
    with a_gateway() as (url, gateway):
        with pytest.raises(NotDelivered) as why:
            sms_way(url, tmp_path).deliver(other)
        assert (why.value.lasting, gateway.asked) == (True, [])


def test_staff_is_alerted_through_apprise(tmp_path: Path) -> None:
    with a_gateway() as (url, gateway):
        urls = a_secret_file(tmp_path / "urls", f"# the owner\n{url.replace('http', 'json')}/alert\n")
        AlertWay(urls).deliver(ALERT)
    ((_, body),) = gateway.asked
    told = json.loads(body)
    assert told["title"] == ALERT.subject
    assert "A1001" in told["message"]


def test_an_alert_nobody_took_is_tried_again(tmp_path: Path) -> None:
    with a_gateway(500) as (url, _gateway):
        urls = a_secret_file(tmp_path / "urls", f"{url.replace('http', 'json')}/alert\n")
        with pytest.raises(NotDelivered, match="alert_not_taken") as why:
            AlertWay(urls).deliver(ALERT)
    assert not why.value.lasting


@pytest.mark.parametrize("text", ["", "# nothing\n", "not an address at all\n"])
def test_addresses_that_are_none_are_named(tmp_path: Path, text: str) -> None:
    with pytest.raises(NotDelivered, match="alert_urls_wrong"):
        AlertWay(a_secret_file(tmp_path / "urls", text)).deliver(ALERT)
