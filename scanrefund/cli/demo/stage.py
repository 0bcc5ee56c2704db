"""The stage of the demo: a sandbox, a desk whose clock can be moved, and the customers' phones."""

from __future__ import annotations

import json
import os
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from scanrefund.assemble import open_house
from scanrefund.config import Settings, load
from scanrefund.config.apart import apart
from scanrefund.dispatch.clock import Clock
from scanrefund.errors import Bug
from scanrefund.house import House
from scanrefund.http import Http
from scanrefund.model.shown import Reading
from scanrefund.model.wallet import FACTS, Wallet
from scanrefund.sandbox import drawing, photograph
from scanrefund.sandbox.server import Running
from scanrefund.scan.reader import read_picture_file, watch
from scanrefund.scan.source import live_from

# A phone held in front of a counter webcam: sharp enough to read, visibly a photograph.
HARDNESS = 0.3
# The stand-in for the webcam is a video of a few seconds, which a busy machine may take long to play.
WATCH_S_MAX = 120


@dataclass(frozen=True, slots=True)
class Sale:
    """An order as both sides know it."""

    order_id: str
    wallet: Wallet


class Stage:
    """Everything a story may touch."""

    def __init__(self, folder: Path, running: Running, seed: int, language: str) -> None:
        self.folder = folder
        self._base_url = running.base_url
        self._random = random.Random(seed)  # noqa: S311  (pictures, not secrets)
        self._ahead = timedelta()
        self._pictures = 0
        settings = _settings(folder, language)
        self._http = Http(settings.http)
        self.house: House = open_house(settings, Clock(now=self.now, sleep=self.advance))
        (folder / "pictures").mkdir(exist_ok=True)

    def close(self) -> None:
        """Let go of the ledger."""
        self.house.close()

    def now(self) -> datetime:
        """The desk's time: the real one, and what the stories have moved it on."""
        return datetime.now(UTC) + self._ahead

    def advance(self, seconds: float) -> None:
        """Move the desk's clock and the wallets' business clock on together."""
        self.control("POST", "/sandbox/clock", {"advance_s": seconds})
        self._ahead += timedelta(seconds=seconds)

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """One call to the sandbox's rehearsal controls; its answer from JSON."""
        sent = b"" if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        reply = self._http.exchange(method, self._base_url + path, headers=headers, body=sent)
        if reply.status >= 400:
            raise Bug("sandbox_refused_demo", path=path, status=reply.status)
        return json.loads(reply.body) if path.count(".csv") == 0 else reply.body

    def sell(self, wallet: Wallet, amount_fen: int, state: str = "paid") -> Sale:
        """A sale at the wallet, imported into the desk's books as a till's CSV would be."""
        order = self.control(
            "POST", "/sandbox/orders", {"wallet": wallet.value, "amount_fen": amount_fen, "state": state}
        )
        return Sale(order["order_id"], wallet)

    def import_orders(self) -> None:
        """The till's export goes into the books."""
        path = self.folder / "orders.csv"
        path.write_bytes(self.control("GET", "/sandbox/orders.csv"))
        report = self.house.orders.import_csv(path, strict=True)
        if report.problems:
            raise Bug("demo_orders_refused", count=len(report.problems))

    def fault(self, sale: Sale, fault: str, on: str = "refund") -> None:
        """Make the wallet misbehave once, for this order."""
        body = {"wallet": sale.wallet.value, "on": on, "fault": fault, "times": 1, "order_id": sale.order_id}
        self.control("POST", "/sandbox/faults", body)

    def fresh_code(self, wallet: Wallet) -> str:
        """The digits on the customer's phone, after the last ones have rotated away."""
        self.advance(FACTS[wallet].code_age_s_max + 1)
        return str(self.control("GET", f"/sandbox/phone/{wallet.value}/code.json")["digits"])

    def photo_of(self, page: Any) -> Path:
        """A photograph of a page on a phone, dated now."""
        self._pictures += 1
        path = self.folder / "pictures" / f"phone-{self._pictures:02d}.jpg"
        seen = photograph.photograph(page, self._random.randrange(2**31), hardness=HARDNESS)
        photograph.save_photo(seen, path, self.now())
        return path

    def photographed(self, wallet: Wallet) -> Reading:
        """A customer shows a fresh payment page; the desk reads a photograph of it."""
        digits = self.fresh_code(wallet)
        return read_picture_file(self.photo_of(drawing.code_page(wallet.value, digits)))

    def filmed(self, wallet: Wallet) -> Reading:
        """A customer holds a fresh payment page to the webcam, for which a short video stands in."""
        digits = self.fresh_code(wallet)
        path = self.folder / "pictures" / "webcam.avi"
        photograph.write_video([drawing.code_page(wallet.value, digits)], path)
        # A video counts by the time of its file, and the story's clock runs ahead of the disk's.
        os.utime(path, (self.now().timestamp(),) * 2)
        with live_from(str(path), self.now) as live:
            return watch(live, for_s=WATCH_S_MAX)

    def collection_code(self) -> Reading:
        """A customer shows the code that takes money instead of the one that proves presence."""
        return read_picture_file(self.photo_of(drawing.qr("wxp://f2f0MadeUpForTheRehearsalOnly00000")))

    def at_wallet(self, sale: Sale) -> list[dict[str, Any]]:
        """The wallet's own refunds of an order."""
        found = self.control("GET", "/sandbox/refunds")
        return [one for one in _items(found) if one["order_id"] == sale.order_id]

    def sandbox_refunded_fen(self) -> int:
        """Everything the wallets have paid back."""
        found = _items(self.control("GET", "/sandbox/refunds"))
        return sum(int(one["amount_fen"]) for one in found if one["status"] == "SUCCESS")


def _items(found: Any) -> list[dict[str, Any]]:
    return list(found if isinstance(found, list) else found["refunds"])


def _settings(folder: Path, language: str) -> Settings:
    return apart(load(folder / "sandbox" / "scanrefund.toml", language), folder / "desk")
