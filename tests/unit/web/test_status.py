"""The status bar, the camera's switch and streams, the self test, what is watched behind the page."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from scanrefund.errors import SourceFault
from scanrefund.ledger.self_tests import SelfTests
from scanrefund.ledger.story import LastTrip
from scanrefund.model.wallet import Wallet
from scanrefund.readiness import Finding
from scanrefund.scan.live import Live
from scanrefund.web.camera import CounterCamera
from scanrefund.web.events import EARS_MAX, WAITING_MAX, Ear, Event
from scanrefund.web.network import TRIP_COUNTS, Network
from scanrefund.web.receipts import tell_pages
from scanrefund.web.running import running
from scanrefund.web.watching import Watch
from tests.unit.web.cameras import Phone
from tests.unit.web.counter import MovedClock, Served, heard


def test_the_bar_counts_what_waits_and_says_whether_the_wallets_answer(shop: Served) -> None:
    shop.site.network.knock()
    told = shop.page().get("/desk/status").document
    assert {one["wallet"]: one["ok"] for one in told["network"]} == {"wechat": True, "alipay": True}
    assert (told["open"], told["approvals"], told["held"], told["self_test"]["at"]) == (0, 0, 0, None)
    assert (told["camera"]["ok"], told["camera"]["on"]) == (False, False)
    shop.sell("S1", fault="not_enough")
    page = shop.page()
    page.post("/desk/refund", shop.wish(page, "S1"))
    told = page.get("/desk/status").document
    assert (told["open"], told["held"]) == (1, 1)


def test_a_wallet_that_takes_no_connection_is_down_and_a_young_trip_counts_more_than_nothing() -> None:
    time = MovedClock()
    with socket.create_server(("127.0.0.1", 0)) as closed:
        address = f"http://127.0.0.1:{closed.getsockname()[1]}"
    network = Network({Wallet.ALIPAY: address}, time.clock)
    assert [one.ok for one in network.reach([])] == [None]
    lost = LastTrip(Wallet.ALIPAY, time.now(), "NOT_SENT", "no_connection")
    assert [one.ok for one in network.reach([lost])] == [False]
    answered = replace(lost, outcome="SUCCEEDED")
    assert [one.ok for one in network.reach([answered])] == [True]
    network.knock()
    assert [one.ok for one in network.reach([answered])] == [False], "the knock came after the trip"
    old = replace(answered, at=time.now() - TRIP_COUNTS - timedelta(seconds=1))
    assert [one.ok for one in network.reach([old])] == [False]


def test_the_self_test_is_made_and_kept_and_leaves_a_camera_in_use_alone(shop: Served) -> None:
    missing = Finding("camera", None, "camera_missing", fault=SourceFault("camera_missing", source="0"))
    disk = Finding("disk_space", True, "good", {"free_mb": 9_000})
    shop.site.examine = lambda known: [disk, known.get("camera", missing)]
    opened: list[str] = []
    page = shop.page()
    told = page.post("/desk/self-test").document["checks"]
    assert [(one["name"], one["ok"]) for one in told] == [("disk_space", True), ("camera", None)]
    assert "camera" in told[1]["cure"].lower()
    assert page.get("/desk/status").document["self_test"]["ok"] is True
    shop.site.camera = CounterCamera("0", lambda: Live("0", lambda: Phone(opened)))
    shop.site.camera.on()
    assert page.post("/desk/self-test").document["checks"][1]["ok"] is True
    shop.site.camera.off()


def test_the_camera_is_switched_seen_and_heard(shop: Served) -> None:
    """A code in view becomes an event with a handle and a mask; the preview flows; off frees the device."""
    opened: list[str] = []
    shop.site.camera = CounterCamera("0", lambda: Live("0", lambda: Phone(opened)))
    page = shop.page()
    with running(shop.site):
        page.post("/desk/camera", {"do": "off"})
        with page.hear() as stream:
            heard(stream, "camera")
            assert page.post("/desk/camera", {"do": "on"}).document["on"] is True
            told = heard(stream, "shown")
            assert (told["reading"]["kind"], told["reading"]["source"]) == ("payment_code", "camera")
            assert Phone.DIGITS not in str(told)
        with page.hear("/desk/camera.mjpg") as preview:
            assert preview.headers["Content-Type"].startswith("multipart/x-mixed-replace")
            assert b"\xff\xd8\xff" in preview.read(600)
        assert page.post("/desk/camera", {"do": "off"}).document["on"] is False
        assert page.get("/desk/camera.mjpg").fault == "camera_is_off"
        assert opened[-1] == "closed"
        assert page.post("/desk/camera", {"do": "restart"}).document["on"] is True
        assert page.post("/desk/camera", {"do": "explode"}).fault == "field_wrong"
    assert opened.count("opened") == opened.count("closed") == 3


def test_a_camera_that_is_missing_says_how_to_cure_it(shop: Served) -> None:
    page = shop.page()
    with running(shop.site), page.hear() as stream:
        told = heard(stream, "camera")
        while told["ok"] is not False or "no-such-video" not in told["say"]:
            told = heard(stream, "camera")


def test_what_another_process_does_to_a_refund_is_heard_on_the_page(shop: Served) -> None:
    shop.sell("S2", fault="processing")
    page = shop.page()
    made = page.post("/desk/refund", shop.wish(page, "S2")).document
    watch = Watch(shop.site)
    with page.hear() as stream:
        heard(stream, "status")
        watch.look()
        assert heard(stream, "refund")["state"] == "PROCESSING"
        shop.wallets.call("/sandbox/settle", {})
        shop.time.forward(60)
        shop.house.worker.run_once()
        watch.look()
        ended = heard(stream, "refund")
        # The page's own call may tell of its refund a moment after its answer: the same state once more.
        while ended["state"] == "PROCESSING":
            ended = heard(stream, "refund")
    assert (ended["refund_id"], ended["state"], ended["tone"]) == (made["refund_id"], "SUCCEEDED", "good")


def test_who_tells_late_tells_how_it_stands_now(shop: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """An errand that ended before the worker's trip may be heard after it: the page must not go back."""
    shop.sell("S3", fault="processing")
    page = shop.page()
    made = page.post("/desk/refund", shop.wish(page, "S3")).document
    late: list[Callable[[str], Any]] = []
    monkeypatch.setattr(shop.site.events, "publish", lambda _kind, tell: late.append(tell))
    tell_pages(shop.site, made["refund_id"])
    shop.wallets.call("/sandbox/settle", {})
    shop.time.forward(60)
    shop.house.worker.run_once()
    assert {tell("en")["state"] for tell in late} == {"SUCCEEDED"}


def test_an_event_is_told_in_each_pages_own_language(shop: Served) -> None:
    english, chinese = shop.page(), shop.page()
    chinese.post("/desk/language", {"language": "zh-Hans"})
    with english.hear() as one, chinese.hear() as other:
        assert "camera is off" in heard(one, "camera")["say"]
        assert "摄像头" in heard(other, "camera")["say"]


def test_streams_are_bounded_and_end_when_the_program_stops(shop: Served) -> None:
    page = shop.page()
    with page.hear() as stream:
        heard(stream, "status")
        for _ in range(EARS_MAX - 1):
            shop.site.events._ears.append(shop.site.events._ears[0])
        refused = page.get("/desk/events")
        assert (refused.status, refused.fault) == (429, "too_many_pages")
        del shop.site.events._ears[1:]
        shop.site.closing.set()
        stream.read()


def telling(number: int) -> Callable[[str], int]:
    return lambda _language: number


def test_events_are_heard_in_their_order(shop: Served) -> None:
    page = shop.page()
    with page.hear() as stream:
        heard(stream, "camera")
        for number in range(5):
            shop.site.events.publish("shown", telling(number))
        assert [heard(stream, "shown") for _ in range(5)] == list(range(5))


def test_what_nobody_fetches_is_dropped_the_oldest_first() -> None:
    async def listens() -> list[int]:
        ear = Ear()
        for number in range(WAITING_MAX + 5):
            ear.hear(Event("shown", telling(number)))
        await asyncio.sleep(0)
        waiting = [await ear.next(1) for _ in range(WAITING_MAX)]
        assert await ear.next(0.01) is None
        return [event.tell("en") for event in waiting if event]

    # In a thread: where a browser was driven before, this one has a loop already.
    with ThreadPoolExecutor() as pool:
        kept = pool.submit(lambda: asyncio.run(listens())).result()
    assert kept == list(range(5, WAITING_MAX + 5))


def test_a_monitor_gets_figures_and_nobody_else_does(shop: Served) -> None:
    shop.sell("MON1")
    page = shop.page()
    page.post("/desk/refund", shop.wish(page, "MON1"))
    shop.site.examine = lambda _known: [Finding("disk_space", True, "good", {"free_mb": 9_000})]
    page.post("/desk/self-test")
    answered = shop.stranger().get("/metrics")
    told = answered.body.decode()
    assert answered.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert 'scanrefund_refunds{wallet="alipay",state="SUCCEEDED"} 1\n' in told
    assert 'scanrefund_trips_total{wallet="alipay",command="SEND",outcome="SUCCEEDED"} 1\n' in told
    assert "scanrefund_self_test_ready 1\n" in told
    assert "MON1" not in told
    assert shop.stranger().get("/metrics", Host="evil.example").status == 403
    [kept] = SelfTests(shop.site.house.ledger).listed(10)
    assert kept.findings == (("disk_space", True, "good"),)
