"""Every number the wallets issue, derived from seed and counter: one seed and one script give one answer."""

from __future__ import annotations

import hashlib
from typing import Final

from scanrefund.sandbox.business import day

# The weights and check characters of Chinese ID-card numbers (GB 11643).
_ID_WEIGHTS: Final = tuple(pow(2, 17 - place, 11) for place in range(17))
_ID_CHECKS: Final = "10X98765432"
CODE_LIFE_S: Final = 60


def digits(seed: int, what: str, key: object, length: int) -> str:
    """`length` decimal digits that depend on nothing but seed, purpose and key."""
    digest = hashlib.sha256(f"{seed}:{what}:{key}".encode()).digest()
    return str(int.from_bytes(digest)).zfill(78)[-length:]


def wechat_order_number(seed: int, counter: int, at: float) -> str:
    """28 digits: 4200, six digits, the day of payment, ten digits."""
    return (
        "4200" + digits(seed, "wechat-head", "order", 6) + day(at) + digits(seed, "wechat-order", counter, 10)
    )


def wechat_refund_number(seed: int, counter: int, at: float) -> str:
    """29 digits: 5030, six digits, the day of the refund, eleven digits."""
    return (
        "5030"
        + digits(seed, "wechat-head", "refund", 6)
        + day(at)
        + digits(seed, "wechat-refund", counter, 11)
    )


def alipay_order_number(seed: int, counter: int, at: float) -> str:
    """28 digits: the day of payment, 22001, fifteen digits."""
    return day(at) + "22001" + digits(seed, "alipay-order", counter, 15)


def payer_id(seed: int, wallet: str, name: str) -> str:
    """The same name is the same person: an openid (28 characters) or a user id (16 digits)."""
    if wallet == "alipay":
        return "2088" + digits(seed, "alipay-payer", name, 12)
    return "oSandbox" + hashlib.sha256(f"{seed}:wechat-payer:{name}".encode()).hexdigest()[:20]


def payment_code(seed: int, wallet: str, minute: int) -> str:
    """The 18 digits on the customer's phone in one minute of business time. Never an ID-card number."""
    body = digits(seed, f"code-{wallet}", minute, 17)
    prefix = "28" if wallet == "alipay" else str(10 + int(body[0]) % 6)
    code = prefix + body[1:]
    if looks_like_id_card(code):
        return code[:-1] + str((int(code[-1]) + 1) % 10)
    return code


def looks_like_id_card(code: str) -> bool:
    """Whether 18 digits carry the check digit of a Chinese ID-card number (GB 11643)."""
    total = sum(weight * int(digit) for weight, digit in zip(_ID_WEIGHTS, code, strict=False))
    return code[-1] == _ID_CHECKS[total % 11]
