"""The stand-in as the practice counter, and back."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.responses import JSONResponse

from tests.page.stand_in import StandIn


def turns(app: FastAPI, desk: StandIn) -> None:
    @app.post("/desk/training/open")
    def begin(body: dict[str, Any]) -> Any:
        desk.heard("training/open", body)
        if "training.open" not in desk.permissions and body["approval"] is None:
            return JSONResponse(
                {"fault": "approval_needed", "say": desk.say("fault.approval_needed.text")}, 403
            )
        if not desk.practice_trouble:
            desk.training, desk.signed_in = True, False
        return {}

    @app.post("/desk/training/leave")
    def leave(body: dict[str, Any]) -> Any:
        desk.heard("training/leave", body)
        desk.training = desk.signed_in = False
        return {}
