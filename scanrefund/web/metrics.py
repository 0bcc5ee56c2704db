"""`/metrics`: figures for a monitor on this machine; nothing in them is about a person or an order."""

from __future__ import annotations

from starlette.responses import Response

from scanrefund.aftercare.metrics import CONTENT_TYPE, exposition
from scanrefund.ledger.gauges import gauges
from scanrefund.readiness import is_ready
from scanrefund.web.call import Call


def metrics(call: Call) -> Response:
    """The figures of this moment, in Prometheus' text form."""
    # A monitor watches the shop, whoever practises meanwhile.
    site = call.site.shop
    with site.house.ledger.reading() as connection:
        found = gauges(connection)
    last = site.last_self_test
    ready = None if last is None else is_ready(last.findings)
    told = exposition(found, site.now(), site.settings.backup.folder, ready=ready)
    return Response(told, media_type=CONTENT_TYPE)
