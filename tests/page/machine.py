"""The machine around the stand-in: status bar and self test, in good order or in trouble."""

from __future__ import annotations

from typing import Any

from tests.page.stand_in import StandIn

SEEN_AT = "2026-11-29T02:00:00+00:00"


def status(desk: StandIn) -> dict[str, Any]:
    """The status bar. In trouble no wallet answers and the camera has been unplugged."""
    lost = desk.say("fault.camera_lost.text", source="0")
    return {
        "network": [_reach(desk, wallet) for wallet in ("wechat", "alipay")],
        "version": "0.0.0",
        "open": 0,
        "approvals": 0,
        "held": 0,
        "camera": {
            "ok": False,
            "on": desk.trouble,
            "say": lost if desk.trouble else desk.say("camera_off.text"),
        },
        "maintenance": desk.maintenance,
        "self_test": desk.self_test | ({"ok": False} if desk.trouble else {}),
        "clock": SEEN_AT,
    }


def _reach(desk: StandIn, wallet: str) -> dict[str, Any]:
    say = desk.say("reach.bad" if desk.trouble else "reach.good", wallet=wallet)
    return {"wallet": wallet, "ok": not desk.trouble, "say": say, "at": SEEN_AT}


def self_test(desk: StandIn) -> dict[str, Any]:
    """One good line, and in trouble one that says how to cure it."""
    told = [_found(desk, "decoders", "good"), _found(desk, "books", "good")]
    if desk.trouble:
        told.append(_found(desk, "camera", "no_picture"))
    return {"checks": told}


def _found(desk: StandIn, name: str, cause: str) -> dict[str, Any]:
    good = cause == "good"
    key = f"readiness.{name}"
    cure = "" if good else desk.say(f"{key}.{cause}.cure")
    title, say = desk.say(f"{key}.name"), desk.say(f"{key}.{cause}.detail", source="0")
    return {"name": name, "ok": good, "title": title, "say": say, "cure": cure}
