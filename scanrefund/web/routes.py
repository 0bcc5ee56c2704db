"""Every address of the page, one line each: who may call it, and what answers."""

from __future__ import annotations

from typing import Final

from scanrefund.web import listening, metrics, orders, refunding, refunds, scanning, shell, signing_in, status
from scanrefund.web.call import Needs, Route
from scanrefund.web.fields import PICTURE_BODY_BYTES_MAX

ROUTES: Final[tuple[Route, ...]] = (
    Route("GET", "/", shell.index, Needs.NOBODY),
    Route("GET", "/page/{file:path}", shell.page, Needs.NOBODY),
    Route("GET", "/desk/words/{language}", shell.sentences, Needs.NOBODY),
    Route("GET", "/desk/start", shell.start, Needs.NOBODY),
    Route("GET", "/desk/staff", signing_in.staff, Needs.PAGE),
    Route("GET", "/desk/help/{screen}", shell.help_of, Needs.PAGE),
    Route("POST", "/desk/language", signing_in.language, Needs.PAGE),
    Route("POST", "/desk/owner", signing_in.owner, Needs.PAGE),
    Route("POST", "/desk/sign-in", signing_in.sign_in, Needs.PAGE),
    Route("POST", "/desk/sign-out", signing_in.sign_out, Needs.PAGE),
    Route("POST", "/desk/lock", signing_in.lock, Needs.PAGE),
    Route("POST", "/desk/unlock", signing_in.unlock, Needs.PAGE),
    Route("POST", "/desk/scan", scanning.scan),
    Route("POST", "/desk/picture", scanning.picture, bytes_max=PICTURE_BODY_BYTES_MAX),
    Route("POST", "/desk/frame", scanning.frame, bytes_max=PICTURE_BODY_BYTES_MAX, by_hand=False),
    Route("POST", "/desk/order", orders.order),
    Route("POST", "/desk/orders/thaw", orders.thaw),
    Route("POST", "/desk/check", refunding.check),
    Route("POST", "/desk/refund", refunding.refund),
    Route("GET", "/desk/refunds", refunds.refunds),
    Route("GET", "/desk/refunds/{refund_id}", refunds.one),
    Route("POST", "/desk/refunds/{refund_id}/ask", refunds.ask),
    Route("POST", "/desk/refunds/{refund_id}/release", refunds.release),
    Route("POST", "/desk/refunds/{refund_id}/close", refunds.close),
    Route("POST", "/desk/refunds/{refund_id}/cancel", refunds.cancel),
    Route("POST", "/desk/refunds/{refund_id}/cash", refunds.cash),
    Route("POST", "/desk/refunds/{refund_id}/approve", refunds.approve),
    Route("POST", "/desk/refunds/{refund_id}/decline", refunds.decline),
    Route("GET", "/desk/queue", refunds.queue),
    Route("GET", "/desk/status", status.status),
    Route("POST", "/desk/self-test", status.self_test),
    Route("POST", "/desk/camera", status.camera),
    Route("GET", "/desk/camera.mjpg", listening.picture),
    Route("GET", "/desk/events", listening.events, Needs.SOMEBODY),
    Route("GET", "/metrics", metrics.metrics, Needs.NOBODY),
)
