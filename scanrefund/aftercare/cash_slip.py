"""The slip that both sides sign when a refund was paid by hand: the shop's proof that the customer has it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from scanrefund.aftercare.slip import slip_time
from scanrefund.errors import UsageFault
from scanrefund.model.other_way import Method
from scanrefund.model.refund import Refund, RefundState
from scanrefund.say.amount_words import amount_in_words
from scanrefund.say.words import say_words

# Room for a name written by hand.
_LINE: Final = "_" * 24


@dataclass(frozen=True, slots=True)
class SlipHead:
    """What stands on every slip of this shop. `payer_name` is who paid out, as the shop knows him;
    `utc_offset_h` is the shop's clock in hours.
    """

    shop_name: str
    payer_name: str
    rehearsal: bool
    copy: bool = False
    utc_offset_h: int = 8


def cash_slip(refund: Refund, head: SlipHead, language: str) -> str:
    """The slip as lines of text. Raises UsageFault for a refund that was not paid by hand.

    The customer's name is written by hand and kept on paper: the books hold no names of customers.
    """
    if refund.state is not RefundState.PAID_OTHER_WAY:
        raise UsageFault("cash_slip_of_no_cash", refund_id=refund.refund_id, state=refund.state.value)

    def say(key: str, **gaps: object) -> str:
        return say_words(language, f"cash_slip.{key}", **gaps)

    marks = [say("rehearsal")] if head.rehearsal else []
    marks += [say("copy")] if head.copy else []
    method = (refund.method or Method.CASH).value
    amount = f"{refund.amount} {amount_in_words(refund.amount, language)}".strip()
    lines = [
        *marks,
        say(f"title_{method}"),
        *([head.shop_name] if head.shop_name else []),
        say("at", paid_at=slip_time(refund.created_at, head.utc_offset_h)),
        say("order", order_id=refund.order_id),
        say("refund", refund_id=refund.refund_id, instead_of=refund.instead_of),
        say("amount", amount=amount),
        *_of_bank(refund, language),
        say("why", reason=refund.reason),
        say("no_wallet"),
        "",
        say("paid_by", name=head.payer_name, line=_LINE),
        "",
        say("taken_by", line=_LINE),
        say("signature", line=_LINE),
        *marks,
    ]
    return "\n".join(lines) + "\n"


def _of_bank(refund: Refund, language: str) -> list[str]:
    """A transfer's reference, and the end of the account where somebody told it."""
    if refund.method is not Method.BANK:
        return []
    told = (("bank_reference", refund.bank_reference), ("account", refund.received_account))
    return [say_words(language, f"cash_slip.{key}", **{key: value}) for key, value in told if value]
