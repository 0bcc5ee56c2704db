"""A reconciled day and an audit as the page gets them: texts in its language, amounts written out."""

from __future__ import annotations

from itertools import islice
from typing import Any, Final

from scanrefund.aftercare.reconcile import Reconciliation
from scanrefund.aftercare.reconcile_words import ReconcileWords
from scanrefund.books_desk import Walked
from scanrefund.web.call import Call
from scanrefund.web.receipts import moment

# What a page shows; the CSV has all.
DIFFERENCES_MAX: Final = 500
SUMS: Final = ("scope", "side", "theirs", "ours", "differences", "unexplained")


def words_of(call: Call) -> ReconcileWords:
    """Whoever speaks of this day."""
    return ReconcileWords(call.language, rehearsal=call.site.settings.rehearsal)


def reconciled(call: Call, run_id: str) -> dict[str, Any]:
    """Scopes with their sums, the differences with what to do, what is signed, whether it can be."""
    words, desk = words_of(call), call.site.house.books
    with desk.looking(run_id) as done:
        signed = desk.signed(done)
        found = list(islice(done.differences(), DIFFERENCES_MAX))
        count = sum(sum(scope.counts.values()) for scope in done.scopes)
        return {
            "title": words.title(done),
            "scopes": [
                {"name": words.say(f"scope.{one.name}.name"), "say": words.look(one), "ok": one.was_compared}
                for one in done.scopes
            ],
            "sum_columns": [words.say(f"reconcile.{key}") for key in SUMS],
            "sums": [list(row) for scope in done.scopes for row in words.sums(scope)],
            "columns": [words.say(f"reconcile.{key}") for key in ("scope", "kind", "number")]
            + [words.say("label.amount"), words.say("reconcile.proposal")],
            "differences": [list(words.row(one)) for one in found],
            "left_out": count - len(found),
            "verdict": _verdict(done, words),
            "unexplained_fen": sum(scope.unexplained_fen for scope in done.scopes),
            "signatures": [
                {"say": words.signature(name, one), "same": one.is_same} for name, one in signed.items()
            ],
            "signable": _signable(done) and len(signed) < len(done.scopes),
        }


def walked(call: Call, found: Walked) -> dict[str, Any]:
    """Whether the book holds, in words, and its head to be written down elsewhere."""
    audit = found.audit
    if audit.flaw is None:
        said = [call.words("audit.whole", entries=audit.entries)]
    else:
        said = [call.words(f"audit.{audit.flaw.kind.value}", number=audit.flaw.number)]
    said += [call.words("audit.behind", number=number) for number in audit.behind]
    head = call.words("audit.head", head=f"{audit.head.number}:{audit.head.seal}")
    return {"at": moment(found.at), "whole": audit.is_whole, "say": said, "head": head}


def _signable(done: Reconciliation) -> bool:
    return bool(done.scopes) and all(one.was_compared and not one.unexplained_fen for one in done.scopes)


def _verdict(done: Reconciliation, words: ReconcileWords) -> dict[str, str]:
    unexplained_fen = sum(scope.unexplained_fen for scope in done.scopes)
    if unexplained_fen:
        return {"tone": "bad", "say": words.say("reconcile.not_explained", unexplained_fen=unexplained_fen)}
    if not all(scope.was_compared for scope in done.scopes):
        return {"tone": "warn", "say": words.say("reconciled.not_compared")}
    if any(scope.for_people for scope in done.scopes):
        return {"tone": "warn", "say": words.say("reconcile.explained")}
    found = any(scope.counts for scope in done.scopes)
    return {"tone": "good", "say": words.say("reconcile.explained" if found else "reconcile.clean")}
