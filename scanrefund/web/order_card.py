"""An order as the page shows it, with the wallet's own word beside our books."""

from __future__ import annotations

from concurrent.futures import wait
from dataclasses import dataclass
from typing import Any, Final

from scanrefund.check.order_rules import refundable_until
from scanrefund.check.permission import next_day
from scanrefund.model.money import Money
from scanrefund.model.order import Order
from scanrefund.model.outcome import OrderAnswer, OrderLook
from scanrefund.model.shop_clock import shop_day, shop_time
from scanrefund.say.speak import say_refusal
from scanrefund.search_desk import Difference
from scanrefund.web.call import words
from scanrefund.web.items import items_of
from scanrefund.web.order_choices import choices
from scanrefund.web.receipts import moment, receipt_of
from scanrefund.web.site import Site

# A clerk waits so long for the wallet's word on an order; the refund itself asks again.
WALLET_WORD_S: Final = 2.0
# From here on the end of the return period is told in amber.
SOON_DAYS: Final = 3


@dataclass(frozen=True, slots=True)
class Card:
    """An order, what the wallet says of it, and how."""

    order: Order
    wallet_says: OrderAnswer | None


def card_of(site: Site, order: Order) -> Card:
    """Ask the wallet, but do not wait for it: without its word the card says so."""
    asked, _ = site.errands.begin(f"order {order.order_id}", lambda: site.house.search.ask(order))
    wait([asked], WALLET_WORD_S)
    return Card(order, asked.result() if asked.done() else OrderAnswer(OrderLook.NOT_ASKED))


def told(site: Site, card: Card, language: str) -> dict[str, Any]:
    """The card as JSON. Amounts in fen; `in_flight_fen` is what open refunds may still move."""
    order, search = card.order, site.house.search
    refunds = search.refunds_of(order.order_id)
    refusal = search.refusal(order, card.wallet_says)
    said = say_refusal(refusal, language) if refusal else None
    return {
        "order_id": order.order_id,
        "wallet": order.wallet.value,
        "wallet_say": words(language, f"wallet.{order.wallet.value}.name"),
        "wallet_order_id": order.wallet_order_id,
        "amount_fen": order.amount.fen,
        "refunded_fen": order.refunded.fen,
        "in_flight_fen": sum(refund.amount.fen for refund in refunds if refund.is_open),
        "remaining_fen": max(order.remaining.fen, 0),
        "state": order.state.value,
        "state_say": words(language, f"order_state.{order.state.value}.name"),
        "paid_at": moment(order.paid_at),
        "paid_say": _paid(site, order, language),
        "until": _until(site, order, language) if refusal is None else None,
        "items": items_of(order),
        "next_day": next_day(order, site.now(), site.settings.limits.people),
        "ask_for": words(language, f"ask_for.{order.wallet.value}"),
        "may_refund": refusal is None,
        "why_not": said.clerk if said else "",
        "next_step": said.next_step if said else "",
        "may": choices(order, refusal),
        "cost_fen": site.house.reversals.cost(order).fen,
        "frozen_why": words(language, f"frozen.{order.frozen_why}.name") if order.frozen_why else "",
        "wallet_word": _wallet_word(card.wallet_says, language),
        "differences": [_difference(one, language) for one in search.differences(order, card.wallet_says)],
        "refunds": [receipt_of(site, refund, language) for refund in refunds],
    }


def warning(site: Site, card: Card, language: str) -> tuple[str, str]:
    """One sentence and a tone for the whole card: what a clerk must know before anything else."""
    refunds = site.house.search.refunds_of(card.order.order_id)
    open_refund = next((refund for refund in refunds if refund.is_open), None)
    if open_refund is not None:
        told = receipt_of(site, open_refund, language)
        return str(told["say_clerk"]), "warn"
    refusal = site.house.search.refusal(card.order, card.wallet_says)
    if refusal is not None:
        return say_refusal(refusal, language).clerk, "bad"
    if card.wallet_says is None or card.wallet_says.look is OrderLook.NOT_ASKED:
        return words(language, "wallet_word.NOT_ASKED"), "warn"
    return words(language, f"ask_for.{card.order.wallet.value}"), "good"


def _paid(site: Site, order: Order, language: str) -> str:
    """By the shop's own clock, whatever this machine's is."""
    if order.paid_at is None:
        return words(language, "paid.never")
    age_s = max(int((site.now() - order.paid_at).total_seconds()), 0)
    paid_at = shop_time(order.paid_at, site.settings.limits.people.utc_offset_h).strftime("%Y-%m-%d %H:%M")
    return words(language, "paid.at", paid_at=paid_at, age_s=age_s)


def _until(site: Site, order: Order, language: str) -> dict[str, Any] | None:
    """The last day on which it can be refunded, and whether that is near."""
    limits, now = site.settings.limits, site.now()
    until = refundable_until(order, limits.return_window_days)
    if until is None:
        return None
    last, today = (shop_day(moment, limits.people.utc_offset_h) for moment in (until, now))
    left = (last - today).days
    word = "until" if left else "until_today"
    say = words(language, f"paid.{word}", day=last.isoformat(), days=left)
    return {"say": say, "soon": left <= SOON_DAYS}


def _wallet_word(says: OrderAnswer | None, language: str) -> dict[str, Any]:
    look = says.look if says else OrderLook.NOT_ASKED
    state = says.order.state.value if says and says.order else ""
    gaps = {"state": state} if state else {}
    return {"look": look.value, "state": state, "say": words(language, f"wallet_word.{look.value}", **gaps)}


def _difference(one: Difference, language: str) -> dict[str, Any]:
    ours, theirs = one.ours, one.theirs
    if one.field == "amount":
        ours, theirs = str(Money.from_yuan(ours)), str(Money.from_yuan(theirs))
    gaps = {"field": one.field, "ours": ours, "theirs": theirs}
    return {**gaps, "say": words(language, "difference.text", **gaps)}
