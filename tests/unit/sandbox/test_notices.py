"""The messenger: each notice until it is heard, by the schedule, whatever goes wrong on the way."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest

from scanrefund.sandbox.notice_box import Notice
from scanrefund.sandbox.notices import Letter, Messenger, post
from scanrefund.sandbox.state import Store
from scanrefund.sandbox.wechat_keys import WechatKeys
from scanrefund.sandbox.wechat_notices import WechatHerald
from tests.unit.sandbox.conftest import Wallets
from tests.unit.sandbox.shop import Shop, listening_shop

LETTER = Letter((("content-type", "application/json"),), b'{"a": "0123456789"}')


@pytest.fixture
def shop() -> Iterator[Shop]:
    with listening_shop() as open_shop:
        yield open_shop


@pytest.fixture
def messenger(wallets: Wallets) -> Messenger:
    """Carries what a test lets it carry: its thread is not started."""
    return Messenger(wallets.store, (WechatHerald(wallets.wechat_side, wallets.keys),))


def refunded(wallets: Wallets, shop: Shop, number: str = "R1") -> dict[str, Any]:
    """A refund that has ended; its order."""
    order = wallets.add("wechat")
    wallets.told(wallets.wechat.refund(order, number, 300, notify_url=shop.url))
    wallets.advance(3)
    return order


def notices(wallets: Wallets) -> list[Notice]:
    with wallets.store.turn() as turn:
        return turn.notices.all()


def carry_all(messenger: Messenger) -> None:
    for _ in range(100):
        if messenger.deliver_one() > 0:
            return
    raise AssertionError("there is always one more")


def test_a_refund_that_ends_is_told_once(wallets: Wallets, shop: Shop, messenger: Messenger) -> None:
    refunded(wallets, shop)
    carry_all(messenger)
    wallets.advance(86_400 * 2)
    carry_all(messenger)
    assert [heard.path for heard in shop.heard] == ["/notice"]
    assert [(notice.tries, notice.answer, notice.due_at) for notice in notices(wallets)] == [(1, 200, None)]


def test_nothing_is_told_before_the_end_nor_without_an_address(
    wallets: Wallets, shop: Shop, messenger: Messenger
) -> None:
    wallets.told(wallets.wechat.refund(wallets.add("wechat"), "R0", 1))
    wallets.told(wallets.wechat.refund(wallets.add("wechat"), "R1", 1, notify_url=shop.url))
    carry_all(messenger)
    assert notices(wallets) == []
    wallets.advance(3)
    carry_all(messenger)
    assert [notice.refund_id for notice in notices(wallets)] == ["R1"]


def test_the_messenger_sleeps_until_the_next_end_that_is_to_be_told(
    wallets: Wallets, shop: Shop, messenger: Messenger
) -> None:
    assert messenger.deliver_one() == 60
    wallets.told(wallets.wechat.refund(wallets.add("wechat"), "R1", 1, notify_url=shop.url))
    assert messenger.deliver_one() == pytest.approx(2, abs=0.01)


@pytest.mark.parametrize("answer", [(500, b""), (404, b""), (302, b""), (201, b""), (400, b"SUCCESS")])
def test_what_was_not_taken_comes_again_by_the_schedule(
    wallets: Wallets, shop: Shop, messenger: Messenger, answer: tuple[int, bytes]
) -> None:
    shop.answers = [answer, answer, (204, b"")]
    refunded(wallets, shop)
    carry_all(messenger)
    assert len(shop.heard) == 1
    wallets.advance(12)
    carry_all(messenger)
    assert len(shop.heard) == 1
    wallets.advance(3)
    carry_all(messenger)
    assert len(shop.heard) == 2
    wallets.advance(15)
    carry_all(messenger)
    assert [(notice.tries, notice.answer, notice.due_at) for notice in notices(wallets)] == [(3, 204, None)]
    assert len({heard.body[:60] for heard in shop.heard}) == 1, "the same id each time"


def test_fifteen_further_tries_over_24_hours_and_four_minutes_are_all(
    wallets: Wallets, shop: Shop, messenger: Messenger
) -> None:
    shop.answers = [(500, b"")]
    refunded(wallets, shop)
    carry_all(messenger)
    began = notices(wallets)[0].happened_at
    expected = list(accumulate(WechatHerald.pauses_s))
    assert expected[-1] == 24 * 3600 + 4 * 60
    due = []
    while (due_at := notices(wallets)[0].due_at) is not None:
        due.append(round(due_at - began, 3))
        with wallets.store.turn() as turn:
            turn.advance(max(0.0, due_at - turn.now) + 0.001)
        carry_all(messenger)
    assert due == expected
    assert len(shop.heard) == 16


def test_a_try_is_on_disk_before_a_byte_leaves(wallets: Wallets, shop: Shop, messenger: Messenger) -> None:
    refunded(wallets, shop)
    seen: list[tuple[int, float | None]] = []

    def look() -> None:
        seen.extend((notice.tries, notice.due_at) for notice in notices(wallets))

    shop.before_answering = look
    carry_all(messenger)
    assert seen[0][0] == 1
    assert seen[0][1] is not None


def test_a_notice_outlives_its_messenger(
    folder: Path, wallets: Wallets, shop: Shop, messenger: Messenger
) -> None:
    shop.answers = [(500, b""), (200, b"")]
    refunded(wallets, shop)
    carry_all(messenger)
    file = folder / "server" / "state.sqlite"
    wallets.store.close()
    with_more_time = Store(file, seed=1, real_now=lambda: time.time() + 60)
    keys = WechatKeys(wallets.wechat_side, with_more_time)
    carry_all(Messenger(with_more_time, (WechatHerald(wallets.wechat_side, keys),)))
    with_more_time.close()
    assert len(shop.heard) == 2


@pytest.mark.parametrize(
    ("fault", "heard"), [("drop_before", 0), ("drop_after", 1), ("garbage", 1), ("bad_signature", 1)]
)
def test_a_fault_on_a_notice_costs_one_try(
    wallets: Wallets, shop: Shop, messenger: Messenger, fault: str, heard: int
) -> None:
    # A shop that checks refuses what is not signed right.
    shop.answers = [(400, b""), (200, b"")] if fault == "bad_signature" else [(200, b"")]
    refunded(wallets, shop)
    wallets.arm("wechat", "notice", fault)
    carry_all(messenger)
    assert len(shop.heard) == heard
    wallets.advance(15)
    carry_all(messenger)
    assert len(shop.heard) == heard + 1
    assert [(notice.tries, notice.due_at) for notice in notices(wallets)] == [(2, None)]


def test_a_delayed_notice_comes_later_in_business_time(
    wallets: Wallets, shop: Shop, messenger: Messenger
) -> None:
    refunded(wallets, shop)
    wallets.arm("wechat", "notice", "delay")
    carry_all(messenger)
    assert shop.heard == []
    wallets.advance(5)
    carry_all(messenger)
    assert len(shop.heard) == 1


def test_a_truncated_notice_is_half_a_body_under_the_length_of_the_whole() -> None:
    got: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def listen() -> None:
            wire, _ = server.accept()
            with wire:
                got.append(b"".join(iter(lambda: wire.recv(4096), b"")))

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        assert post(url, LETTER, share=0.5).status == 0
        thread.join(5)
    head, _, body = got[0].partition(b"\r\n\r\n")
    assert f"content-length: {len(LETTER.body)}".encode() in head.lower()
    assert body == LETTER.body[: len(LETTER.body) // 2]


def test_a_shop_that_is_not_there_or_speaks_no_http_has_said_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert post(f"http://127.0.0.1:{port}/", LETTER).status == 0


def test_a_redirect_is_not_followed(shop: Shop) -> None:
    shop.answers = [(302, b"")]
    assert post(shop.url, LETTER).status == 302
    assert len(shop.heard) == 1


def test_a_shop_that_drips_is_cut_off_at_the_deadline() -> None:
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            wire, _ = server.accept()
            with wire:
                wire.recv(4096)
                wire.sendall(b"HTTP/1.1 200 OK\r\nx: ")
                for _ in range(2_000):
                    if stop.wait(0.05):
                        return
                    try:
                        wire.sendall(b"y")
                    except OSError:
                        return

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        assert post(f"http://127.0.0.1:{server.getsockname()[1]}/", LETTER, deadline_s=0.3).status == 0
        assert thread.is_alive()
        stop.set()
        thread.join(60)


def test_the_thread_tells_by_itself_what_becomes_due(
    wallets: Wallets, shop: Shop, messenger: Messenger
) -> None:
    with messenger:
        refunded(wallets, shop)
        assert shop.arrived.acquire(timeout=60)
