"""The text to read out or paste when a wallet's or a provider's support is asked about one refund."""

from __future__ import annotations

from scanrefund import __version__
from scanrefund.errors import UsageFault
from scanrefund.ledger import orders, refunds
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.trail import Trip, trips_of
from scanrefund.model.order import Order
from scanrefund.model.refund import Refund
from scanrefund.model.wallet import safe_number
from scanrefund.say.catalogue import Catalogue


def incident_text(ledger: Ledger, refund_id: str, language: str) -> str:
    """Numbers of both sides, the state and the wallet's last answer; no person and no payment code.

    Raises UsageFault for a number the books do not hold.
    """
    with ledger.reading() as connection:
        refund = refunds.load(connection, refund_id)
        order = orders.load(connection, refund.order_id) if refund else None
        if refund is None or order is None:
            raise UsageFault("refund_unknown", refund_id=safe_number(refund_id))
        answered = [trip for trip in trips_of(connection, refund_id) if trip.ended_at is not None]
    catalogue = Catalogue.load(language)
    lines = _lines(refund, order, answered[-1] if answered else None)
    named = [(catalogue.get(key) or key, value) for key, value in lines if value]
    return "\n".join(f"{name}: {value}" for name, value in named)


def _lines(refund: Refund, order: Order, last: Trip | None) -> list[tuple[str, str]]:
    lines = [
        ("label.refund_id", refund.refund_id),
        ("evidence_bundle.wallet_refund_id", refund.wallet_refund_id),
        ("label.order_id", order.order_id),
        ("label.wallet_order_id", order.wallet_order_id),
        ("incident.account", refund.account),
        ("label.amount", str(refund.amount)),
        ("label.state", refund.state.value),
        ("evidence_bundle.made_at", refund.created_at.isoformat(timespec="seconds")),
    ]
    if last is not None and last.ended_at is not None:
        answer = " ".join(part for part in (last.outcome, last.code, str(last.http_status or "")) if part)
        lines += [
            ("incident.last_answer", answer),
            ("incident.answered_at", last.ended_at.isoformat(timespec="seconds")),
            ("evidence_bundle.request", last.wallet_request_id),
        ]
    return [*lines, ("incident.program", f"scanrefund {__version__}")]
