"""The stand-in's calls over HTTP, with the headers that the real door sends."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse, JSONResponse, StreamingResponse

from scanrefund.say.catalogue import Catalogue
from scanrefund.web.shell import FAMILIES
from tests.acceptance.browser import PATIENCE_MS
from tests.page.machine import self_test, status
from tests.page.stand_in import StandIn
from tests.page.stand_in_books import add_books, add_cash_and_evidence, evidence_of
from tests.page.stand_in_care import cares, complaints_of
from tests.page.stand_in_orders import decisions
from tests.page.stand_in_practice import practises, turns
from tests.page.stand_in_rules import check as rules_on
from tests.page.stand_in_scans import read

PAGE = Path(__file__).parents[2] / "scanrefund/web/page"
PIN = "270419"
WALLET_SAYS = {
    "code": "NOT_ENOUGH",
    "message": "基本账户余额不足，请充值后重新发起",
    "http_status": 403,
    "wallet_request_id": "08F78BB5AF0610D302",
    "signature": "VALID",
}
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
NAMES = [("c1", "小林"), ("s1", "王店长"), ("o1", "赵老板")]


def application(desk: StandIn) -> FastAPI:
    app = FastAPI()
    _files(app)
    _reads(app, desk)
    _looks_closer(app, desk)
    _scans(app, desk)
    # Before the decisions, whose last word stands for any.
    _of_one_refund(app, desk)
    add_cash_and_evidence(app, desk)
    add_books(app, desk)
    cares(app, desk)
    _changes(app, desk)
    decisions(app, desk)
    _people(app, desk)
    practises(app, desk)
    turns(app, desk)

    @app.middleware("http")
    async def guard(request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
        if request.method == "POST" and request.headers.get("X-Csrf-Token") != "token":
            return JSONResponse({"fault": "csrf", "say": "csrf"}, 403)
        if request.url.path in desk.instead:
            status_code, told = desk.instead[request.url.path]
            return JSONResponse(told, status_code)
        response = await answer(request)
        response.headers["Content-Security-Policy"] = CSP
        return response

    return app


def _files(app: FastAPI) -> None:
    @app.get("/")
    def shell() -> FileResponse:
        return FileResponse(PAGE / "index.html")

    @app.get("/page/{name:path}")
    def part(name: str) -> FileResponse:
        return FileResponse(PAGE / name)


def _reads(app: FastAPI, desk: StandIn) -> None:
    @app.get("/desk/start")
    def start() -> Any:
        desk.stranger = False
        return desk.start()

    @app.get("/desk/words/{language}")
    def words(language: str) -> Any:
        texts = Catalogue.load(language).texts
        return {key: text for key, text in texts.items() if key.startswith(FAMILIES)}

    @app.get("/desk/staff")
    def staff() -> Any:
        return [{"staff_id": staff_id, "name": name} for staff_id, name in NAMES]

    @app.get("/desk/queue")
    def waiting() -> Any:
        told, gate = desk.queue(), desk.queue_gate
        if gate is not None:
            # The answer stands, and is late.
            desk.queue_gate = None
            gate.get(timeout=PATIENCE_MS / 1_000)
        return told

    @app.get("/desk/status")
    def how_it_stands() -> Any:
        return status(desk)

    @app.get("/desk/refunds")
    def refunds(q: str = "") -> Any:
        found = [desk.receipt(one) for one in reversed(desk.refunds.values())]
        return [one for one in found if q in one["order_id"]]

    @app.get("/desk/refunds/{refund_id}")
    def refund(refund_id: str) -> Any:
        one = desk.receipt(desk.refunds[refund_id])
        more = {"timeline": timeline(desk, one), "evidence": evidence_of(desk, refund_id)}
        more |= {"complaints": complaints_of(desk, refund_id)}
        return one | more | desk.customers_part(refund_id)

    @app.get("/desk/events")
    def events() -> StreamingResponse:
        return StreamingResponse(desk.events(), media_type="text/event-stream")


def timeline(desk: StandIn, receipt: dict[str, Any]) -> list[dict[str, Any]]:
    """What has happened to a refund until now."""
    said = [desk.say("timeline.refund_reserved", by="小林")]
    if receipt["state"] != "WAIT_APPROVAL":
        said += [desk.say("timeline.send"), desk.say("timeline.answer", outcome=desk.say("outcome.HELD"))]
    entries = [
        {"at": receipt["created_at"], "what": "told", "say": say, "who": who, "detail": {}}
        for say, who in zip(said, ("小林", "", ""), strict=False)
    ]
    if len(entries) > 1:
        entries[-1] |= {"what": "answer", "wallet_says": WALLET_SAYS}
    return entries


def _looks_closer(app: FastAPI, desk: StandIn) -> None:
    @app.get("/desk/refunds/{refund_id}/diagnosis")
    def diagnosis(refund_id: str) -> Any:
        one = desk.receipt(desk.refunds[refund_id])
        trip = {
            "begun_at": one["created_at"],
            "ended_at": one["created_at"],
            "command": desk.say("timeline.send"),
            "outcome": "UNKNOWN",
            "hint": desk.say("outcome.UNKNOWN"),
            "code": "timeout",
            "message": "",
            "http_status": None,
            "wallet_request_id": "",
            "signature": "NO_ANSWER",
        }
        order = desk.order(one["order_id"])
        more = {
            "timeline": timeline(desk, one),
            "order": order,
            "network": status(desk)["network"],
            "trips": [trip],
        }
        return one | more | desk.customers_part(refund_id)

    @app.get("/desk/refunds/{refund_id}/signature")
    def signature(refund_id: str) -> Any:
        return {"strokes": desk.signatures.get(refund_id, [])}


def _scans(app: FastAPI, desk: StandIn) -> None:
    @app.post("/desk/language")
    def language(body: dict[str, Any]) -> Any:
        desk.language = desk.heard("language", body)["language"]
        return {}

    @app.post("/desk/scan")
    def scan(body: dict[str, Any]) -> Any:
        return read(desk, desk.heard("scan", body)["text"])

    @app.post("/desk/picture")
    def picture(body: dict[str, Any]) -> Any:
        desk.heard("picture", body)
        return read(desk, "A1001")

    @app.post("/desk/order")
    def order(body: dict[str, Any]) -> Any:
        return {"order": desk.order(body["number"]), "orders": [], "refund": None, "say": "", "tone": "none"}


def _of_one_refund(app: FastAPI, desk: StandIn) -> None:
    @app.post("/desk/refunds/{refund_id}/print")
    def print_slip(refund_id: str, body: dict[str, Any]) -> Any:
        desk.heard("print", body | {"refund_id": refund_id})
        if desk.printer_away:
            return JSONResponse(
                {
                    "fault": "printer_away",
                    "say": desk.say("fault.printer_away.text", place="usb", cause="ENOENT"),
                },
                503,
            )
        return {
            "refund_id": refund_id,
            "prints": 1,
            "printer": True,
            "slip": {},
            "say": desk.say("desk.slip_printed"),
        }

    @app.post("/desk/refunds/{refund_id}/signature")
    def sign(refund_id: str, body: dict[str, Any]) -> Any:
        desk.signatures[refund_id] = desk.heard("signature", body)["strokes"]
        return desk.receipt(desk.refunds[refund_id]) | {"timeline": []} | desk.customers_part(refund_id)

    @app.post("/desk/refunds/{refund_id}/confirmed")
    def confirmed(refund_id: str, body: dict[str, Any]) -> Any:
        desk.heard("confirmed", body)
        return desk.customers_part(refund_id) | {"customer_confirmed": True}


def _changes(app: FastAPI, desk: StandIn) -> None:
    @app.post("/desk/check")
    def check(body: dict[str, Any]) -> Any:
        return rules_on(desk, desk.heard("check", body))

    @app.post("/desk/refund")
    def refund(body: dict[str, Any]) -> Any:
        desk.heard("refund", body)
        if desk.refund_gate is not None:
            desk.refund_gate.get(timeout=PATIENCE_MS / 1_000)
        receipt = desk.refund(body)
        if desk.drop_refund_calls > 0:
            # Made, and its answer lost: no JSON comes back.
            desk.drop_refund_calls -= 1
            return Response(status_code=502)
        return receipt

    @app.post("/desk/refunds/{refund_id}/{what}")
    def decide(refund_id: str, what: str, body: dict[str, Any]) -> Any:
        desk.heard(what, body)
        return desk.decide(refund_id, what)

    @app.post("/desk/self-test")
    def tested(body: dict[str, Any]) -> Any:
        return self_test(desk)


def _people(app: FastAPI, desk: StandIn) -> None:
    def enter(body: dict[str, Any]) -> Any:
        if desk.stranger:
            return JSONResponse({"fault": "not_signed_in", "say": desk.say("fault.not_signed_in.text")}, 401)
        if body["pin"] != PIN:
            say = desk.say("fault.sign_in_wrong.text", tries_left=4)
            told = {"fault": "sign_in_wrong", "say": say, "tries_left": 4, "locked_until": None}
            return JSONResponse(told, 401)
        desk.signed_in, desk.locked, desk.needs_owner = True, False, False
        return {"signed_in": desk.person(), "csrf": "token"}

    @app.post("/desk/badge")
    def badge(body: dict[str, Any]) -> Any:
        return {"staff_id": "s1", "name": desk.heard("badge", body) and "王店长"}

    app.post("/desk/sign-in")(enter)
    app.post("/desk/unlock")(enter)
    app.post("/desk/owner")(enter)

    @app.post("/desk/lock")
    def lock(body: dict[str, Any]) -> Any:
        desk.locked = True
        desk.calls.append(("lock", body))
        return {}

    @app.post("/desk/sign-out")
    def sign_out(body: dict[str, Any]) -> Any:
        desk.signed_in = desk.locked = False
        return {}
