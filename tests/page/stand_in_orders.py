"""The stand-in's answers to what people decide about an order as a whole."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.responses import JSONResponse

from tests.page.stand_in import StandIn

_BECOMES = {"release": "RELEASED", "extend": "PAID", "cancel": "CANCELLED"}


def decisions(app: FastAPI, desk: StandIn) -> None:
    @app.post("/desk/orders/{what}")
    def decide(what: str, body: dict[str, Any]) -> Any:
        desk.heard(f"orders/{what}", body)
        if desk.order_gate is not None:
            desk.order_gate.get(timeout=10)
        if desk.order_fault and not body.get("not_at_wallet"):
            return JSONResponse({"fault": desk.order_fault, "say": desk.order_fault}, 409)
        order = desk.orders[body["order_id"]]
        if what == "adjust" or (what == "cancel" and order["state"] != "UNPAID"):
            return _paid_back(desk, what, body)
        if what == "hold":
            why = desk.say("frozen.on_hold.name")
            order |= {"frozen_why": why, "may_refund": False, "may": ["release"]}
            return {"order": desk.order(body["order_id"])}
        order |= {"state": _BECOMES[what], "may_refund": what != "cancel", "may": []}
        return {"order": desk.order(body["order_id"]), "receipt": None}


def _paid_back(desk: StandIn, what: str, body: dict[str, Any]) -> dict[str, Any]:
    order = desk.orders[body["order_id"]]
    amount = order["remaining_fen"] if what == "cancel" else body["old_fen"] - body["new_fen"]
    wish = {"request_id": f"{what}-{body['order_id']}", "amount_fen": amount, "reason": "other"}
    receipt = desk.refund(body | wish)
    return {"order": desk.order(body["order_id"]), "receipt": receipt}
