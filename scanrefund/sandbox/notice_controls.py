"""`/sandbox/notices`: see every notice, and let one come now, again, late or forged."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, ConfigDict

from scanrefund.sandbox.business import CLOSED, PROCESSING, SUCCESS, Refund, rfc3339
from scanrefund.sandbox.notice_box import Manner, Notice
from scanrefund.sandbox.state import Store, Turn

_MANNERS = {"repeat": Manner.GENUINE, "stale": Manner.STALE, "forge": Manner.FORGED}


class NewNotice(BaseModel):
    """What the wallet, or somebody in its name, shall tell the shop."""

    model_config = ConfigDict(extra="forbid", strict=True)

    wallet: Literal["wechat", "alipay"]
    order_id: str
    refund_id: str
    do: Literal["send", "repeat", "stale", "forge"]


def notice_controls(store: Store) -> APIRouter:
    """The routes, on one sandbox's state. A notice is posted after the control has answered."""
    router = APIRouter(prefix="/sandbox/notices")

    @router.get("")
    def show() -> list[dict[str, Any]]:
        with store.turn() as turn:
            return [_told(notice) for notice in turn.notices.all()]

    @router.post("")
    def order_one(body: NewNotice) -> dict[str, str]:
        with store.turn() as turn:
            refund = _refund(turn, body)
            url = refund.notify_url
            if url is None:
                raise HTTPException(409, "neither the refund nor its order says where notices go: notify_url")
            turn.stirred = True
            notice_id = _send(turn, refund) if body.do == "send" else _special(turn, refund, url, body.do)
            return {"notice_id": notice_id, "url": url}

    return router


def _refund(turn: Turn, body: NewNotice) -> Refund:
    order = turn.order(body.wallet, order_id=body.order_id)
    found = [one for one in turn.refunds_of(order) if one.refund_id == body.refund_id] if order else []
    if not found:
        raise HTTPException(404, f"{body.wallet} has no refund {body.refund_id} of order {body.order_id}")
    return found[0]


def _send(turn: Turn, refund: Refund) -> str:
    """The notice that waits for its next try goes at once; where none waits, a new one."""
    _refuse_unfinished(refund)
    waiting = [notice for notice in turn.notices.of(refund) if notice.due_at is not None and notice.again]
    if waiting:
        turn.notices.put_off(waiting[-1], turn.now)
        return waiting[-1].notice_id
    return turn.notices.add(refund, str(refund.notify_url), refund.status, turn.now)


def _special(turn: Turn, refund: Refund, url: str, do: str) -> str:
    """One try of a notice the shop should not act on twice, or at all. A forger tells of success."""
    manner = _MANNERS[do]
    if manner is Manner.FORGED:
        return turn.notices.add(refund, url, SUCCESS, turn.now, manner=manner)
    _refuse_unfinished(refund)
    told = [notice for notice in turn.notices.of(refund) if notice.status == refund.status and notice.again]
    return turn.notices.add(
        refund, url, refund.status, turn.now, manner=manner, same_as=told[-1] if told else None
    )


def _refuse_unfinished(refund: Refund) -> None:
    untold = {PROCESSING} if refund.wallet == "wechat" else {PROCESSING, CLOSED}
    if refund.status in untold:
        raise HTTPException(409, f"{refund.wallet} tells nothing of a refund that is {refund.status}")


def _told(notice: Notice) -> dict[str, Any]:
    return {
        "notice_id": notice.notice_id,
        "wallet": notice.wallet,
        "order_id": notice.order_id,
        "refund_id": notice.refund_id,
        "url": notice.url,
        "status": notice.status,
        "manner": notice.manner.value,
        "tries": notice.tries,
        "answer": notice.answer,
        "next_try_at": None if notice.due_at is None else rfc3339(notice.due_at),
    }
