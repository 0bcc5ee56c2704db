"""The notices' addresses, served on loopback: what each wallet is answered, and what is left behind."""

from __future__ import annotations

import socket
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from scanrefund.http import Http, HttpLimits, HttpReply
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.notices import Notices
from scanrefund.model.wallet import Wallet
from scanrefund.notice_desk import NoticeDesk
from scanrefund.wallets.alipay import AlipayGateway
from scanrefund.wallets.gateway import WalletGateway
from scanrefund.wallets.wechat import WechatGateway
from scanrefund.web.notices import BODY_BYTES_MAX, application
from scanrefund.web.serving import served
from tests.unit.wallets.pens import AlipayPen, ScriptedHttp, WechatPen
from tests.unit.wallets.refunds import NOW

TOLD = {"mchid": "m1", "out_trade_no": "A1", "out_refund_no": "SR_1", "refund_status": "SUCCESS"}


@pytest.fixture(scope="module")
def pens(tmp_path_factory: pytest.TempPathFactory) -> tuple[WechatPen, AlipayPen]:
    return WechatPen(tmp_path_factory.mktemp("wechat")), AlipayPen(tmp_path_factory.mktemp("alipay"))


@contextmanager
def serving(desk: NoticeDesk, body_s_max: float = 4.0) -> Iterator[str]:
    with served(application(desk, body_s_max), 0) as port:
        yield f"http://127.0.0.1:{port}/notices"


class Door:
    """A served desk with both wallets, and its ledger."""

    def __init__(self, ledger: Ledger, address: str) -> None:
        self.notices, self.address = Notices(ledger), address

    def post(self, wallet: str, body: bytes, headers: Mapping[str, str] | None = None) -> HttpReply:
        http = Http(HttpLimits(deadline_s=60))
        return http.exchange("POST", f"{self.address}/{wallet}", headers=headers or {}, body=body)

    def kept(self) -> int:
        return len(self.notices.waiting(10))


@pytest.fixture
def door(ledger: Ledger, pens: tuple[WechatPen, AlipayPen]) -> Iterator[Door]:
    wechat, alipay = pens
    gateways: dict[Wallet, WalletGateway] = {
        Wallet.WECHAT: WechatGateway(wechat.settings(), ScriptedHttp(), lambda: NOW),
        Wallet.ALIPAY: AlipayGateway(alipay.settings(), ScriptedHttp(), lambda: NOW),
    }
    with serving(NoticeDesk(gateways, Notices(ledger), lambda: NOW)) as address:
        yield Door(ledger, address)


def test_wechat_is_answered_204_each_time_and_the_notice_kept_once(
    door: Door, pens: tuple[WechatPen, AlipayPen]
) -> None:
    body = pens[0].notice(TOLD)
    for _ in range(2):
        reply = door.post("wechat", body, pens[0].headers(body))
        assert (reply.status, reply.body) == (204, b"")
        assert door.kept() == 1


def test_alipay_is_answered_success_each_time_and_the_notice_kept_once(
    door: Door, pens: tuple[WechatPen, AlipayPen]
) -> None:
    for _ in range(2):
        reply = door.post("alipay", pens[1].notice())
        assert (reply.status, reply.body) == (200, b"success")
        assert door.kept() == 1


def test_a_forged_notice_is_refused_and_leaves_nothing(door: Door, pens: tuple[WechatPen, AlipayPen]) -> None:
    body = pens[0].notice(TOLD)
    refused = door.post("wechat", body + b" ", pens[0].headers(body))
    assert (refused.status, refused.body) == (400, b'{"code":"FAIL","message":"notice_forged"}')
    refused = door.post("alipay", pens[1].notice(sign="AAAA"))
    assert (refused.status, refused.body) == (400, b"fail: notice_forged")
    assert door.kept() == 0


def test_a_body_that_is_far_too_large_is_not_read(door: Door) -> None:
    reply = door.post("wechat", b"x" * (BODY_BYTES_MAX + 1))
    assert (reply.status, reply.body) == (400, b'{"code":"FAIL","message":"notice_too_large"}')


def test_no_other_address_answers(door: Door) -> None:
    assert door.post("cash", b"").status in {404, 422}
    assert Http().exchange("GET", f"{door.address}/wechat", headers={}).status == 405


def test_a_wallet_that_is_not_set_up_is_refused(ledger: Ledger) -> None:
    with serving(NoticeDesk({}, Notices(ledger), lambda: NOW)) as address:
        assert Door(ledger, address).post("alipay", b"").body == b"fail: notice_wallet_not_set_up"


def test_a_notice_that_cannot_be_kept_is_refused_so_that_it_comes_again(
    ledger_path: Path, ledger: Ledger, pens: tuple[WechatPen, AlipayPen], door: Door
) -> None:
    broken = sqlite3.connect(ledger_path)
    broken.execute("ALTER TABLE notices RENAME TO gone")
    broken.commit()
    broken.close()
    assert door.post("alipay", pens[1].notice()).status == 503


def test_a_body_that_does_not_come_is_not_waited_for(ledger: Ledger) -> None:
    with serving(NoticeDesk({}, Notices(ledger), lambda: NOW), body_s_max=0.05) as address:
        port = int(address.split(":")[2].partition("/")[0])
        with socket.create_connection(("127.0.0.1", port), timeout=60) as slow:
            slow.sendall(b"POST /notices/wechat HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf")
            assert b" 408 " in slow.recv(4096).split(b"\r\n")[0]
