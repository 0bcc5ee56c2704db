"""The line to WeChat Pay: live keys, fetched certificates, a second host."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from scanrefund.errors import KeyFault, NotSent
from scanrefund.http import HttpReply
from scanrefund.model.outcome import Answer, Signature
from scanrefund.wallets.wechat_line import AVOID_FOR, FETCH_EVERY, Heard, WechatLine
from tests.unit.wallets.pens import (
    APIV3_KEY,
    PEM,
    ScriptedHttp,
    WechatPen,
    certificate,
    file,
    new_key,
    public_pem,
    sealed,
)
from tests.unit.wallets.refunds import NOW

SERIAL = f"{5 << 156:040X}"
EMPTY: dict[str, Any] = {}


@pytest.fixture(scope="module")
def pen(tmp_path_factory: pytest.TempPathFactory) -> WechatPen:
    return WechatPen(tmp_path_factory.mktemp("wechat"))


@pytest.fixture(scope="module")
def platform_key() -> rsa.RSAPrivateKey:
    return new_key()


class Moving:
    """A clock that is moved on."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at


def heard(line: WechatLine) -> Signature:
    answer = line.call("GET", "/v3/x")
    assert isinstance(answer, Heard)
    return answer.signature


def listed(
    pen: WechatPen,
    key: rsa.RSAPrivateKey,
    *,
    serial: str = SERIAL,
    apiv3_key: str = APIV3_KEY,
    days: int = 30,
) -> HttpReply:
    """The answer of /v3/certificates, signed with the certificate it carries."""
    cert = certificate(key, int(serial, 16), days=days).public_bytes(PEM)
    item = {"serial_no": serial, "encrypt_certificate": sealed(cert, "certificate", apiv3_key)}
    return replace(pen, key=key).reply(200, {"data": [item]}, serial)


def test_each_host_gets_a_signature_of_its_own(pen: WechatPen) -> None:
    http = ScriptedHttp(NotSent("no_connection"), pen.reply(200, EMPTY))
    line = WechatLine(pen.settings(), http, lambda: NOW)
    assert heard(line) is Signature.VERIFIED
    (_, one, first, _), (_, two, second, _) = http.calls
    assert (one, two) == ("https://one.example/v3/x", "https://two.example/v3/x")
    assert first["Authorization"] != second["Authorization"]


def hosts_of(http: ScriptedHttp) -> list[str]:
    return [url.partition(".example")[0].removeprefix("https://") for _, url, _, _ in http.calls]


def test_a_host_that_was_not_reached_is_asked_last_for_a_minute(pen: WechatPen) -> None:
    good, clock = pen.reply(200, EMPTY), Moving()
    http = ScriptedHttp(NotSent("connect_timeout"), good, good, good)
    line = WechatLine(pen.settings(), http, clock)
    line.call("GET", "/v3/x")
    clock.at += AVOID_FOR - timedelta(seconds=1)
    line.call("GET", "/v3/x")
    clock.at += timedelta(seconds=1)
    line.call("GET", "/v3/x")
    assert hosts_of(http) == ["one", "two", "two", "one"]


def test_the_other_host_takes_over_again_where_the_second_is_dead_too(pen: WechatPen) -> None:
    good, dead = pen.reply(200, EMPTY), NotSent("no_connection")
    http = ScriptedHttp(dead, good, dead, good, good)
    line = WechatLine(pen.settings(), http, lambda: NOW)
    for _ in range(3):
        line.post_plain("/x", {}, b"")
    assert hosts_of(http) == ["one", "two", "two", "one", "one"]


def test_a_clock_that_was_set_back_avoids_no_host(pen: WechatPen) -> None:
    good, clock = pen.reply(200, EMPTY), Moving()
    http = ScriptedHttp(NotSent("no_connection"), good, good)
    line = WechatLine(pen.settings(), http, clock)
    line.call("GET", "/v3/x")
    clock.at -= timedelta(days=1)
    line.call("GET", "/v3/x")
    assert hosts_of(http) == ["one", "two", "one"]


def test_without_a_second_address_only_the_first_is_asked(pen: WechatPen) -> None:
    http = ScriptedHttp(NotSent("no_connection"))
    answer = WechatLine(pen.settings(backup_url=""), http, lambda: NOW).call("GET", "/v3/x")
    assert isinstance(answer, Answer)
    assert len(http.calls) == 1


def test_every_live_key_is_believed_under_its_own_name_and_no_other(
    pen: WechatPen, platform_key: rsa.RSAPrivateKey, tmp_path: Path
) -> None:
    platform = replace(pen, key=platform_key)
    cert = file(tmp_path, "cert.pem", certificate(platform_key, int(SERIAL, 16)).public_bytes(PEM))
    settings = pen.settings(more_keys={SERIAL: cert}, apiv3_key="")
    replies = (
        pen.reply(200, EMPTY),
        platform.reply(200, EMPTY, SERIAL),
        pen.reply(200, EMPTY, SERIAL),
        pen.reply(200, EMPTY, "PUB_KEY_ID_2"),
    )
    line = WechatLine(settings, ScriptedHttp(*replies), lambda: NOW)
    assert [heard(line) for _ in replies] == [
        Signature.VERIFIED,
        Signature.VERIFIED,
        Signature.WRONG,
        Signature.UNKNOWN_KEY,
    ]


def test_a_certificate_stands_in_for_the_public_key(
    pen: WechatPen, platform_key: rsa.RSAPrivateKey, tmp_path: Path
) -> None:
    cert = file(tmp_path, "cert.pem", certificate(platform_key, int(SERIAL, 16)).public_bytes(PEM))
    settings = pen.settings(public_key_id=SERIAL, public_key=cert)
    http = ScriptedHttp(replace(pen, key=platform_key).reply(200, EMPTY, SERIAL))
    assert heard(WechatLine(settings, http, lambda: NOW)) is Signature.VERIFIED


def test_a_certificate_under_another_serial_number_is_refused(pen: WechatPen, tmp_path: Path) -> None:
    cert = file(tmp_path, "cert.pem", certificate(pen.key, int(SERIAL, 16)).public_bytes(PEM))
    with pytest.raises(KeyFault, match="wallet_certificate_other"):
        WechatLine(pen.settings(more_keys={"5" * 40: cert}), ScriptedHttp(), lambda: NOW)


def test_a_damaged_certificate_is_refused(pen: WechatPen, tmp_path: Path) -> None:
    broken = file(tmp_path, "cert.pem", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----")
    with pytest.raises(KeyFault, match="wallet_certificate_wrong"):
        WechatLine(pen.settings(more_keys={SERIAL: broken}), ScriptedHttp(), lambda: NOW)


def test_a_new_certificate_is_fetched_once_and_believed_from_then_on(
    pen: WechatPen, platform_key: rsa.RSAPrivateKey
) -> None:
    answer = replace(pen, key=platform_key).reply(200, EMPTY, SERIAL)
    http = ScriptedHttp(answer, listed(pen, platform_key), answer)
    line = WechatLine(pen.settings(), http, lambda: NOW)
    assert [heard(line), heard(line)] == [Signature.VERIFIED, Signature.VERIFIED]
    assert [url.partition(".example")[2] for _, url, _, _ in http.calls] == [
        "/v3/x",
        "/v3/certificates",
        "/v3/x",
    ]


def test_a_foreign_serial_number_makes_us_fetch_no_oftener_than_every_ten_minutes(
    pen: WechatPen, platform_key: rsa.RSAPrivateKey
) -> None:
    strange = pen.reply(200, EMPTY, "7" * 40)
    nothing = pen.reply(404, {"code": "RESOURCE_NOT_EXISTS"})
    clock = Moving()
    http = ScriptedHttp(strange, nothing, strange, strange, nothing)
    line = WechatLine(pen.settings(), http, clock)
    assert [heard(line), heard(line)] == [Signature.UNKNOWN_KEY, Signature.UNKNOWN_KEY]
    assert len(http.calls) == 3
    clock.at += FETCH_EVERY + timedelta(seconds=1)
    line.call("GET", "/v3/x")
    assert len(http.calls) == 5


def test_fetching_takes_no_more_than_five_seconds_of_what_is_left(pen: WechatPen) -> None:
    slow = replace(pen.reply(200, EMPTY, "7" * 40), elapsed_ms=14_000)
    http = ScriptedHttp(slow, pen.reply(404, EMPTY))
    WechatLine(pen.settings(), http, lambda: NOW).call("GET", "/v3/x")
    assert http.deadlines_s[1] <= 1.0


@pytest.mark.parametrize(
    "change",
    [{"apiv3_key": "9" * 32}, {"days": 0}, {"serial": "6" * 40}],
    ids=["closed with another key", "expired", "another serial number"],
)
def test_a_certificate_that_is_not_proved_is_not_believed(
    pen: WechatPen, platform_key: rsa.RSAPrivateKey, change: dict[str, Any]
) -> None:
    answer = replace(pen, key=platform_key).reply(200, EMPTY, SERIAL)
    http = ScriptedHttp(answer, listed(pen, platform_key, **change))
    assert heard(WechatLine(pen.settings(), http, lambda: NOW)) is Signature.UNKNOWN_KEY


def test_a_list_of_certificates_signed_by_somebody_else_is_not_believed(
    pen: WechatPen, platform_key: rsa.RSAPrivateKey
) -> None:
    whole = listed(pen, platform_key)
    forged = HttpReply(200, replace(pen, key=new_key()).headers(whole.body, SERIAL), whole.body, 1)
    http = ScriptedHttp(replace(pen, key=platform_key).reply(200, EMPTY, SERIAL), forged)
    assert heard(WechatLine(pen.settings(), http, lambda: NOW)) is Signature.UNKNOWN_KEY


def test_a_list_that_is_no_list_is_taken_for_nothing(pen: WechatPen) -> None:
    for body in (b"", b"[]", json.dumps({"data": [1]}).encode(), json.dumps({"data": [{}] * 11}).encode()):
        http = ScriptedHttp(pen.reply(200, EMPTY, "7" * 40), pen.reply(200, body))
        assert heard(WechatLine(pen.settings(), http, lambda: NOW)) is Signature.UNKNOWN_KEY


def test_keys_and_secrets_never_print(pen: WechatPen) -> None:
    shown = repr(pen.settings())
    assert APIV3_KEY not in shown
    assert "2" * 32 not in shown
    assert public_pem(pen.key).decode() not in shown
