"""Every address of the API, one line each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from scanrefund.web.api import orders, reference, refunds, shown, status
from scanrefund.web.api.call import ApiRoute, Open
from scanrefund.web.fields import PICTURE_BODY_BYTES_MAX

ROUTES: Final[tuple[ApiRoute, ...]] = (
    ApiRoute("POST", "/decode", "decode", shown.decode, "Decoded", "Shown", bytes_max=PICTURE_BODY_BYTES_MAX),
    ApiRoute("POST", "/refunds", "refund", refunds.refund, "Receipt", "Wish", statuses=(200, 201)),
    ApiRoute("GET", "/refunds", "refunds", refunds.listed, "Receipts", query=("order_id", "open", "limit")),
    ApiRoute("GET", "/refunds/{refund_id}", "refund_of", refunds.one, "Receipt"),
    ApiRoute("POST", "/refunds/{refund_id}/cancel", "cancel", refunds.cancel, "Receipt", "Cancelling"),
    ApiRoute("POST", "/orders", "orders", orders.keep, "Kept", "Orders", bytes_max=orders.BYTES_MAX),
    ApiRoute("GET", "/orders/{order_id}", "order_of", orders.one, "Order"),
    ApiRoute("GET", "/status", "status", status.status, "Status"),
)

OPEN: Final[Mapping[str, Open]] = {
    "/openapi.json": lambda call: reference.openapi(call, ROUTES),
    "/reference": lambda call: reference.page(call, ROUTES),
    "/reference.css": reference.style,
}
