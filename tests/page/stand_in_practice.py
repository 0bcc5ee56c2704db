"""The practice counter as the stand-in plays it: opened and left, ten exercises, nothing judged."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from fastapi import FastAPI
from fastapi.responses import JSONResponse

from scanrefund.training.exercises import EXERCISES
from tests.page.stand_in import StandIn
from tests.page.stand_in_scans import read

SCORE = 85


def practises(app: FastAPI, desk: StandIn) -> None:
    @app.get("/desk/training")
    def training() -> Any:
        return overview(desk)

    @app.post("/desk/training/join")
    def join(body: dict[str, Any]) -> Any:
        desk.signed_in = True
        return {"signed_in": desk.person(), "csrf": "token"}

    @app.post("/desk/training/begin")
    def begin(body: dict[str, Any]) -> Any:
        desk.exercise = desk.heard("begin", body)["exercise"]
        return overview(desk)

    @app.post("/desk/training/show")
    def show(body: dict[str, Any]) -> Any:
        return {"shown": read(desk, "134712345678901242"), "say": desk.say("customer_shows.wechat_code")}

    @app.post("/desk/training/end")
    def end(body: dict[str, Any]) -> Any:
        judged, desk.exercise = judgement(desk), ""
        return {"judgement": judged, "training": overview(desk)}


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


def overview(desk: StandIn) -> dict[str, Any]:
    """The first exercise has been passed, the second has not."""
    best = {EXERCISES[0].name: _best(passed=True), EXERCISES[1].name: _best(passed=False)}
    told = [
        {"name": one.name, "title": _title(desk, one.name), "par_s": one.par_s, "best": best.get(one.name)}
        for one in EXERCISES
    ]
    standing = {"name": "小林", "passed": 1, "of": len(EXERCISES), "score": SCORE, "took_s": 41}
    return {"exercises": told, "now": _now(desk) if desk.exercise else None, "results": [standing]}


def judgement(desk: StandIn) -> dict[str, Any]:
    """Passed unless the first refunds came out otherwise, with one mistake."""
    passed = desk.outcomes == ["SUCCEEDED"]
    return {
        "name": desk.exercise,
        "title": _title(desk, desk.exercise),
        "passed": passed,
        "score": SCORE if passed else 0,
        "took_s": 41,
        "par_s": 30,
        "missed": "" if passed else desk.say("missed.not_waited"),
        "mistakes": [desk.say("mistake.without_code")],
        "lesson": desk.say(f"exercise.{desk.exercise}.lesson"),
    }


def _best(*, passed: bool) -> dict[str, Any]:
    return {"score": SCORE if passed else 0, "took_s": 41, "passed": passed}


def _title(desk: StandIn, name: str) -> str:
    return desk.say(f"exercise.{name}.title")


def _now(desk: StandIn) -> dict[str, Any]:
    task = desk.say(f"exercise.{desk.exercise}.task", order_id="A1001")
    begun_at = datetime.now(UTC).isoformat()
    told = {"name": desk.exercise, "title": _title(desk, desk.exercise), "task": task}
    return told | {"order_id": "A1001", "begun_at": begun_at, "asked": 0}
