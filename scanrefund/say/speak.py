"""The voice of the desk: a value in, sentences out, in the language asked for.

The doors call these last of all, so nothing here raises: what has no sentence is named by its code.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from scanrefund.errors import Fault
from scanrefund.model.maintenance import Window
from scanrefund.model.refund import Refund
from scanrefund.model.refusal import Refusal
from scanrefund.model.shown import Kind, Reading
from scanrefund.model.wallet import Wallet
from scanrefund.say.catalogue import Catalogue
from scanrefund.say.causes import cause_of_refund, cause_of_refusal, telling_code
from scanrefund.say.failures import Sentence
from scanrefund.say.gaps import fill


def say_refusal(refusal: Refusal, language: str) -> Sentence:
    """Why a refund may not go, and what to do about it."""
    return _sentence(cause_of_refusal(refusal), refusal.detail, language)


def say_refund(refund: Refund, language: str) -> Sentence:
    """Where a refund is. While money may still move, the clerk's sentence warns against a second payment."""
    return _sentence(cause_of_refund(refund), _of_refund(refund), language)


def say_put_off(refund: Refund, until: datetime | None, language: str) -> Sentence:
    """That a refund is written down and goes out when the maintenance of its wallet ends."""
    return _sentence("put_off.refund", _of_refund(refund) | {"ends_at": until}, language)


def say_replaced(refund: Refund, language: str) -> Sentence:
    """Of a refund the wallet did not pay: that the shop did by hand, so nobody tries it again."""
    return _sentence("refund.paid_other_way", _of_refund(refund), language)


def say_window(window: Window, now: datetime, language: str) -> str:
    """That a maintenance window is ahead or under way, and the shop's own words about it."""
    catalogue = Catalogue.load(language)
    key = "maintenance.under_way" if window.covers(now) else "maintenance.ahead"
    gaps = {"wallet": window.wallet or "all", "begins_at": window.begins, "ends_at": window.ends}
    return f"{fill(catalogue.get(key) or key, gaps, catalogue)} {window.words}".rstrip()


def _of_refund(refund: Refund) -> dict[str, object]:
    code = telling_code(refund)
    return {
        "refund_id": refund.refund_id,
        "order_id": refund.order_id,
        "wallet": refund.wallet.value,
        "amount_fen": refund.amount.fen,
        "code": code,
        # Only `clock_skew` has something behind a colon: how far this computer's clock is off.
        "off_s": code.partition(":")[2],
    }


def say_served_again(refund: Refund, language: str) -> str:
    """That a wish is served by the refund it already led to."""
    catalogue = Catalogue.load(language)
    text = catalogue.get("served_again.text") or refund.refund_id
    return fill(text, {"made_at": refund.created_at}, catalogue)


def say_fault(fault: Fault, language: str) -> str:
    """What is broken and what to do; in English where the language has no sentence, else the fault itself."""
    for catalogue in (Catalogue.load(language), Catalogue.load("en")):
        text = catalogue.get(f"fault.{fault.code}.text")
        if text is not None:
            return fill(text, fault.details, catalogue)
    return str(fault)


def say_kind(kind: Kind, wallet: Wallet | None, language: str) -> str:
    """What was shown, by name: `这是支付宝收款码，不是付款码。`"""
    catalogue = Catalogue.load(language)
    of_wallet = catalogue.get(f"kind.{kind.value}.is_of") if wallet else None
    text = of_wallet or catalogue.get(f"kind.{kind.value}.is") or kind.value
    return fill(text, {"wallet": wallet or ""}, catalogue)


def say_reason_of_unreadable(reading: Reading, language: str) -> str:
    """Why a reading is no use for a refund: nothing in view, two codes in view, or not read certainly."""
    catalogue = Catalogue.load(language)
    if reading.rivals:
        why = "conflict"
    elif reading.shown.kind is Kind.NOTHING:
        why = "nothing"
    else:
        why = "not_certain"
    return catalogue.get(f"unreadable.{why}.text") or why


def _sentence(cause: str, detail: Mapping[str, object], language: str) -> Sentence:
    catalogue = Catalogue.load(language)

    def part(name: str) -> str:
        return fill(catalogue.get(f"{cause}.{name}") or cause, detail, catalogue)

    return Sentence(clerk=part("clerk"), customer=part("customer"), next_step=part("next"))
