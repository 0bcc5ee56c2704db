"""Alipay's certificate mode, and what a certificate file may hold."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from scanrefund.errors import KeyFault
from scanrefund.model.outcome import OrderLook
from scanrefund.model.wallet import Wallet
from scanrefund.wallets.alipay import TRADE_QUERY, AlipayGateway
from scanrefund.wallets.certificates import read_certificate, root_sn
from tests.unit.wallets.pens import PEM, AlipayPen, ScriptedHttp, certificate, file, new_key
from tests.unit.wallets.refunds import NOW, WALLET_ORDER_ID, order_at

TRADE = {
    "code": "10000",
    "out_trade_no": "A1",
    "trade_no": WALLET_ORDER_ID,
    "trade_status": "TRADE_SUCCESS",
    "total_amount": "10.00",
}


def sn(serial: int, issuer: str = "CA") -> str:
    """By the published rule, not by ours: the issuer backwards, then the decimal serial number."""
    return hashlib.md5(f"CN={issuer},C=CN{serial}".encode()).hexdigest()


@pytest.fixture
def pen(tmp_path: Path) -> AlipayPen:
    return AlipayPen(tmp_path)


def by_certificate(pen: AlipayPen, **changes: Any) -> dict[str, Any]:
    root = new_key()
    chain = certificate(root, 1).public_bytes(PEM) + certificate(root, 2, issuer="Old").public_bytes(PEM)
    return {
        "alipay_public_key": None,
        "app_cert": file(pen.folder, "app.crt", certificate(new_key(), 7).public_bytes(PEM)),
        "alipay_root_cert": file(pen.folder, "root.crt", chain),
        "alipay_cert": file(pen.folder, "alipay.crt", certificate(pen.key, 9).public_bytes(PEM)),
        **changes,
    }


def test_a_call_names_our_certificates_and_signs_their_numbers(pen: AlipayPen) -> None:
    http = ScriptedHttp(pen.reply(TRADE_QUERY, TRADE, sn(9)))
    answer = AlipayGateway(pen.settings(**by_certificate(pen)), http, lambda: NOW).order(
        order_at(Wallet.ALIPAY)
    )
    assert answer.look is OrderLook.FOUND
    params = dict(parse_qsl(urlsplit(http.calls[0][1]).query))
    assert params["app_cert_sn"] == sn(7)
    assert params["alipay_root_cert_sn"] == f"{sn(1)}_{sn(2, 'Old')}"


def test_an_answer_under_another_certificate_is_not_believed_until_it_is_added(pen: AlipayPen) -> None:
    usual = by_certificate(pen)
    other = file(pen.folder, "next.crt", certificate(pen.key, 10).public_bytes(PEM))
    for more, look in (((), OrderLook.NOT_ASKED), ((other,), OrderLook.FOUND)):
        http = ScriptedHttp(pen.reply(TRADE_QUERY, TRADE, sn(10)))
        settings = pen.settings(**usual, more_alipay_certs=more)
        answer = AlipayGateway(settings, http, lambda: NOW).order(order_at(Wallet.ALIPAY))
        assert answer.look is look
        assert more or answer.code == "unknown_key"


def test_in_certificate_mode_an_answer_must_name_its_certificate(pen: AlipayPen) -> None:
    http = ScriptedHttp(pen.reply(TRADE_QUERY, TRADE))
    gateway = AlipayGateway(pen.settings(**by_certificate(pen)), http, lambda: NOW)
    assert gateway.order(order_at(Wallet.ALIPAY)).code == "unknown_key"


def test_in_key_mode_no_certificate_is_named(pen: AlipayPen) -> None:
    http = ScriptedHttp(pen.reply(TRADE_QUERY, TRADE))
    assert (
        AlipayGateway(pen.settings(), http, lambda: NOW).order(order_at(Wallet.ALIPAY)).look
        is OrderLook.FOUND
    )
    assert "cert_sn" not in http.calls[0][1]


def test_an_app_without_any_key_of_alipay_is_refused(pen: AlipayPen) -> None:
    with pytest.raises(KeyFault, match="wallet_key_missing"):
        AlipayGateway(pen.settings(alipay_public_key=None), ScriptedHttp())


def test_a_file_without_a_usable_certificate_is_refused(tmp_path: Path) -> None:
    for data in (b"", b"hello"):
        for read in (read_certificate, root_sn):
            with pytest.raises(KeyFault, match="wallet_certificate_wrong"):
                read(file(tmp_path, "c.crt", data))
