"""Signatures known beforehand.

The key was made for these tests and is labelled so that nobody takes it for a live one. The three
signatures were made by the openssl command line (`openssl dgst -sha256 -sign`), not by our code, and are
proved a second time here with nothing but integers, after RFC 8017 (RSASSA-PKCS1-v1_5). The strings to
sign are spelled out in the wallets' documented form; the first is the example of WeChat Pay's own page.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from scanrefund.wallets import alipay_wire, wechat_wire
from scanrefund.wallets.signing import SigningKey, VerifyingKey

TESTING_KEY = """\
-----BEGIN TESTING KEY-----
MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQCySylRnWXNsbic
o0NcID35M/T9SoU1+hs4SP7l9LMCYyWVPVWNqCz5VUp2W6oqs6yuknnATNCVBerY
xcJUABxeN6uorS9jr3K3PWfpB0BIs7X9MZsssdTtipr4y8bBaGROZuSbD51V+fpj
/WLYdaBKzTriNxw/0eyTN8KnrYGFjJ5au0P3ZsOvrGmU8Q+0vorYTLf+fWLkcj6m
tXmdCk2j169KxZKKgoNCYjxeW9MTOhNYon2/mHsmldNuE72cUS7qY7Sd/euw4D+e
cYBIhjInxkTd/GFvyzqRsQ5OaRJvqaw4RK3AHVBi5pNHf7OrdKb1FK/asvR1UVGW
tGBSnrOrAgMBAAECggEAB9hTdsTfNYrMCGW3/AtrJAD2Qa2QE6JFT60JPOMPJrFo
IPCe8r8N+OFDh9ZcCXRNyoH6xiGwd9jXzuFSE1Ih7WoJApYEOiBT2DOP0+q+wwmC
niPFo9TQqAHA9JDlgPManscw6JBqUt3PTQEEOBQM5ohbPphAL6AJXHzynWApYnqM
+r6QpxugCWOE20Psg4VbOStfCANPnLwPBqZwrM2evLvkrpB7uj8pQVbehbFDzaR/
LvzVREFUyQMWNkiswUUg8H4rvnGWVl0+dgNHoglM1sgoHlIP4HTym2QPvFZfRlZh
H6XwF/nPduq1DY6b6fIeMo7sZe7ukyqphdv9F672QQKBgQDlTbMnEmOpbCamaPmo
Lp+SIFgcPmoeD8dH5ITl+LRmCBp2ircYn0CfnRkejZtS1fqKWeVknYVR9voMBfLJ
O6w8/VfehKbWSVMEUvoh8sym2IiRVxPl5XyBLOJDAc4J+nRuD/EVo+zCsK4PP5Qn
YAsr94sMNtg6cMbmVCkj/vLloQKBgQDHDSGdj1GY4vG4vrPsvKulExrpg3DIezYC
Fqm6FwH+Po6qjMJPa1dbp+Dve9eJ5Pp0D2W/72PTMNzcgKQSttOQN6NEVWl6ynSg
atPBpaEGBSSlT2Cq5ogY6oie0RRGr5gRj1w6dZDdpfRWrC96m8fs2//NwxqSD1Ia
fJ34vQN9ywKBgQDKjSc61Vip2PoPN12JPZ4BM4cBc/TDF0b+b5Mhnd6k3nWZzxDL
tCkelWQSBB53PsMwoRYsGaUh8RuRsVN0hLyxp0yOJ/lEAsNNZ4rCoDo9C7sfP585
Dc08QgygCiEZ2V4ttvFMH2BN3kny+EODwKg9r03pfSzl+qcH4MHypQuk4QKBgH9m
Xi+UPWuXRZMzK8HH+CxNkBoJcLRAeA7aJoPemf36WCG8udlPILifOI7POuMdVVfX
Sw6Pz9qqGZJgG6OGtN5HXg4shLh8wCy0cxgsRGWwAQZ1Sa/YoR8hbZQIyet8E96Z
XTRlbvUOdNbMmg7lig6FuLIfv+/gMnKVdB5yC7wFAoGBAONORx2Dn/AckcepTLQ8
s+GwL5T+KZpEJTkxJy/dcckhVkIhV9MJig+nv1L6dsGtTPhPpNU/IDYuvPlv/jJy
rdYB93MB418sdTtT1XlidbTX5xXM5vhIHMLxBn6cTYAGmzC2yuO8KxgStRdNXsQY
uJM8GsofILWM8IJWTZ1J0cn6
-----END TESTING KEY-----
"""
PUBLIC_KEY = """\
-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAskspUZ1lzbG4nKNDXCA9
+TP0/UqFNfobOEj+5fSzAmMllT1Vjags+VVKdluqKrOsrpJ5wEzQlQXq2MXCVAAc
XjerqK0vY69ytz1n6QdASLO1/TGbLLHU7Yqa+MvGwWhkTmbkmw+dVfn6Y/1i2HWg
Ss064jccP9HskzfCp62BhYyeWrtD92bDr6xplPEPtL6K2Ey3/n1i5HI+prV5nQpN
o9evSsWSioKDQmI8XlvTEzoTWKJ9v5h7JpXTbhO9nFEu6mO0nf3rsOA/nnGASIYy
J8ZE3fxhb8s6kbEOTmkSb6msOEStwB1QYuaTR3+zq3Sm9RSv2rL0dVFRlrRgUp6z
qwIDAQAB
-----END PUBLIC KEY-----
"""

NONCE, STAMP = "593BEC0C930BF1AFEB40B4A08C8FB242", 1554208460
WECHAT_BODY = '{"out_refund_no":"SR_1","reason":"尺码不合"}'.encode()
BIZ_CONTENT = '{"out_request_no":"SR_1","refund_amount":"3.00","trade_no":"2026112322001"}'

WECHAT_GET = (
    b"GET\n/v3/certificates\n1554208460\n593BEC0C930BF1AFEB40B4A08C8FB242\n\n",
    (
        "ipw8QU9Xo39FZl48TUpsVVraEEf1i0/zhyLqEZQECOMTMjqdJKnT3idsf9LQmw2Smf+ycWsMYZmrEJjZ/pc1xpd2"
        "PQEotMEnjpXzALi86wsUCvNET5jPEco0O6XKnvspoewdftTaEeiyLyzcYJq2w9PRO4DGFNgdo5Ci08i1GQb5Zx/7"
        "SswXEj/53qpFxPIwrYDt8slNd7IMEpg/QBsbC6uVHrNzsHMtyd44LKt7MI+l5r7yBymiLKn97HmvQtqUwze87rBO"
        "1kjDIIHf0ScoNreIrAYfTIYL/KOctv7sLqmqnjLosezK6nSaaWsjuN10WkvH5kHqCXs+EVZMVggqxQ=="
    ),
)
WECHAT_POST = (
    b"POST\n/v3/refund/domestic/refunds\n1554208460\n593BEC0C930BF1AFEB40B4A08C8FB242\n"
    + WECHAT_BODY
    + b"\n",
    (
        "FGRA2b6Cgf8sF6WLHp8fCKV4BrGbEGounuCT+RgTgF2NrAysfxBArCfzYm1jAWBCyW2ODeBKy6x6gnq+UZBhjbfm"
        "yPcXIvrB/kehlD84CeFMvIvKtauhJ+yPKrRap72FrmaMbG2oJCcvXyOX7znN++Uuxz9U91YN+D/exsucvB+zveB1"
        "oBLC9dYDWw4Ow9LVwnutUvToLVzLS0Nuoo6l75AYtxavbXVsjfzan2ogJ5mzyOfvbAm4mjmtHULbRWLgp2Ewzmh1"
        "F8mAm9v1+mqoIzzfUAgkxG2/BjRmDWZmGb3ziUF4SjsKiM8O+AEYCq4iEN1EJJUQ/raxQCzEYBZbZA=="
    ),
)
ALIPAY = (
    b"app_id=2026000000000001&biz_content="
    + BIZ_CONTENT.encode()
    + b"&charset=utf-8&format=JSON&method=alipay.trade.refund&sign_type=RSA2"
    b"&timestamp=2026-11-23 10:00:00&version=1.0",
    (
        "NBf9tVrvv9sW88/Mf2B4OFnzt1EwPko3cLVAl1iM2+J74rQdkiFZOekzpu1xADutJG3uKI/KutNZpK/NGwSKQ4+z"
        "xLYKIFHyFA7kPZtM6Pu58rNapRYjGDUdgitsoCUUfnziX4C460SGkSg1JFGzE+Hw2tPfatG+K5wMpoAY/kijn9kq"
        "9gILcikpKsDvklpd6PaNFMjNTPdcaQl2/lZGUf+BYi1T2bfAacHHvLPo2xYWGi8JrFoUn2EzdtHXqxqcmHBxGS49"
        "4YmRsKWgsDmesHMAXB5tBQBNHB3wCchnDIEmORkmJk9qEnALHm2rFdcInuRQmme7jtJ5nL6hQOLThw=="
    ),
)
VECTORS = {"WeChat Pay GET": WECHAT_GET, "WeChat Pay POST": WECHAT_POST, "Alipay": ALIPAY}


@pytest.fixture
def private(tmp_path: Path) -> Path:
    path = tmp_path / "private.pem"
    path.write_text(TESTING_KEY.replace("TESTING", "PRIVATE"))
    return path


@pytest.fixture
def public(tmp_path: Path) -> Path:
    path = tmp_path / "public.pem"
    path.write_text(PUBLIC_KEY)
    return path


def holds_by_arithmetic(message: bytes, signature: str) -> bool:
    """RFC 8017, 8.2.2: 00 01 FF… 00, then the DER of SHA-256 and the digest."""
    key = load_pem_public_key(PUBLIC_KEY.encode())
    assert isinstance(key, rsa.RSAPublicKey)
    numbers = key.public_numbers()
    raw = int.from_bytes(base64.b64decode(signature), "big")
    opened = pow(raw, numbers.e, numbers.n).to_bytes(256, "big")
    info = bytes.fromhex("3031300d060960864801650304020105000420") + hashlib.sha256(message).digest()
    return opened == b"\x00\x01" + b"\xff" * (253 - len(info)) + b"\x00" + info


@pytest.mark.parametrize("name", VECTORS)
def test_a_known_message_gets_its_known_signature(name: str, private: Path) -> None:
    message, signature = VECTORS[name]
    assert SigningKey(private).sign(message) == signature
    assert holds_by_arithmetic(message, signature)


@pytest.mark.parametrize("name", VECTORS)
def test_a_known_signature_holds_and_one_changed_byte_breaks_it(name: str, public: Path) -> None:
    message, signature = VECTORS[name]
    key = VerifyingKey(public)
    assert key.verifies(message, signature)
    assert not key.verifies(message + b" ", signature)
    assert not key.verifies(message, ("A" if signature[0] != "A" else "B") + signature[1:])


@pytest.mark.parametrize("wrong", ["", "====", "not base64!", "WECHATPAY/SIGNTEST/AAAA", "é", "AAAA"])
def test_what_is_no_signature_fails_quietly(wrong: str, public: Path) -> None:
    assert not VerifyingKey(public).verifies(b"x", wrong)


def test_a_signature_over_sha1_fails(public: Path) -> None:
    key = load_pem_private_key(TESTING_KEY.replace("TESTING", "PRIVATE").encode(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    old = base64.b64encode(key.sign(b"x", padding.PKCS1v15(), hashes.SHA1())).decode()
    assert not VerifyingKey(public).verifies(b"x", old)


def test_the_strings_to_sign_have_the_documented_form() -> None:
    assert wechat_wire.string_to_sign("GET", "/v3/certificates", STAMP, NONCE, b"") == WECHAT_GET[0]
    target = "/v3/refund/domestic/refunds"
    assert wechat_wire.string_to_sign("POST", target, STAMP, NONCE, WECHAT_BODY) == WECHAT_POST[0]
    params = {
        "version": "1.0",
        "timestamp": "2026-11-23 10:00:00",
        "sign": "never signed",
        "sign_type": "RSA2",
        "notify_url": "",
        "method": "alipay.trade.refund",
        "format": "JSON",
        "charset": "utf-8",
        "biz_content": BIZ_CONTENT,
        "app_id": "2026000000000001",
    }
    assert alipay_wire.string_to_sign(params) == ALIPAY[0]


def test_the_authorization_header_has_the_documented_form() -> None:
    assert wechat_wire.authorization("1900009191", "1DDE55AD98ED", STAMP, NONCE, "c2ln") == (
        'WECHATPAY2-SHA256-RSA2048 mchid="1900009191",nonce_str="593BEC0C930BF1AFEB40B4A08C8FB242",'
        'signature="c2ln",timestamp="1554208460",serial_no="1DDE55AD98ED"'
    )
