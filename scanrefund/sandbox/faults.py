"""What is made to go wrong, where it can, and how it is played.

A fault is armed through `POST /sandbox/faults`, fires at the next call it fits, and is used up after `times`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from scanrefund.sandbox.spoken import DROPPED, Reply, Said, Seal, Tongue, Travel

# What a fault may be armed on. `refund` includes a second application for it, `order` the closing of one.
CALLS: Final = frozenset({"refund", "ask", "order", "payer", "bill", "notice"})
# Where bytes of a bill are fetched: what is armed on `bill` and strikes a file strikes there.
BILL_FILE: Final = "bill.file"
_REFUND: Final = frozenset({"refund"})
_ASKED: Final = frozenset({"refund", "ask", "order", "payer"})

# Where each fault can fire. The first twelve change what is heard of the wallet, the others what it does.
PLAYED_ON: Final[dict[str, frozenset[str]]] = {
    "drop_before": _ASKED | {"bill", "notice"},
    "drop_after": _ASKED | {"bill", "notice"},
    "delay": _ASKED | {"bill", "notice"},
    "slow_drip": _ASKED | {BILL_FILE},
    "truncated": _ASKED | {BILL_FILE, "notice"},
    "garbage": _ASKED | {BILL_FILE, "notice"},
    "http_429": _ASKED | {"bill"},
    "http_500_before": _ASKED | {"bill"},
    "http_500_after": _ASKED | {"bill"},
    "http_502": _ASKED | {"bill"},
    "bad_signature": _ASKED | {"bill", "notice"},
    "unsigned": _ASKED | {"bill", "notice"},
    "false_not_found": _ASKED | {"bill"},
    "processing": frozenset({"refund", "ask"}),
    "not_enough": _REFUND,
    "account_abnormal": _REFUND,
    "abnormal": _REFUND,
    "closed": _REFUND,
    "returned_to_merchant": _REFUND,
}


def plays(fault: str, on: str) -> bool:
    """Whether a fault can happen on what it is armed on: a call, or `any`."""
    return on == "any" or on in {call.partition(".")[0] for call in PLAYED_ON[fault]}


# Alipay's answers have no word for money that came back to the merchant.
WECHAT_ONLY: Final = frozenset({"returned_to_merchant"})

TIMES_MAX: Final = 1000
DELAY_S_MAX: Final = 120.0  # longer than any client waits
_DELAY_S: Final = 5.0
_DRIP_S: Final = 1.0  # between two bytes

_PAGE: Final = (
    b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
)
_PAGE_HEADERS: Final = (("content-type", "text/html"), ("server", "nginx"))
_SEALS: Final = {"bad_signature": Seal.WRONG, "unsigned": Seal.NONE}


@dataclass(frozen=True, slots=True)
class Fault:
    """One armed fault, as it meets a call."""

    name: str
    delay_s: float | None = None


def play(fault: Fault | None, act: Callable[[], Said], tongue: Tongue) -> Reply:
    """Do what a call asks, and let happen to the answer what the fault says. `act` runs at most once."""
    name = fault.name if fault else ""
    lost = _not_acted(name, tongue)
    if lost is not None:
        return lost
    said = act()
    if name == "drop_after":
        return DROPPED
    if name == "http_500_after":
        return tongue.dress(tongue.broken(), Seal.RIGHT)
    if name == "garbage":
        return Reply(200, _PAGE_HEADERS, _PAGE)
    reply = tongue.dress(said, _SEALS.get(name, Seal.RIGHT))
    return _travelling(reply, fault) if fault else reply


def damaged(fault: Fault | None, reply: Reply) -> Reply:
    """The file of a bill on its way: whole, or as a fault on its bytes lets it arrive."""
    if fault is None:
        return reply
    return Reply(200, _PAGE_HEADERS, _PAGE) if fault.name == "garbage" else _travelling(reply, fault)


def _not_acted(name: str, tongue: Tongue) -> Reply | None:
    if name == "drop_before":
        return DROPPED
    if name == "http_429":
        return tongue.dress(tongue.busy(), Seal.RIGHT)
    if name == "http_500_before":
        return tongue.dress(tongue.broken(), Seal.RIGHT)
    if name == "http_502":
        return Reply(502, _PAGE_HEADERS, _PAGE)
    return None


def _travelling(reply: Reply, fault: Fault) -> Reply:
    if fault.name == "delay":
        return replace(reply, travel=Travel.LATE, delay_s=fault.delay_s or _DELAY_S)
    if fault.name == "slow_drip":
        return replace(reply, travel=Travel.DRIPPING, delay_s=fault.delay_s or _DRIP_S)
    if fault.name == "truncated":
        return replace(reply, travel=Travel.CUT)
    return reply
