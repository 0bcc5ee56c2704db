"""Messages put into words: what a customer may read of a refund, and what staff must know of an alarm.

No payment code, no payer, no address stands in a letter; an SMS carries only the variables of its template.
"""

from __future__ import annotations

from dataclasses import dataclass

from scanrefund.aftercare.arrival import arrival
from scanrefund.aftercare.notify import Letter
from scanrefund.aftercare.slip import SlipShop
from scanrefund.model.contact import Contact
from scanrefund.model.message import Event, Message
from scanrefund.model.refund import Refund
from scanrefund.say.words import say_alarm, say_words


@dataclass(frozen=True, slots=True)
class LetterWriter:
    """Writes letters for one shop; `language` is the staff's, a customer's comes with the contact."""

    shop: SlipShop
    shop_id: str
    language: str
    rehearsal: bool

    def of_refund(self, message: Message, contact: Contact, refund: Refund) -> Letter:
        """A letter about a refund, as it stands now."""
        language, comes = contact.language, arrival(refund)
        gaps = self._gaps(message) | {
            "amount": str(refund.amount),
            "order_id": refund.order_id,
            "refund_id": refund.refund_id,
            "wallet": refund.wallet.value,
        }
        more = []
        if message.event in (Event.REFUND_ACCEPTED, Event.REFUND_SUCCEEDED):
            more = [
                say_words(language, f"slip.arrival.{comes}"),
                say_words(language, f"slip.look.{refund.wallet.value}"),
            ]
        variables = {
            "shop": self._name,
            "amount": refund.amount.yuan(),
            "order": refund.order_id[-6:],
            "arrival": say_words(language, f"message.arrival.{comes}"),
        }
        return self._letter(message, contact, language, gaps, more, variables)

    def of_order(self, message: Message, contact: Contact) -> Letter:
        """A letter about an order that was cancelled."""
        gaps = self._gaps(message) | {"order_id": message.subject}
        variables = {"shop": self._name, "order": message.subject[-6:]}
        return self._letter(message, contact, contact.language, gaps, [], variables)

    def of_alarm(self, message: Message) -> Letter:
        """An alert to staff."""
        gaps = self._gaps(message) | {"subject": message.subject or "—"}
        gaps["alarm"] = say_alarm(self.language, message.word)
        return self._letter(message, None, self.language, gaps, [], {})

    @property
    def _name(self) -> str:
        return self.shop.name or self.shop_id

    def _gaps(self, message: Message) -> dict[str, object]:
        return {"shop": self._name, "made_at": message.made_at}

    def _letter(
        self,
        message: Message,
        contact: Contact | None,
        language: str,
        gaps: dict[str, object],
        more: list[str],
        variables: dict[str, str],
    ) -> Letter:
        subject = say_words(language, f"message.{message.event.value}.subject", **gaps)
        body = [say_words(language, f"message.{message.event.value}.body", **gaps), *more]
        if self.rehearsal:
            mark = say_words(language, "slip.mark.rehearsal")
            subject, body = f"[{mark}] {subject}", [mark, *body]
        if contact is not None:
            if self.shop.phone:
                body.append(say_words(language, "slip.call", phone=self.shop.phone))
            body.append(say_words(language, "message.never_asks", **gaps))
        return Letter(
            message_id=f"{self.shop_id}.{message.message_id}",
            event=message.event,
            # A contact that was given anew meanwhile may be of the other kind.
            channel=contact.channel if contact else message.channel,
            contact=contact,
            subject=subject,
            body="\n".join(body),
            variables=variables,
            made_at=message.made_at,
        )
