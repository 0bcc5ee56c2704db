"""The slip: a refund as the customer takes it home, as one value that text, PDF and printer draw alike.

It names the refund and nobody: no payment code, no payer, no contact. Its QR code is signed, so that a slip
made elsewhere is noticed when it comes back (`model/slip.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from scanrefund import __version__
from scanrefund.aftercare.arrival import arrival
from scanrefund.model.other_way import Method
from scanrefund.model.printable import codes_hidden, written_out
from scanrefund.model.refund import Refund, RefundState
from scanrefund.model.shop_clock import shop_time
from scanrefund.say.amount_words import amount_in_words
from scanrefund.say.words import say_words

_S = RefundState
# Four headlines: a slip promises nothing that a wallet has not said.
_HEADLINES: Final = {
    _S.SUCCEEDED: "succeeded",
    _S.EXTERNAL: "succeeded",
    _S.PROCESSING: "accepted",
    _S.PAID_OTHER_WAY: "cash",
    _S.CLOSED: "none",
    _S.CANCELLED: "none",
    _S.RETURNED_TO_MERCHANT: "none",
}
# The places for which the catalogues have words; a bank's card stands in the wallet's own, and is said to.
_PLACES: Final = {"支付用户零钱": "balance", "支付用户零钱通": "fund"}


@dataclass(frozen=True, slots=True)
class SlipShop:
    """What stands on every slip of a shop: its name, its refund policy, whom to call, its clock."""

    name: str = ""
    policy: str = ""
    phone: str = ""
    utc_offset_h: int = 8


@dataclass(frozen=True, slots=True)
class Printing:
    """How a slip is made this time. `number` is the how manieth print it is; 0 on a screen.

    `training` marks what a beginner made; `rehearsal` what never touched money.
    """

    number: int
    at: datetime
    rehearsal: bool
    training: bool = False


@dataclass(frozen=True, slots=True)
class PrintedSlip:
    """One slip in one language. `marks` stand on top; `facts` are name and value; `code` is the QR's text.

    `sign_here` is empty but for money that changed hands: that has no other proof.
    """

    title: str
    headline: str
    marks: tuple[str, ...]
    shop: str
    facts: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    sign_here: str
    code: str
    code_say: str
    foot: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The fields of the command line and the page."""
        return {
            "title": self.title,
            "headline": self.headline,
            "marks": list(self.marks),
            "shop": self.shop,
            "facts": [{"name": name, "value": value} for name, value in self.facts],
            "notes": list(self.notes),
            "sign_here": self.sign_here or None,
            "code": self.code,
            "code_say": self.code_say,
            "foot": list(self.foot),
        }


def slip_of(refund: Refund, code: str, shop: SlipShop, printing: Printing, language: str) -> PrintedSlip:
    """The slip of a refund as it stands now. `code` is the text of its QR code."""

    def words(key: str, **gaps: object) -> str:
        return say_words(language, f"slip.{key}", **gaps)

    cash = refund.state is _S.PAID_OTHER_WAY and refund.method is not Method.BANK
    headline = "transfer" if refund.method is Method.BANK else _HEADLINES.get(refund.state, "open")
    return PrintedSlip(
        title=words("title"),
        headline=words(f"headline.{headline}"),
        marks=_marks(printing, language),
        shop=_clean(shop.name),
        facts=_facts(refund, shop, language),
        notes=_notes(refund, shop, language),
        sign_here=words("sign_here") if cash else "",
        code=code,
        code_say=words("code_say"),
        foot=(
            words("printed", when=slip_time(printing.at, shop.utc_offset_h)),
            f"scanrefund {__version__}",
        ),
    )


def _marks(printing: Printing, language: str) -> tuple[str, ...]:
    marks = []
    if printing.rehearsal:
        marks.append(say_words(language, "slip.mark.rehearsal"))
    if printing.training:
        marks.append(say_words(language, "slip.mark.training"))
    if printing.number > 1:
        marks.append(say_words(language, "slip.mark.copy", number=printing.number - 1))
    return tuple(marks)


def _facts(refund: Refund, shop: SlipShop, language: str) -> tuple[tuple[str, str], ...]:
    wallet = say_words(language, f"wallet.{refund.wallet.value}.name")
    by_hand = refund.state is _S.PAID_OTHER_WAY
    where = _by_hand(refund, language) if by_hand else _wallets_place(refund, language)
    told = (
        ("amount", str(refund.amount)),
        ("amount_words", amount_in_words(refund.amount, language)),
        ("paid", str(refund.order_amount)),
        ("where", where),
        ("wallet", "" if by_hand else wallet),
        ("reason", _clean(refund.reason)),
        ("order_id", refund.order_id),
        ("refund_id", refund.refund_id),
        ("wallet_refund_id", _clean(refund.wallet_refund_id)),
        ("bank_reference", _clean(refund.bank_reference)),
        ("made_at", slip_time(refund.created_at, shop.utc_offset_h)),
        ("ended_at", slip_time(refund.ended_at, shop.utc_offset_h) if refund.ended_at else ""),
        ("counter", refund.counter),
        ("clerk", refund.clerk),
    )
    return tuple((say_words(language, f"slip.fact.{name}"), value) for name, value in told if value)


def _wallets_place(refund: Refund, language: str) -> str:
    """Where the wallet says that the money goes: WeChat Pay says it in Chinese, whatever a slip speaks."""
    if not refund.received_account:
        return say_words(language, "slip.way_back", wallet=refund.wallet.value)
    place = _PLACES.get(refund.received_account, "told")
    return say_words(language, f"slip.place.{place}", account=_clean(refund.received_account))


def _by_hand(refund: Refund, language: str) -> str:
    if refund.method is not Method.BANK:
        return say_words(language, "slip.in_cash")
    return f"{say_words(language, 'slip.by_bank')} {refund.received_account}".strip()


def _notes(refund: Refund, shop: SlipShop, language: str) -> tuple[str, ...]:
    comes = arrival(refund)
    notes = [say_words(language, f"slip.arrival.{comes}")]
    if comes in ("balance", "bank", "either"):
        notes.append(say_words(language, f"slip.look.{refund.wallet.value}"))
    if shop.policy:
        notes.append(_clean(shop.policy))
    if shop.phone:
        notes.append(say_words(language, "slip.call", phone=shop.phone))
    return tuple(notes)


def slip_time(at: datetime, utc_offset_h: int) -> str:
    """On the shop's own clock, as its day is counted."""
    return shop_time(at, utc_offset_h).strftime("%Y-%m-%d %H:%M:%S")


def _clean(text: str) -> str:
    """What somebody else wrote: it steers no printer, and no payment code stands in it."""
    return written_out(codes_hidden(text))
