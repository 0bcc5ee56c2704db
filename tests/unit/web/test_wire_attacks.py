"""Attacks on the counter below its routes: odd requests, other doors, reading that would change something."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import select
from starlette.requests import Request

from scanrefund.errors import UsageFault
from scanrefund.ledger.schema_after import metadata
from scanrefund.web.api.call import ROOT
from scanrefund.web.api.routes import OPEN
from scanrefund.web.api.routes import ROUTES as API_ROUTES
from scanrefund.web.fields import BODY_BYTES_MAX, read_fields
from scanrefund.web.routes import ROUTES
from tests.unit.web.counter import ANSWER_S_MAX, Page, Served
from tests.unit.web.tills import till_of

# Streams go on until somebody ends them.
STREAMS = ("/desk/events", "/desk/camera.mjpg")


@pytest.fixture
def shop(busy_shop: Served) -> Iterator[Served]:
    yield busy_shop
    busy_shop.time.forward(61)


def raw(shop: Served, request: bytes) -> bytes:
    """Bytes as they are, and whatever came back until the other side closed the line."""
    with closing(socket.create_connection(("127.0.0.1", shop.port), timeout=ANSWER_S_MAX)) as line:
        line.sendall(request)
        told = b""
        try:
            while part := line.recv(65_536):
                told += part
        except ConnectionError:
            pass
        return told


def head(shop: Served, *lines: str, start: str = "GET /desk/start HTTP/1.1") -> bytes:
    return "\r\n".join([start, f"Host: 127.0.0.1:{shop.port}", "Connection: close", *lines, "", ""]).encode()


def written(shop: Served) -> dict[str, list[Any]]:
    """Every row of the ledger."""
    with shop.house.ledger.reading() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table))]
            for table in metadata.sorted_tables
        }


def test_no_get_changes_anything(shop: Served) -> None:
    """An address can be put into an image or a link of any page: looking must do nothing."""
    shop.sell("WA1")
    page, till = shop.page(), till_of(shop)
    made = page.post("/desk/refund", shop.wish(page, "WA1")).document["refund_id"]
    shop.house.desk.wait(made, ANSWER_S_MAX)
    before, sessions = written(shop), len(shop.site.sessions._kept)
    gaps = {"refund_id": made, "order_id": "WA1", "language": "en", "screen": "order", "file:path": "x"}
    gaps |= {"number": "1", "day": "2026-01-02", "run_id": "x"}
    for route in ROUTES:
        if route.method == "GET" and route.path not in STREAMS:
            page.get(re.sub(r"\{([a-z_:]+)\}", lambda gap: gaps[gap[1]], route.path) + "?open=1&q=WA1")
    for api in API_ROUTES:
        if api.method == "GET":
            till.get(re.sub(r"\{([a-z_]+)\}", lambda gap: gaps[gap[1]], api.path))
    for path in OPEN:
        page.get(ROOT + path)
    assert written(shop) == before
    assert len(shop.site.sessions._kept) == sessions
    assert "WA1" in str(before["orders"])


def test_nothing_listens_beyond_this_machine(shop: Served) -> None:
    """Not even at this machine's own other addresses; 127.0.0.2 is loopback too, and is not served."""
    for address in {one[4][0] for one in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}:
        if address != "127.0.0.1":
            with pytest.raises(OSError, match=r"refused|timed out|unreachable"):
                socket.create_connection((str(address), shop.port), timeout=2).close()
    with pytest.raises(OSError, match=r"refused|timed out|unreachable|assign"):
        socket.create_connection(("127.0.0.2", shop.port), timeout=2).close()


@pytest.mark.parametrize("path", ["/desk/events", f"{ROOT}/status", "/notices/wechat", "/"])
def test_no_websocket_is_opened(shop: Served, path: str) -> None:
    """A page may open one to any address, past every rule about origins of its browser."""
    lines = ("Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")
    request = head(shop, *lines, "Origin: https://evil.example", start=f"GET {path} HTTP/1.1")
    told = raw(shop, request.replace(b"Connection: close", b"Connection: Upgrade, close"))
    assert not told.startswith(b"HTTP/1.1 101")


@pytest.mark.parametrize("path", ["/desk/start", f"{ROOT}/reference"])
def test_two_hosts_and_a_host_in_the_address_are_refused(shop: Served, path: str) -> None:
    good = raw(shop, head(shop, start=f"GET {path} HTTP/1.1"))
    assert good.startswith(b"HTTP/1.1 200")
    twice = head(shop, "Host: evil.example", start=f"GET {path} HTTP/1.1")
    foreign = head(shop, start=f"GET http://evil.example{path} HTTP/1.1")
    for told in (raw(shop, twice), raw(shop, foreign)):
        assert told[:12] in (b"HTTP/1.1 400", b"HTTP/1.1 403", b"HTTP/1.1 404")


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/notices/../desk/start",
            "/notices/%2e%2e/desk/start",
            "/notices//desk/start",
            "/notices/wechat/../../",
        ),
        *("/api/../desk/start", "/api/%2e%2e/desk/start", "/api//desk/start", "/api/v1/reference/../../../"),
    ],
)
def test_the_doors_beside_the_page_lead_to_nothing_of_it(shop: Served, path: str) -> None:
    """Notices are taken under any name: whoever gets in there must not come further."""
    for host in ("evil.example", f"127.0.0.1:{shop.port}"):
        answered = Page(shop.port).get(path, Host=host)
        assert answered.status in (403, 404, 405)
        assert b"csrf" not in answered.body


@pytest.mark.parametrize(
    "lines",
    [
        ("Content-Length: 5", "Content-Length: 6"),
        ("Content-Length: -1",),
        ("Content-Length: 5", "Transfer-Encoding: chunked"),
        ("Transfer-Encoding: gzip",),
    ],
)
def test_a_body_of_two_lengths_is_no_body(shop: Served, lines: tuple[str, ...]) -> None:
    """Two servers that read one request as two different ones (request smuggling) are none here."""
    page = shop.page()
    own = (f"Cookie: {page.cookie}", f"X-Csrf-Token: {page.csrf}", "Content-Type: application/json")
    body = b"0\r\n\r\nGET /desk/start HTTP/1.1\r\nHost: x\r\n\r\n"
    told = raw(shop, head(shop, *own, *lines, start="POST /desk/lock HTTP/1.1") + body)
    assert told.count(b"HTTP/1.1 ") <= 1
    assert told[:12] in (b"HTTP/1.1 400", b"HTTP/1.1 501")


def test_a_body_in_pieces_without_a_length_is_cut_off_at_its_bound(shop: Served) -> None:
    page = shop.page()
    own = (f"Cookie: {page.cookie}", f"X-Csrf-Token: {page.csrf}", "Content-Type: application/json")
    piece = b"%x\r\n%s\r\n" % (8_192, b"x" * 8_192)
    request = head(shop, *own, "Transfer-Encoding: chunked", start="POST /desk/order HTTP/1.1")
    told = raw(shop, request + piece * (BODY_BYTES_MAX // 8_192 + 2) + b"0\r\n\r\n")
    # Closed with bytes unread, the line may take the answer along.
    assert told[:12] in (b"", b"HTTP/1.1 413")


def test_a_body_that_never_ends_is_given_up() -> None:
    async def reads() -> None:
        async def drips() -> dict[str, Any]:
            await asyncio.sleep(0)
            return {"type": "http.request", "body": b"", "more_body": True}

        scope = {"type": "http", "method": "POST", "path": "/", "headers": [], "query_string": b""}
        await read_fields(Request(scope, drips), BODY_BYTES_MAX, s_max=0.05)

    # In a thread: where a browser was driven before, this one has a loop already.
    with ThreadPoolExecutor() as pool, pytest.raises(UsageFault, match="body_slow"):
        pool.submit(lambda: asyncio.run(reads())).result()


def test_nobody_refunds_in_another_persons_name(shop: Served) -> None:
    """Names that come with a call count for nothing: the session's person is the clerk."""
    shop.sell("WA2")
    shop.sell("WA3")
    page = shop.page(shop.crew.clerk)
    named = {
        "clerk": shop.crew.owner.staff_id,
        "staff_id": shop.crew.owner.staff_id,
        "by": "s1",
        "approver": "s1",
    }
    made = page.post("/desk/refund", {**shop.wish(page, "WA2"), **named}).document
    kept = shop.house.ledger.refund(made["refund_id"])
    assert kept is not None
    assert (kept.clerk, kept.approver) == (shop.crew.clerk.staff_id, "")
    till = till_of(shop, clerk=shop.crew.clerk.staff_id)
    for clerk in ("s1", {"staff_id": "s1"}, {"staff_id": "s1", "secret": ""}, ["s1"]):
        answered = till.post("/refunds", {**till.wish("WA3", shop), "clerk": clerk}, f"as {clerk}")
        assert answered.status in (400, 401)
    assert shop.wallets.times_sent("WA3") == []
