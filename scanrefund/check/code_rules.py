"""The ladder's first rungs: is this a fresh payment code, shown by a living person now?"""

from __future__ import annotations

from scanrefund.check.case import Case, PayerCheck
from scanrefund.check.freshness import is_stale, shown_age_s
from scanrefund.model.refusal import Reason, Refusal
from scanrefund.model.shown import Kind, Reading, Source
from scanrefund.model.wallet import FACTS


def _is_code(reading: Reading | None) -> bool:
    return reading is not None and reading.shown.kind is Kind.PAYMENT_CODE


def code_unreadable(case: Case) -> Refusal | None:
    """Nothing was read, or what was read is not certain enough for money."""
    reading = case.reading
    if reading is None:
        return None
    if reading.shown.kind is Kind.NOTHING or (_is_code(reading) and not reading.confirmed):
        return Refusal(Reason.CODE_UNREADABLE)
    return None


def not_a_payment_code(case: Case) -> Refusal | None:
    """Something else was shown; the refusal names it."""
    reading = case.reading
    if reading is None or _is_code(reading) or reading.shown.kind is Kind.NOTHING:
        return None
    detail = {"kind": reading.shown.kind.value, "text": reading.shown.safe_text}
    return Refusal(Reason.NOT_A_PAYMENT_CODE, detail)


def codes_conflict(case: Case) -> Refusal | None:
    """Two different payment codes are in view: nobody knows whose is meant."""
    if case.reading is None or not case.reading.rivals:
        return None
    return Refusal(Reason.CODES_CONFLICT, {"count": 1 + len(case.reading.rivals)})


def code_expired(case: Case) -> Refusal | None:
    """Older than the wallet keeps a code alive, counted from its first sight at any counter; or the wallet
    itself, asked for its payer, takes it for no living code.
    """
    reading, sighting = case.reading, case.sighting
    if reading is None or sighting is None or reading.shown.wallet is None:
        return None
    if case.payer is PayerCheck.NO_LIVING_CODE:
        detail: dict[str, str | int] = {"wallet": reading.shown.wallet.value, "refused_by": "wallet"}
        return Refusal(Reason.CODE_EXPIRED, detail)
    limit_s = FACTS[reading.shown.wallet].code_age_s_max
    if not is_stale(sighting.first_seen_at, case.now, limit_s):
        return None
    age_s = shown_age_s(sighting.first_seen_at, case.now)
    detail = {"age_s": age_s, "limit_s": limit_s, "wallet": reading.shown.wallet.value}
    return Refusal(Reason.CODE_EXPIRED, detail)


def code_seen_before(case: Case) -> Refusal | None:
    """The code is bound to another refund: each code proves one presence."""
    if case.sighting is None or case.sighting.refund_id is None:
        return None
    return Refusal(Reason.CODE_SEEN_BEFORE, {"refund_id": case.sighting.refund_id})


def picture_too_old(case: Case) -> Refusal | None:
    """A picture of a code proves no more than the code was alive when it was taken."""
    reading = case.reading
    if reading is None or reading.source is not Source.PICTURE or reading.taken_at is None:
        return None
    limit_s = case.limits.picture_age_s_max
    if not is_stale(reading.taken_at, case.now, limit_s):
        return None
    if reading.taken_at > case.now:
        ahead_s = int((reading.taken_at - case.now).total_seconds())
        return Refusal(Reason.PICTURE_TOO_OLD, {"ahead_s": ahead_s, "limit_s": limit_s})
    age_s = shown_age_s(reading.taken_at, case.now)
    return Refusal(Reason.PICTURE_TOO_OLD, {"age_s": age_s, "limit_s": limit_s})


def picture_undated(case: Case) -> Refusal | None:
    """A picture without a time proves nothing about now."""
    reading = case.reading
    if reading is None or reading.source is not Source.PICTURE or reading.taken_at is not None:
        return None
    return Refusal(Reason.PICTURE_UNDATED)


def code_required(case: Case) -> Refusal | None:
    """The shop wants a live code; a picture counts only where `limits.picture_may_refund` says so.

    Where staff is known, going without one is a matter of permission and approval (`check/permission.py`).
    """
    reading = case.reading
    if reading is None:
        required = case.limits.code_required and case.people is None
        return Refusal(Reason.CODE_REQUIRED) if required else None
    if reading.source is Source.PICTURE and not case.limits.picture_may_refund:
        return Refusal(Reason.CODE_REQUIRED)
    return None
