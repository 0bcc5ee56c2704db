"""After the refund, as the stand-in answers: what customers tick, complain about, and are answered."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.responses import JSONResponse

from tests.page.stand_in import StandIn

AT = "2026-11-29T02:00:00+00:00"
DUE = "2026-12-06"


def cares(app: FastAPI, desk: StandIn) -> None:
    @app.post("/desk/refunds/{refund_id}/opinion")
    def opinion(refund_id: str, body: dict[str, Any]) -> Any:
        return desk.heard("opinion", body) | {"refund_id": refund_id}

    @app.post("/desk/refunds/{refund_id}/complain")
    def complain(refund_id: str, body: dict[str, Any]) -> Any:
        said = desk.heard("complain", body)["why"]
        noted = {"number": len(desk.complaints) + 1, "refund_id": refund_id, "by": "小林", "at": AT}
        noted |= {"due": DUE, "overdue": False, "answered_at": None, "ended_at": None}
        desk.complaints.append(noted | {"words": said, "answer": None})
        return noted

    @app.get("/desk/complaints/{number}")
    def words(number: int) -> Any:
        if desk.complaints_closed:
            return JSONResponse({"fault": "not_permitted", "say": "closed"}, 403)
        return desk.complaints[number - 1]

    @app.post("/desk/complaints/{number}/{what}")
    def settle(number: int, what: str, body: dict[str, Any]) -> Any:
        desk.heard(f"complaint/{what}", body)
        found = desk.complaints[number - 1]
        found |= {"answer": body["why"], "answered_at": AT} if what == "answer" else {"ended_at": AT}
        return found


def complaints_of(desk: StandIn, refund_id: str) -> list[dict[str, Any]]:
    """Those at one refund, without their words."""
    mine = [one for one in desk.complaints if one["refund_id"] == refund_id]
    return [{name: told for name, told in one.items() if name not in {"words", "answer"}} for one in mine]
