"""Every state the page can be in: one line each, for the looks and the pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.page import ways
from tests.page.conftest import Till
from tests.page.ways import Way, click, key, result, then


@dataclass(frozen=True)
class Shown:
    """One state: the way there, how the desk begins, and what must be in sight: the next thing to do.

    `usual` states have a look of their own and are judged in every run of the tests.
    """

    go: Way
    begun: Mapping[str, Any] = field(default_factory=dict)
    main: str = ".button.main"
    usual: bool = True


AWAY = {"signed_in": False}
PRACTICE = {"training": True}
# Where a screen has no one thing to do next, the heading or the first row stands for it.
HEAD = "h1[data-focus]"

STATES: dict[str, Shown] = {
    "sign-in": Shown(ways.nothing, AWAY, ".person"),
    "pin": Shown(ways.chosen, AWAY),
    "pin-wrong": Shown(ways.wrong_pin, AWAY, usual=False),
    "first-owner": Shown(ways.nothing, AWAY | {"needs_owner": True}),
    "locked": Shown(key("F10", "locked")),
    "scan": Shown(ways.nothing, main=".scanbox"),
    "scan-wrong": Shown(ways.wrong_scan, main=".scan .message", usual=False),
    "code-first": Shown(ways.welcome_code, main=".living", usual=False),
    "amount": Shown(Till.order, main=".reasons li:last-child .reason"),
    "amount-part": Shown(ways.to_part, main=".reasons li:last-child .reason", usual=False),
    "amount-over": Shown(ways.to_too_much, main=".said.bad"),
    "stopped": Shown(ways.to_stopped),
    "frozen": Shown(ways.to_frozen, usual=False),
    "code": Shown(ways.to_code, main=".askbig"),
    "confirm": Shown(Till.to_confirm),
    "confirm-red": Shown(ways.to_red),
    "confirm-amber": Shown(ways.to_amber, usual=False),
    "confirm-large": Shown(ways.to_large),
    "approving": Shown(ways.to_approving, {"needs_approval": True}),
    "succeeded": Shown(result("SUCCEEDED")),
    "processing": Shown(result("PROCESSING")),
    "unknown": Shown(result("UNKNOWN")),
    "held": Shown(result("HELD"), usual=False),
    "refused": Shown(result("wallet_mismatch")),
    "expired": Shown(result("code_expired"), usual=False),
    "waits": Shown(result("WAIT_APPROVAL"), usual=False),
    "returned": Shown(result("RETURNED_TO_MERCHANT"), usual=False),
    "closed": Shown(result("CLOSED"), usual=False),
    "cash": Shown(result("PAID_OTHER_WAY"), usual=False),
    "pressed-twice": Shown(ways.to_twice, usual=False),
    "customer-welcome": Shown(key("F7", "customer"), main=".clerkside", usual=False),
    "customer-confirm": Shown(then(Till.to_confirm, key("F7", "customer")), usual=False),
    "customer-result": Shown(then(result("SUCCEEDED"), key("F7", "customer")), main=".clerkside"),
    "customer-unknown": Shown(then(result("UNKNOWN"), key("F7", "customer")), main=".clerkside", usual=False),
    "queue": Shown(ways.to_queue, main=".part .row"),
    "queue-empty": Shown(key("F4", "queue"), main=HEAD, usual=False),
    "refunds": Shown(ways.to_refunds, main="tbody tr"),
    "refunds-empty": Shown(key("F3", "refunds"), main="[type=search]", usual=False),
    "detail": Shown(then(ways.to_queue, ways.open_first), main="[data-arg=approve]"),
    "decision": Shown(then(ways.to_queue, ways.open_first, click("[data-arg=decline]", "dialog:decide"))),
    "diagnosis": Shown(
        then(result("UNKNOWN"), click("[data-act=openDetail]", "detail"), ways.diagnosed),
        main=".trips summary",
        usual=False,
    ),
    "complaint": Shown(ways.complained, main=HEAD, usual=False),
    "complaint-answer": Shown(ways.to_answer),
    "signature": Shown(
        then(result("SUCCEEDED"), click("[data-act=openSignature]", "dialog:sign")), usual=False
    ),
    "help": Shown(key("F1", "help")),
    "help-confirm": Shown(then(Till.to_confirm, key("F1", "help")), usual=False),
    "equipment": Shown(ways.self_tested, usual=False),
    "trouble": Shown(ways.self_tested, {"trouble": True}),
    "late": Shown(
        then(ways.to_queue, key("F2", "refund:order")), {"age_level": "red"}, ".scanbox", usual=False
    ),
    "maintenance": Shown(ways.maintenance, main=".scanbox", usual=False),
    "cut": Shown(ways.cut, main="[type=search]"),
    "lower-price": Shown(ways.to_lower_price),
    "practice-door": Shown(ways.to_practice),
    "trainee": Shown(ways.nothing, AWAY | PRACTICE, usual=False),
    "training": Shown(ways.nothing, PRACTICE, ".exercises .row", usual=False),
    "exercise": Shown(ways.practising, PRACTICE, ".scanbox", usual=False),
    "exercise-confirm": Shown(then(ways.practising, Till.to_confirm), PRACTICE, ".button.send", usual=False),
    "order-actions": Shown(then(Till.order, key("/", "dialog:order")), main=".dialog", usual=False),
    "books": Shown(key("Shift+F4", "books"), {"permissions": ("refund.create", "books.read")}, usual=False),
    "judged": Shown(ways.to_judged, PRACTICE, usual=False),
    "judged-bad": Shown(ways.to_judged, PRACTICE | {"outcomes": ["UNKNOWN"]}, usual=False),
}
