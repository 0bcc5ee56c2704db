"""How the counter stands, for a till."""

from __future__ import annotations

from scanrefund.web.api.call import Answer, TillCall
from scanrefund.web.status import status_of


def status(told: TillCall) -> Answer:
    """Network, version, what waits, the clock; and which till this is."""
    site = told.call.site
    bar = status_of(site, told.call.language)
    kept = ("version", "network", "open", "approvals", "held", "self_test", "clock")
    # What cures a thing is for whoever sits at the counter.
    bar["self_test"] = {name: bar["self_test"][name] for name in ("ok", "at", "say")}
    till = {"till_id": told.till.till_id, "name": told.till.name, "clerk": told.till.clerk or None}
    own = {"counter": site.settings.counter, "rehearsal": site.settings.rehearsal, "till": till}
    return Answer({name: bar[name] for name in kept} | own)
