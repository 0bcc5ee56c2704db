"""What a wallet answered on one trip, as an engineer reads it aloud to the wallet's support."""

from __future__ import annotations

from typing import Any, Final

from scanrefund.ledger.attempts import Trip
from scanrefund.ledger.story import Happened
from scanrefund.model.printable import codes_hidden, written_out

# The wallets' own texts are a sentence; what is longer is no text.
WORDS_CHARS_MAX: Final = 300


def wallet_words(trip: Trip) -> dict[str, Any]:
    """Its code, words, status, number of the request, and whether its signature held. Payment codes hidden.

    This is all the ledger keeps of an answer: the rest of a body names people, and is not kept.
    """
    return {
        "code": codes_hidden(trip.code),
        "message": written_out(codes_hidden(trip.message))[:WORDS_CHARS_MAX],
        "http_status": trip.http_status,
        "wallet_request_id": codes_hidden(trip.wallet_request_id),
        "signature": trip.signature,
    }


def of_line(line: Happened, trips: list[Trip]) -> dict[str, Any] | None:
    """The wallet's words behind a line of the time line; None for a line that is no answer."""
    if line.what != "answer":
        return None
    number = line.detail.get("wallet_request_id")
    same = (one for one in trips if one.ended_at == line.at and one.wallet_request_id == number)
    trip = next(same, None)
    return wallet_words(trip) if trip else None
