"""A counter page served on a free port with the real sandbox behind it, and hands that use it."""

from __future__ import annotations

import http.client
import json
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from scanrefund.config import Settings
from scanrefund.dispatch.clock import Clock
from scanrefund.house import House
from scanrefund.ledger.ledger import Ledger
from scanrefund.model.money import Money
from scanrefund.model.order import Order, OrderState
from scanrefund.model.staff import Staff
from scanrefund.model.wallet import Wallet
from scanrefund.web.application import application
from scanrefund.web.serving import served
from scanrefund.web.site import Site
from tests.people import Crew

ANSWER_S_MAX = 120


class MovedClock:
    """The real time, moved on by hand."""

    def __init__(self) -> None:
        self.ahead = timedelta()
        self.clock = Clock(now=self.now, sleep=lambda _seconds: None)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def forward(self, seconds: float) -> None:
        self.ahead += timedelta(seconds=seconds)


class Wallets:
    """Both wallets of the rehearsal room, and the hands that play with them."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url

    def call(self, path: str, body: dict[str, Any] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base_url + path, data, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=ANSWER_S_MAX) as reply:
            return json.loads(reply.read())

    def sell(self, ledger: Ledger, order_id: str, wallet: Wallet, amount_fen: int, **more: Any) -> Order:
        """A paid order, at the wallet and in the books."""
        body = {"wallet": wallet.value, "order_id": order_id, "amount_fen": amount_fen, **more}
        told = self.call("/sandbox/orders", body)
        paid_at = datetime.fromisoformat(told["paid_at"])
        order = Order(order_id, wallet, told["wallet_order_id"], Money(amount_fen), paid_at, OrderState.PAID)
        with ledger.keeping_orders(paid_at) as keep:
            keep([order])
        return order

    def fresh_code(self, wallet: str = "alipay") -> str:
        """What the customer's phone shows, after the last code has gone."""
        self.call("/sandbox/clock", {"advance_s": 61})
        return str(self.call(f"/sandbox/phone/{wallet}/code.json")["digits"])

    def picture(self, wallet: str) -> bytes:
        """The code that stands on the phone, as a PNG."""
        with urllib.request.urlopen(
            f"{self.base_url}/sandbox/phone/{wallet}/code.png", timeout=ANSWER_S_MAX
        ) as reply:
            return bytes(reply.read())

    def times_sent(self, order_id: str) -> list[int]:
        """How often each refund of an order was sent: the wallet's own truth."""
        return [one["times_sent"] for one in self.call("/sandbox/refunds") if one["order_id"] == order_id]


@dataclass(frozen=True)
class Answered:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def document(self) -> Any:
        return json.loads(self.body)

    @property
    def fault(self) -> str:
        return str(self.document["fault"])


@dataclass
class Page:
    """One page of a browser: its cookie, its token, its own origin. Everything it ever got is kept."""

    port: int
    cookie: str = ""
    csrf: str = ""
    got: list[bytes] = field(default_factory=list)

    def get(self, path: str, **headers: str) -> Answered:
        return self.send("GET", path, None, headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Answered:
        data = json.dumps({} if body is None else body).encode()
        return self.send("POST", path, data, {"Content-Type": "application/json", **headers})

    def send(self, method: str, path: str, data: bytes | None, headers: dict[str, str]) -> Answered:
        """One request, with headers of the caller's over the page's own; an empty one is left out."""
        own = {"Host": f"127.0.0.1:{self.port}", "Cookie": self.cookie, "X-Csrf-Token": self.csrf}
        told = own | {name.replace("_", "-"): value for name, value in headers.items()}
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_S_MAX)) as line:
            line.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in told.items():
                if value:
                    line.putheader(name, value)
            if data is not None:
                line.putheader("Content-Length", str(len(data)))
            line.endheaders(data)
            reply = line.getresponse()
            answered = Answered(reply.status, {k.lower(): v for k, v in reply.getheaders()}, reply.read())
        self._keep(answered)
        return answered

    def start(self) -> Any:
        """The page's first call."""
        return self.get("/desk/start").document

    @contextmanager
    def hear(self, path: str = "/desk/events") -> Iterator[http.client.HTTPResponse]:
        """An open stream, closed with the block."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_S_MAX)) as line:
            line.request("GET", path, headers={"Cookie": self.cookie})
            with line.getresponse() as stream:
                yield stream

    def _keep(self, answered: Answered) -> None:
        self.got.append(repr(answered.headers).encode() + answered.body)
        if "set-cookie" in answered.headers:
            self.cookie = answered.headers["set-cookie"].partition(";")[0]
        if answered.body.startswith(b'{"') and "csrf" in answered.document:
            self.csrf = answered.document["csrf"]


def heard(stream: http.client.HTTPResponse, kind: str) -> Any:
    """The next event of a kind; everything else in the stream is passed over."""
    quiet = 0
    for line in stream:
        quiet += line.startswith(b":")
        assert quiet < 2, f"no {kind} for ten seconds"
        if line == f"event: {kind}\n".encode():
            return json.loads(stream.readline().removeprefix(b"data: "))
    raise AssertionError(f"the stream ended without {kind}")


@dataclass
class Served:
    """A served counter, its people, its wallets."""

    site: Site
    port: int
    crew: Crew
    wallets: Wallets
    time: MovedClock
    settings: Settings

    @property
    def house(self) -> House:
        return self.site.house

    def stranger(self) -> Page:
        """A page nobody has signed in on."""
        page = Page(self.port)
        page.start()
        return page

    def page(self, person: Staff | None = None) -> Page:
        """A page on which somebody has signed in; his PIN is tried elsewhere."""
        site, now = self.site, self.time.now()
        signed = site.sessions.sign_in(site.sessions.open("en", now), person or self.crew.supervisor, now)
        return Page(self.port, f"scanrefund_{self.port}={signed.token}", signed.csrf)

    def sell(self, order_id: str, amount_fen: int = 1_000, wallet: str = "alipay", **more: Any) -> Order:
        return self.wallets.sell(self.house.ledger, order_id, Wallet(wallet), amount_fen, **more)

    def shown(self, page: Page, wallet: str = "alipay") -> str:
        """A customer's fresh code scanned; its handle."""
        scanned = page.post("/desk/scan", {"text": self.wallets.fresh_code(wallet), "typed": False})
        return str(scanned.document["reading"]["id"])

    def wish(self, page: Page, order_id: str, amount_fen: int | None = 1_000, **more: Any) -> dict[str, Any]:
        """The body of a refund that nothing speaks against."""
        body = {"request_id": f"wish-{order_id}", "order_id": order_id, "amount_fen": amount_fen}
        body |= {"reason": "faulty", "reading_id": self.shown(page)} if "reading_id" not in more else {}
        return {"reason": "faulty", **body, **more}


@contextmanager
def counter(site: Site, crew: Crew, wallets: Wallets, time: MovedClock) -> Iterator[Served]:
    with served(application(site), 0, site.closing.set) as port:
        yield Served(site, port, crew, wallets, time, site.settings)
    site.errands.close()
