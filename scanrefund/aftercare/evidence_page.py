"""The evidence of one refund as files: a page for people, the same as data, the receipt, the entries."""

from __future__ import annotations

import json
from datetime import datetime

from scanrefund import __version__
from scanrefund.aftercare.evidence import Evidence, as_json, entry_as_json, hidden_account
from scanrefund.aftercare.lone_page import page, table, text
from scanrefund.aftercare.receipt import Writer
from scanrefund.ledger.story import Happened
from scanrefund.model.printable import codes_hidden
from scanrefund.say.catalogue import Catalogue
from scanrefund.say.gaps import MISSING
from scanrefund.say.words import say_words


def files_of(found: Evidence, writer: Writer) -> dict[str, str]:
    """Name → contents. `index.html` is opened first and needs nothing but itself."""
    entries = "".join(json.dumps(entry_as_json(one), ensure_ascii=False) + "\n" for one in found.entries)
    return {
        "index.html": _Page(found, writer).drawn(),
        "receipt.txt": receipt_text(found, writer),
        "evidence.json": json.dumps(as_json(found), ensure_ascii=False, indent=1) + "\n",
        "book.jsonl": entries,
    }


def receipt_text(found: Evidence, writer: Writer) -> str:
    """What the receipt says, as plain lines."""
    words = _Words(writer.language)
    receipt = writer.of_refund(found.refund)
    lines = [words("evidence_bundle.rehearsal")] if writer.rehearsal else []
    lines += [f"{name}: {value}" for name, value in _facts(found, words)]
    lines += ["", receipt.say_clerk, receipt.say_customer]
    return codes_hidden("\n".join(lines)) + "\n"


class _Words:
    """The catalogue of one language."""

    def __init__(self, language: str) -> None:
        self._language = language

    def __call__(self, key: str, **gaps: object) -> str:
        return say_words(self._language, key, **gaps)

    def state(self, value: object) -> str:
        return Catalogue.load(self._language).get(f"refund_state.{value}") or str(value)


class _Page:
    """Draws `index.html`."""

    def __init__(self, found: Evidence, writer: Writer) -> None:
        self._found, self._writer = found, writer
        self._words = _Words(writer.language)

    def drawn(self) -> str:
        """The whole page."""
        words, found = self._words, self._found
        title = words("evidence_bundle.title", refund_id=found.refund.refund_id)
        parts = [f"<h1>{text(title)}</h1>"]
        if self._writer.rehearsal:
            parts.append(f'<p class="band">{text(words("evidence_bundle.rehearsal"))}</p>')
        gathered = words("evidence_bundle.gathered", at=_local(found.at), version=__version__)
        parts.append(f'<p class="soft">{text(gathered)}</p>')
        parts.append(table(("", ""), _facts(found, words)))
        parts += [self._said(), self._story(), self._trips(), self._book()]
        return page(title, "\n".join(parts), self._writer.language)

    def _said(self) -> str:
        receipt = self._writer.of_refund(self._found.refund)
        said = (receipt.say_clerk, receipt.say_customer)
        lines = "".join(f"<p>{text(codes_hidden(line))}</p>" for line in said if line)
        return f"<h2>{text(self._words('evidence_bundle.receipt'))}</h2>{lines}"

    def _story(self) -> str:
        rows = [(_local(one.at), self._line(one), codes_hidden(one.who)) for one in self._found.lines]
        head = [self._words(f"evidence_bundle.{name}") for name in ("at", "what", "who")]
        return f"<h2>{text(self._words('evidence_bundle.story'))}</h2>{table(head, rows)}"

    def _line(self, happened: Happened) -> str:
        gaps: dict[str, object] = {
            name: self._words.state(value) if name.endswith("_state") else value
            for name, value in happened.detail.items()
        }
        key = f"timeline.{happened.what}"
        told = self._words(key, **gaps, by=happened.who or MISSING)
        # A kind without a sentence of its own is told by its name and its facts.
        return codes_hidden(told if told != key else f"{happened.what} {_plain(gaps)}".rstrip())

    def _trips(self) -> str:
        rows = [
            (
                _local(trip.begun_at),
                trip.command,
                trip.outcome,
                trip.code,
                codes_hidden(trip.message),
                trip.http_status or "",
                trip.signature,
                trip.wallet_request_id,
            )
            for trip in self._found.trips
        ]
        names = ("at", "command", "outcome", "code", "message", "http", "signature", "request")
        head = [self._words(f"evidence_bundle.{name}") for name in names]
        return f"<h2>{text(self._words('evidence_bundle.trips'))}</h2>{table(head, rows)}"

    def _book(self) -> str:
        words, found = self._words, self._found
        rows = [
            (one.number, one.at, one.kind, one.subject, codes_hidden(one.facts), one.previous, one.seal)
            for one in found.entries
        ]
        names = ("number", "at", "kind", "subject", "facts", "previous", "seal")
        whole = words("evidence_bundle.whole" if found.whole else "evidence_bundle.not_whole")
        head = words("evidence_bundle.head", head=f"{found.head.number}:{found.head.seal}")
        lines = table([words(f"evidence_bundle.{name}") for name in names], rows)
        return (
            f"<h2>{text(words('evidence_bundle.book'))}</h2><p>{text(whole)}</p>"
            f'<p class="soft"><code>{text(head)}</code></p>{lines}'
        )


def _plain(detail: dict[str, object]) -> str:
    return ", ".join(f"{name}={value}" for name, value in detail.items())


def _facts(found: Evidence, words: _Words) -> list[tuple[str, str]]:
    refund, order = found.refund, found.order
    facts = [
        ("label.refund_id", refund.refund_id),
        ("label.order_id", order.order_id),
        ("label.wallet", words(f"wallet.{refund.wallet.value}.name")),
        ("label.wallet_order_id", order.wallet_order_id),
        ("evidence_bundle.wallet_refund_id", refund.wallet_refund_id),
        ("label.amount", str(refund.amount)),
        ("evidence_bundle.of", str(order.amount)),
        ("label.state", words.state(refund.state.value)),
        ("label.reason", codes_hidden(refund.reason)),
        ("label.code", found.code_masked),
        ("evidence_bundle.account", hidden_account(refund.received_account)),
        ("label.clerk", codes_hidden(refund.clerk)),
        ("label.approver", codes_hidden(refund.approver)),
        ("evidence_bundle.counter", refund.counter),
        ("label.paid_at", _local(order.paid_at)),
        ("evidence_bundle.made_at", _local(refund.created_at)),
        ("evidence_bundle.ended_at", _local(refund.ended_at)),
    ]
    return [(words(key), value) for key, value in facts if value]


def _local(at: datetime | None) -> str:
    return at.astimezone().isoformat(sep=" ", timespec="seconds") if at else ""
