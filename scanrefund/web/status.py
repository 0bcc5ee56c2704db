"""How the counter stands: network, version, what waits, camera, self test, clock; and its switches."""

from __future__ import annotations

from typing import Any

from scanrefund import __version__
from scanrefund.errors import UsageFault
from scanrefund.model.refund import RefundState
from scanrefund.readiness import Finding, is_ready
from scanrefund.say.speak import say_fault, say_window
from scanrefund.web.call import Call, words
from scanrefund.web.camera import CounterCamera
from scanrefund.web.network import Reach
from scanrefund.web.receipts import moment
from scanrefund.web.refunds import LIST_MAX
from scanrefund.web.site import SelfTest, Site


def status(call: Call) -> dict[str, Any]:
    """The status bar."""
    return status_of(call.site, call.language)


def status_of(site: Site, language: str) -> dict[str, Any]:
    """The status bar in one language; `clock` is the house's own time."""
    found = site.house.ledger.refunds(open_only=True, limit=LIST_MAX)
    return {
        "network": network_of(site, language),
        "maintenance": maintenance_of(site, language),
        "version": __version__,
        "open": len(found),
        "approvals": sum(refund.state is RefundState.WAIT_APPROVAL for refund in found),
        "held": sum(refund.state in (RefundState.HELD, RefundState.ABNORMAL) for refund in found),
        "camera": camera_of(site, language),
        "self_test": _self_test(site.last_self_test, language),
        "clock": moment(site.now()),
    }


def maintenance_of(site: Site, language: str) -> list[dict[str, Any]]:
    """The maintenance windows that people must know of now."""
    now = site.now()
    return [
        {
            "wallet": window.wallet.value if window.wallet else None,
            "begins_at": moment(window.begins),
            "ends_at": moment(window.ends),
            "under_way": window.covers(now),
            "say": say_window(window, now, language),
        }
        for window in site.settings.due_dates.maintenance.told(now)
    ]


def network_of(site: Site, language: str) -> list[dict[str, Any]]:
    """Whether each wallet can be reached, as it was seen last."""
    return [_reach(one, language) for one in site.network.reach(site.house.search.last_trips())]


def camera(call: Call) -> dict[str, Any]:
    """Switch the counter's camera on or off, or open it again."""
    wanted, site = call.fields.text("do"), call.site
    if wanted not in ("on", "off", "restart"):
        raise UsageFault("field_wrong", name="do")
    if wanted != "on":
        site.camera.off()
    if wanted != "off":
        site.camera.on()
    told = camera_of(site, call.language)
    site.events.publish("camera", lambda language: camera_of(site, language))
    return told


def camera_of(site: Site, language: str) -> dict[str, Any]:
    """Whether the counter's camera sees, and what cures it."""
    if not site.camera.is_on:
        return {"ok": False, "on": False, "say": words(language, "camera_off.text")}
    trouble = site.camera.trouble
    say = say_fault(trouble, language) if trouble else words(language, "camera_on.text")
    return {"ok": trouble is None, "on": True, "say": say}


def _reach(reach: Reach, language: str) -> dict[str, Any]:
    key = {True: "reach.good", False: "reach.bad", None: "reach.not_known"}[reach.ok]
    say = words(language, key, wallet=reach.wallet.value)
    return {"wallet": reach.wallet.value, "ok": reach.ok, "say": say, "at": moment(reach.at)}


def camera_finding(camera: CounterCamera) -> Finding | None:
    """What is known of a camera that is looked through: it is not opened a second time. None while off."""
    if not camera.is_on:
        return None
    trouble = camera.trouble
    if trouble is not None:
        return Finding("camera", None, trouble.code, fault=trouble)
    return Finding("camera", ok=True, cause="looked_through", gaps={"source": camera.source})


def check_of(finding: Finding, language: str) -> dict[str, Any]:
    """One row of the self test; where it is not good, with the line that cures it."""
    detail, cure = finding.told(language)
    if finding.ok is False and not cure:
        # Read back from the history, which keeps no gaps.
        cure = words(language, "self_test.ask_again")
    name = words(language, f"readiness.{finding.name}.name")
    return {"name": finding.name, "ok": finding.ok, "title": name, "say": detail, "cure": cure}


def _self_test(last: SelfTest | None, language: str) -> dict[str, Any]:
    """The last self test, and each of its rows that asks for something."""
    if last is None:
        return {"ok": None, "at": None, "say": words(language, "self_test.never"), "checks": []}
    good = is_ready(last.findings)
    rows = [check_of(one, language) for one in last.findings if one.ok is not True]
    return {
        "ok": good,
        "at": moment(last.at),
        "say": words(language, "self_test.good" if good else "self_test.bad"),
        "checks": [row for row in rows if row["cure"]],
    }
