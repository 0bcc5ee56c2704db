"""The refund itself: checked beforehand, made once however often it is asked for, answered at once."""

from __future__ import annotations

import time
from concurrent.futures import Future, wait
from dataclasses import replace
from typing import Any, Final

from scanrefund.aftercare.receipt import Receipt
from scanrefund.check.rules import Verdict
from scanrefund.config import Settings
from scanrefund.errors import UsageFault
from scanrefund.model.contact import (
    NAME_CHARS_MAX,
    Applicant,
    Contact,
    NoApplicant,
    NoContact,
    applicant_of,
    contact_of,
)
from scanrefund.model.money import ZERO, Money
from scanrefund.model.order import Order
from scanrefund.model.refund import RefundState
from scanrefund.model.refusal import Reason, Refusal
from scanrefund.model.shown import Reading
from scanrefund.model.wallet import FACTS
from scanrefund.say.amount_words import amount_in_words
from scanrefund.say.failures import Sentence
from scanrefund.say.speak import say_refusal
from scanrefund.web.by_hand import credential_of
from scanrefund.web.call import Call
from scanrefund.web.readings import Held
from scanrefund.web.receipts import receipt_of, refused, tell_pages, writer_of
from scanrefund.web.shell import reason_text
from scanrefund.wish import RefundRequest

# Most refunds have ended by then, and the page shows the end at once; a customer does not feel it.
ANSWER_S: Final = 1.2
LOOK_S: Final = 0.05
NOTE_CHARS_MAX: Final = 120
CONTACT_CHARS_MAX: Final = 254

_ON_ITS_WAY: Final = frozenset({RefundState.READY, RefundState.SENDING})


def check(call: Call) -> dict[str, Any]:
    """Every rule with its verdict, and what the customer is told. Binds nothing."""
    request = _request(call, reading_of(call), request_id="")
    verdicts = call.site.house.desk.rehearse(request)
    order = call.site.house.ledger.order(request.order_id)
    amount = request.amount or (order.remaining if order else ZERO)
    refusals = [verdict.refusal for verdict in verdicts if verdict.refusal]
    return {
        "rungs": [_rung(call, verdict) for verdict in verdicts],
        "amount_fen": amount.fen,
        "amount_words": amount_in_words(amount, call.language),
        "partial": order is not None and amount < order.remaining,
        "needs_approval": any(refusal.reason is Reason.NEEDS_APPROVAL for refusal in refusals),
        "customer": _for_the_customer(call, order, amount),
    }


def refund(call: Call) -> dict[str, Any]:
    """Make it, or serve the one that the same wish made before. The wallet's word comes when it comes."""
    return served(call, _request(call, None, call.fields.request_id()))


def served(call: Call, wish: RefundRequest) -> dict[str, Any]:
    """The refund of a wish that has a request number; its code is taken from the reading of the call."""
    if call.site.house.ledger.refund_of_request(wish.request_id) is not None:
        # A lost answer, a second press: the code may be long gone, and is not needed.
        return told_receipt(call, call.site.house.desk_in(call.language).refund(wish))
    if wish.approval is not None:
        call.site.tries.count(call.now())
    held = _held(call)
    if held is not None and held.reading is None:
        return _too_late(call, held)
    return _made(call, replace(wish, reading=held.reading if held else None))


def _made(call: Call, request: RefundRequest) -> dict[str, Any]:
    """Begin it, or join the same wish that is under way, and tell what stands after a moment."""
    site, desk = call.site, call.site.house.desk_in(call.language)
    amount = request.amount.fen if request.amount else "rest"
    name = f"refund {request.request_id} {request.order_id} {amount}"
    ends = time.monotonic() + ANSWER_S
    making, is_first = site.errands.begin(name, lambda: desk.refund(request))
    if is_first:
        making.add_done_callback(lambda made: _tell_pages(call, made))
    if not _ended_or_written(call, making, request.request_id, ends):
        written = site.house.ledger.refund_of_request(request.request_id)
        if written is not None:
            return receipt_of(site, written, call.language, again=not is_first)
    receipt = making.result()
    if receipt.refund_id is not None and not is_first:
        receipt = desk.refund(replace(request, reading=None))
    return told_receipt(call, receipt, ends)


def _ended_or_written(call: Call, making: Future[Receipt], request_id: str, ends: float) -> bool:
    """Wait for the end a moment, then only until the refund is on disk: true when it has ended."""
    wait([making], ANSWER_S)
    while not making.done():
        if time.monotonic() >= ends and call.site.house.ledger.refund_of_request(request_id):
            return False
        wait([making], LOOK_S)
    return True


def _tell_pages(call: Call, made: Future[Receipt]) -> None:
    """The other pages, and this one where its answer was early, hear how it stands now."""
    refund_id = made.result().refund_id if made.exception() is None else None
    if refund_id:
        tell_pages(call.site, refund_id)


def told_receipt(call: Call, receipt: Receipt, ends: float = 0.0) -> dict[str, Any]:
    """A receipt as the page gets it. Where the worker was quicker to set out, its answer is waited for until
    `ends`.
    """
    ledger = call.site.house.ledger
    written = ledger.refund(receipt.refund_id) if receipt.refund_id else None
    if written is None:
        return refused(receipt, call.language)
    while written.state in _ON_ITS_WAY and time.monotonic() < ends:
        time.sleep(LOOK_S)
        written = ledger.refund(written.refund_id) or written
    return receipt_of(call.site, written, call.language, again=bool(receipt.served_again))


def _held(call: Call) -> Held | None:
    """The reading that the page has a handle of; None where it brought none, for a refund without a code."""
    reading_id = call.fields.number("reading_id", needed=False)
    if not reading_id:
        return None
    held = call.site.readings.of(reading_id, call.now())
    if held is None:
        raise UsageFault("reading_gone")
    return held


def reading_of(call: Call) -> Reading | None:
    """What the page has a handle of, or None where it brought none. Raises UsageFault reading_gone."""
    held = _held(call)
    if held is not None and held.reading is None:
        # The page looks at the rules again just when the minute is over: it is told that, and no riddle.
        raise UsageFault("reading_expired")
    return held.reading if held else None


def _too_late(call: Call, held: Held) -> dict[str, Any]:
    """The code was let go because it is too old: the ladder's own answer, without the code."""
    age_s = int((call.now() - held.seen_at).total_seconds())
    detail: dict[str, str | int] = {"age_s": age_s}
    if held.wallet is not None:
        detail |= {"limit_s": FACTS[held.wallet].code_age_s_max, "wallet": held.wallet.value}
    order = call.site.house.ledger.order(call.fields.number("order_id"))
    writer = writer_of(call.site, call.language)
    refusal = Refusal(Reason.CODE_EXPIRED, detail)
    receipt = writer.of_refusal(
        refusal,
        order.order_id if order else call.fields.number("order_id"),
        order.wallet if order else None,
        call.fields.money("amount_fen"),
    )
    return refused(receipt, call.language)


def _request(call: Call, reading: Reading | None, request_id: str) -> RefundRequest:
    fields = call.fields
    return RefundRequest(
        order_id=fields.number("order_id"),
        amount=fields.money("amount_fen"),
        reason=_reason(call),
        reading=reading,
        request_id=request_id,
        clerk=call.person.staff_id,
        approval=credential_of(fields),
        queue=fields.flag("queue"),
        contact=contact_told(fields.raw_text("contact", CONTACT_CHARS_MAX, needed=False), call.site.settings),
        applicant=_applicant_told(fields.raw_text("applicant", NAME_CHARS_MAX, needed=False)),
        customer_agreed=fields.flag("customer_agreed"),
    )


def contact_told(text: str, settings: Settings) -> Contact | None:
    """The contact a customer gave, written to in the shop's language. Raises UsageFault contact_wrong."""
    try:
        return contact_of(text, settings.language) if text.strip() else None
    except NoContact:
        raise UsageFault("contact_wrong") from None


def _applicant_told(text: str) -> Applicant | None:
    try:
        return applicant_of(text) if text.strip() else None
    except NoApplicant:
        raise UsageFault("applicant_wrong") from None


def _reason(call: Call) -> str:
    """The reason in the shop's own language: it goes into the books and to the wallet."""
    code = call.fields.text("reason", needed=False)
    note = call.fields.text("note", NOTE_CHARS_MAX, needed=False)
    settings = call.site.settings
    if code and code not in settings.page.reasons:
        raise UsageFault("field_wrong", name="reason")
    told = [reason_text(code, settings.language)] if code else []
    return "；".join([*told, note] if note and told else told)


def _rung(call: Call, verdict: Verdict) -> dict[str, str]:
    said = say_refusal(verdict.refusal, call.language) if verdict.refusal else Sentence("", "", "")
    told = "no" if verdict.refusal else "amber" if verdict.unsure else "skipped" if verdict.skipped else "yes"
    name = call.words(f"rule.{verdict.reason.value}")
    say = call.words(f"amber.{verdict.reason.value}") if told == "amber" else said.clerk
    named = {"reason": verdict.reason.value, "name": name, "verdict": told}
    return named | {"say": say, "next_step": said.next_step}


def _for_the_customer(call: Call, order: Order | None, amount: Money) -> dict[str, str]:
    """The four things a customer agrees to before anything is sent."""
    if order is None:
        return {"what": "", "how_much": "", "where": "", "when": ""}
    in_words = amount_in_words(amount, call.language)
    shop = call.site.settings.shop_name
    what = "customer.what_of_shop" if shop else "customer.what"
    return {
        "what": call.words(what, order_id=order.order_id, shop=shop),
        "how_much": f"{amount} {in_words}".strip(),
        "where": call.words("customer.where", wallet=order.wallet.value),
        "when": call.words(f"customer.when_{order.wallet.value}"),
    }
