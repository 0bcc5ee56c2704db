"""The stand-in's calls of the money people: cash slips and evidence, many approvals, the books."""

from __future__ import annotations

import base64
from typing import Any

from fastapi import FastAPI, Response

from tests.page.stand_in import StandIn

KINDS = ("goods_checked", "invoice_taken_back", "receipt_seen", "paper_signed", "photo")


def evidence_of(desk: StandIn, refund_id: str) -> dict[str, Any]:
    pieces = [
        {
            "number": number,
            **_kind(desk, body["kind"]),
            "note": body["note"],
            "photo": "photo_base64" in body,
            "by": "小林",
            "at": "2026-11-29T02:00:00+00:00",
        }
        for number, body in enumerate(_added(desk, refund_id), start=1)
    ]
    missing = [] if pieces else [_kind(desk, "goods_checked")]
    return {"pieces": pieces, "missing": missing, "kinds": [_kind(desk, kind) for kind in KINDS]}


def _kind(desk: StandIn, kind: str) -> dict[str, str]:
    return {"kind": kind, "say": desk.say(f"evidence.{kind}")}


def _added(desk: StandIn, refund_id: str) -> list[Any]:
    return [body for body in desk.told("evidence") if body["refund_id"] == refund_id]


def add_cash_and_evidence(app: FastAPI, desk: StandIn) -> None:
    def slip(refund_id: str, prints: int) -> dict[str, Any]:
        text = f"现金退款凭条\n编号：{refund_id}\n"
        return {"refund_id": refund_id, "prints": prints, "printer": desk.has_printer, "text": text}

    @app.get("/desk/refunds/{refund_id}/cash-slip")
    def look(refund_id: str) -> Any:
        return slip(refund_id, len(desk.told("cash-slip")))

    @app.post("/desk/refunds/{refund_id}/cash-slip")
    def printed(refund_id: str, body: dict[str, Any]) -> Any:
        desk.heard("cash-slip", body | {"refund_id": refund_id})
        return slip(refund_id, len(desk.told("cash-slip"))) | {"say": desk.say("desk.slip_printed")}

    @app.post("/desk/refunds/{refund_id}/evidence")
    def add(refund_id: str, body: dict[str, Any]) -> Any:
        desk.heard("evidence", body | {"refund_id": refund_id})
        one = desk.receipt(desk.refunds[refund_id])
        more = {"timeline": [], "evidence": evidence_of(desk, refund_id)}
        return one | more | desk.customers_part(refund_id)

    @app.get("/desk/refunds/{refund_id}/evidence/{number}")
    def photo(refund_id: str, number: int) -> Any:
        return {"data_base64": _added(desk, refund_id)[number - 1]["photo_base64"]}

    @app.post("/desk/refunds/{refund_id}/cash")
    def cash(refund_id: str, body: dict[str, Any]) -> Any:
        desk.heard("cash", body)
        paid = desk.refunds[refund_id] | {"refund_id": f"{refund_id}_C", "state": "PAID_OTHER_WAY"}
        desk.refunds[paid["refund_id"]] = paid
        return desk.receipt(paid)


def data_of(body: dict[str, Any]) -> bytes:
    """The photograph that was sent."""
    return base64.b64decode(body["photo_base64"])


def add_books(app: FastAPI, desk: StandIn) -> None:
    @app.post("/desk/queue/approve")
    def approve(body: dict[str, Any]) -> Any:
        desk.heard("queue/approve", body)
        lines = [_judged(desk, one) for one in body["refunds"]]
        good = [line for line in lines if line["approved"]]
        return {"lines": lines, "approved": len(good), "approved_fen": sum(one["amount_fen"] for one in good)}

    @app.get("/desk/books")
    def books() -> Any:
        return desk.books

    @app.post("/desk/books/reconcile")
    def reconcile(body: dict[str, Any]) -> Any:
        desk.heard("books/reconcile", body)
        desk.books |= {"run": RUN | {"day": body["day"]}, "reconciled": reconciled(desk, body["day"])}
        return desk.books

    @app.post("/desk/books/sign")
    def sign(body: dict[str, Any]) -> Any:
        desk.heard("books/sign", body)
        one = desk.books["reconciled"] | {"signable": False, "signatures": [{"say": "已签", "same": True}]}
        desk.books |= {"reconciled": one}
        return desk.books

    @app.post("/desk/books/audit")
    def audit(body: dict[str, Any]) -> Any:
        desk.heard("books/audit", body)
        said = {"at": RUN["at"], "whole": True, "say": [desk.say("audit.whole", entries=12)], "head": "12:ab"}
        desk.books |= {"audit": said}
        return desk.books | {"walking": False}

    @app.get("/desk/books/{run_id}/differences.csv")
    def table(run_id: str) -> Response:
        name = {"Content-Disposition": 'attachment; filename="reconciliation.csv"'}
        return Response("day\r\n", media_type="text/csv", headers=name)


RUN = {"run_id": "run1", "running": False, "lines": 0, "fault": None, "say": "", "at": "2026-11-29T02:00:00Z"}


def _judged(desk: StandIn, one: dict[str, Any]) -> dict[str, Any]:
    refused = one["refund_id"] in desk.changed
    if not refused:
        desk.refunds[one["refund_id"]]["state"] = "SUCCEEDED"
    say = "订单后来变了。" if refused else "已退款。"
    fault = "approval_outdated" if refused else None
    return one | {"approved": not refused, "fault": fault, "say": say, "receipt": None}


def reconciled(desk: StandIn, day: str) -> dict[str, Any]:
    """A day with one difference."""
    keys = ("scope", "kind", "number")
    columns = [desk.say(f"reconcile.{key}") for key in keys]
    return {
        "title": f"对账 {day}",
        "scopes": [{"name": "微信支付", "say": "已取到（2）", "ok": True}],
        "sum_columns": ["账本", "项目", "对方", "我方", "差异", "未说明"],
        "sums": [["微信支付", "退款", "12.80", "10.80", "2.00", "0.00"]],
        "columns": [*columns, "金额", "建议"],
        "differences": [["微信支付", "钱包退了，账本没有", "OTHER_1", "2.00", "向钱包查询。"]],
        "left_out": 0,
        "verdict": {"tone": "warn", "say": "有差异。"},
        "unexplained_fen": 0,
        "signatures": [],
        "signable": True,
    }
