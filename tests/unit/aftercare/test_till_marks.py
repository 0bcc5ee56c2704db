"""The till's webhook against a real loopback server: signed, repeated with waits, given up with an alarm."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from scanrefund.aftercare.signed_post import SIGNATURE
from scanrefund.aftercare.till_marks import QUIET_S, WAITS_S, Till, TillSettings, TillTeller
from scanrefund.dispatch.worker import nobody_cures, nobody_hears
from scanrefund.errors import KeyFault
from scanrefund.http import Http
from scanrefund.ledger import marks
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.mark_box import MarkBox
from tests.unit.builders import ORDER, SHOP, FakeClock, keep

KEY = b"0123456789abcdef0123456789abcdef"


@dataclass
class Hearing:
    """A till that keeps what it was told and answers by a script of status codes, then 200."""

    port: int = 0
    got: list[tuple[str, bytes]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)


@pytest.fixture
def till() -> Iterator[Hearing]:
    hearing = Hearing()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            hearing.got.append((self.headers[SIGNATURE], body))
            self.send_response(hearing.answers.pop(0) if hearing.answers else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_told: object) -> None:
            """The tests' output stays clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hearing.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield hearing
    server.shutdown()
    server.server_close()


class Shop:
    """One worker with its till."""

    def __init__(self, ledger: Ledger, port: int) -> None:
        self.ledger, self.time, self.box = ledger, FakeClock(), MarkBox(ledger)
        keep(ledger, ORDER)
        here = Till(f"http://127.0.0.1:{port}/marks", KEY)
        self.teller = TillTeller(self.box, here, SHOP, Http(), self.time.clock)

    def mark(self, event: str = "RELEASED") -> None:
        with self.ledger.writing() as connection:
            marks.of_order(connection, ORDER.order_id, event, ORDER.amount, self.time.at)

    def round(self) -> int:
        return self.teller.run_once(nobody_hears, nobody_cures)


@pytest.fixture
def shop(ledger: Ledger, till: Hearing) -> Shop:
    return Shop(ledger, till.port)


def test_a_mark_is_told_once_signed_over_time_id_and_body(shop: Shop, till: Hearing) -> None:
    shop.mark()
    assert (shop.round(), shop.round()) == (1, 0)
    (signature, body) = till.got[0]
    told = json.loads(body)
    assert (told["event"], told["order_id"], told["amount_fen"]) == ("ORDER_RELEASED", "A1001", 10_000)
    parts = dict(part.split("=") for part in signature.split(","))
    assert (parts["id"], parts["t"]) == (told["id"], str(int(shop.time.at.timestamp())))
    over = f"{parts['t']}.{parts['id']}.".encode() + body
    assert parts["v1"] == hmac.new(KEY, over, hashlib.sha256).hexdigest()
    assert next(shop.box.since(None)).told_at == shop.time.at


def test_what_was_not_heard_comes_again_with_the_same_id(shop: Shop, till: Hearing) -> None:
    shop.mark()
    till.answers = [500]
    assert shop.round() == 0
    shop.time.forward(WAITS_S[0] + QUIET_S)
    assert shop.round() == 1
    assert till.got[0][1] == till.got[1][1]


def test_a_till_that_does_not_answer_is_left_alone_for_a_while(shop: Shop, till: Hearing) -> None:
    shop.mark()
    shop.mark("CANCELLED")
    till.answers = [503]
    shop.round()
    shop.round()
    assert len(till.got) == 1
    shop.time.forward(QUIET_S)
    assert shop.round() == 2


def test_after_the_last_try_it_is_given_up_with_an_alarm_and_can_be_told_again(
    shop: Shop, till: Hearing
) -> None:
    shop.mark()
    till.answers = [404] * (len(WAITS_S) + 1)
    for wait_s in (*WAITS_S, 0):
        shop.round()
        shop.time.forward(wait_s + QUIET_S)
    shop.time.forward(86_400)
    assert (shop.round(), len(till.got)) == (0, len(WAITS_S) + 1)
    with shop.ledger.reading() as connection:
        facts = connection.exec_driver_sql("SELECT facts FROM book WHERE kind='alarm'").scalars().all()
    assert [json.loads(one)["alarm"] for one in facts] == ["mark_given_up"]
    assert next(shop.box.since(None)).trouble == "http_404"
    assert (shop.box.retry(shop.time.at), shop.round()) == (1, 1)


def test_a_till_that_is_set_up_later_hears_of_the_last_week_only(shop: Shop, till: Hearing) -> None:
    shop.mark()
    shop.time.forward(8 * 86_400)
    shop.mark("CANCELLED")
    assert shop.round() == 1
    assert [json.loads(body)["event"] for _signature, body in till.got] == ["ORDER_CANCELLED"]


def test_nobody_at_the_till_costs_no_mark(ledger: Ledger) -> None:
    shop = Shop(ledger, 9)
    shop.mark()
    assert shop.round() == 0
    assert next(shop.box.since(None)).told_at is None


def test_a_worker_that_dies_with_a_mark_leaves_it_to_the_next(shop: Shop, till: Hearing) -> None:
    shop.mark()
    (mark,) = shop.box.due(shop.time.at, 10)
    assert shop.box.take(mark, shop.time.at + timedelta(seconds=60))
    assert not shop.box.take(mark, shop.time.at)
    assert shop.round() == 0
    shop.time.forward(60)
    assert shop.round() == 1


@pytest.mark.parametrize("text", ["", "short"])
def test_a_key_that_anybody_could_guess_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "till.key"
    with pytest.raises(KeyFault):
        TillSettings("https://till.example/marks", path).key()
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(KeyFault):
        TillSettings("https://till.example/marks", path).key()
    path.write_bytes(KEY + b"\n")
    assert TillSettings("https://till.example/marks", path).key() == KEY
