"""Why a refund stands where it stands: order, wallet, network, and each trip with what the wallet said."""

from __future__ import annotations

from typing import Any

from scanrefund.ledger.attempts import Trip
from scanrefund.web import order_card
from scanrefund.web.call import Call
from scanrefund.web.receipts import moment
from scanrefund.web.refunds import one, required
from scanrefund.web.status import network_of
from scanrefund.web.wallet_words import wallet_words


def diagnosis(call: Call) -> dict[str, Any]:
    """One refund with everything that tells why. The wallet is asked about the order, two seconds at most."""
    site, refund = call.site, required(call)
    order = site.house.ledger.order(refund.order_id)
    card = order_card.told(site, order_card.card_of(site, order), call.language) if order else None
    return one(call) | {
        "order": card,
        "network": network_of(site, call.language),
        "trips": [_trip(call, trip) for trip in site.house.search.trips(refund.refund_id)],
        "wallet_refund_id": refund.wallet_refund_id,
        "asked_at": moment(call.now()),
    }


def _trip(call: Call, trip: Trip) -> dict[str, Any]:
    """One trip: the wallet's code and text, what our table makes of them, and what that means."""
    outcome = trip.outcome or ""
    return {
        "begun_at": moment(trip.begun_at),
        "ended_at": moment(trip.ended_at),
        "command": call.words(f"timeline.{trip.command.lower()}"),
        "outcome": outcome,
        "hint": call.words(f"outcome.{outcome}") if outcome else call.words("outcome.UNDER_WAY"),
    } | wallet_words(trip)
