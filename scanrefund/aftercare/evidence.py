"""The evidence of one refund: everything that can be shown of it, gathered; nothing that must not be."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from scanrefund.errors import UsageFault
from scanrefund.ledger import orders, refunds
from scanrefund.ledger.book import Entry
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.story import Happened, story
from scanrefund.ledger.trail import Trip, entries_about, mask_of_code, trips_of
from scanrefund.ledger.witness import Head
from scanrefund.model.order import Order
from scanrefund.model.printable import codes_hidden
from scanrefund.model.refund import Refund
from scanrefund.model.wallet import safe_number

_DIGIT: Final = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Evidence:
    """One refund as its papers tell it. `whole` says whether the book held when this was gathered."""

    refund: Refund
    order: Order
    code_masked: str
    lines: tuple[Happened, ...]
    trips: tuple[Trip, ...]
    entries: tuple[Entry, ...]
    head: Head
    whole: bool
    at: datetime


def gather(ledger: Ledger, refund_id: str, now: datetime) -> Evidence:
    """Everything about a refund as of now. Raises UsageFault for a number the books do not hold."""
    audited = ledger.audit([])
    with ledger.reading() as connection:
        refund = refunds.load(connection, refund_id)
        order = orders.load(connection, refund.order_id) if refund else None
        if refund is None or order is None:
            raise UsageFault("refund_unknown", refund_id=safe_number(refund_id))
        return Evidence(
            refund=refund,
            order=order,
            code_masked=mask_of_code(connection, refund_id),
            lines=tuple(story(connection, refund_id)),
            trips=tuple(trips_of(connection, refund_id)),
            entries=tuple(entries_about(connection, refund_id, refund.order_id)),
            head=audited.head,
            whole=audited.is_whole,
            at=now,
        )


def as_json(found: Evidence) -> dict[str, Any]:
    """The evidence for machines; free texts without payment codes, accounts without digits."""
    refund, order = found.refund, found.order
    return {
        "gathered_at": found.at.isoformat(),
        "refund": {
            "refund_id": refund.refund_id,
            "wallet_refund_id": refund.wallet_refund_id,
            "wallet": refund.wallet.value,
            "amount_fen": refund.amount.fen,
            "state": refund.state.value,
            "reason": codes_hidden(refund.reason),
            "clerk": codes_hidden(refund.clerk),
            "approver": codes_hidden(refund.approver),
            "counter": refund.counter,
            "code": found.code_masked,
            "received_account": hidden_account(refund.received_account),
            "created_at": refund.created_at.isoformat(),
            "ended_at": _moment(refund.ended_at),
        },
        "order": {
            "order_id": order.order_id,
            "wallet_order_id": order.wallet_order_id,
            "amount_fen": order.amount.fen,
            "state": order.state.value,
            "paid_at": _moment(order.paid_at),
        },
        "trips": [_trip(trip) for trip in found.trips],
        "book": {
            "whole": found.whole,
            "head": {"number": found.head.number, "seal": found.head.seal},
            "entries": [entry_as_json(entry) for entry in found.entries],
        },
    }


def entry_as_json(entry: Entry) -> dict[str, Any]:
    """An entry with its seals; a payment code that somebody typed as a reason is hidden."""
    return {
        "number": entry.number,
        "at": entry.at,
        "kind": entry.kind,
        "subject": entry.subject,
        "facts": json.loads(codes_hidden(entry.facts)),
        "previous": entry.previous,
        "seal": entry.seal,
    }


def hidden_account(account: str) -> str:
    """The bank's name without its digits: whose account it is, is nobody else's business."""
    return _DIGIT.sub("•", account)


def _trip(trip: Trip) -> dict[str, Any]:
    return {
        "command": trip.command,
        "begun_at": trip.begun_at.isoformat(),
        "ended_at": _moment(trip.ended_at),
        "outcome": trip.outcome,
        "code": trip.code,
        "message": codes_hidden(trip.message),
        "http_status": trip.http_status,
        "wallet_request_id": trip.wallet_request_id,
        "signature": trip.signature,
        "body_sha256": trip.body_sha256,
    }


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
