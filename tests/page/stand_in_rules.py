"""The stand-in's rules: each says yes but those a test told to say no; and what the customer is told."""

from __future__ import annotations

from typing import Any

from scanrefund.model.money import Money
from scanrefund.say.amount_words import amount_in_words
from tests.page.stand_in import StandIn


def check(desk: StandIn, asked: dict[str, Any]) -> dict[str, Any]:
    order = desk.orders[asked["order_id"]]
    noes = list(desk.noes)
    if asked["amount_fen"] > order["remaining_fen"]:
        noes.append("amount_over_remaining")
    names = ("code_expired", "order_not_paid", "wallet_mismatch", "amount_over_remaining", "order_frozen")
    rungs = [_rung(desk, name, "no" if name in noes else "yes") for name in (*names, *noes)]
    if asked["reading_id"] is None:
        rungs.append(_rung(desk, "code_required", "amber"))
    if desk.needs_approval:
        rungs.append(_rung(desk, "needs_approval", "no"))
    return {
        "rungs": list({one["reason"]: one for one in rungs}.values()),
        "amount_fen": asked["amount_fen"],
        "amount_words": amount_in_words(Money(asked["amount_fen"]), desk.language),
        "partial": asked["amount_fen"] < order["remaining_fen"],
        "needs_approval": desk.needs_approval,
        "customer": _for_the_customer(desk, order, asked["amount_fen"]),
    }


def _for_the_customer(desk: StandIn, order: dict[str, Any], amount_fen: int) -> dict[str, str]:
    return {
        "what": desk.say("customer.what", order_id=order["order_id"]),
        "how_much": str(Money(amount_fen)),
        "where": desk.say("customer.where", wallet=order["wallet"]),
        "when": desk.say(f"customer.when_{order['wallet']}"),
    }


def _rung(desk: StandIn, name: str, verdict: str) -> dict[str, Any]:
    said, step = desk.say(f"refusal.{name}.clerk"), desk.say(f"refusal.{name}.next")
    told = {"say": said, "next_step": step} if verdict != "yes" else {"say": "", "next_step": ""}
    return {"reason": name, "name": desk.say(f"rule.{name}"), "verdict": verdict} | told
