"""`scanrefund doctor`: the self test, with one cure line for whatever is not good, and its history."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from scanrefund import exits
from scanrefund.cli import output
from scanrefund.cli.choices import AsJson
from scanrefund.cli.invocation import Invocation, of
from scanrefund.errors import Fault

if TYPE_CHECKING:
    from scanrefund.config import Settings
    from scanrefund.ledger.self_tests import Kept, SelfTests
    from scanrefund.readiness import Finding

# Two weeks of two shifts.
HISTORY_MAX: Final = 30
_SIGNS: Final = {True: "good", False: "bad", None: "advice"}


def doctor(
    ctx: typer.Context,
    *,
    history: Annotated[bool, typer.Option("--history", help="Tell what earlier self tests found.")] = False,
    as_json: AsJson = False,
) -> int:
    """Test this counter before the first refund of the day. Ends with 0 when ready, else 5."""
    from scanrefund.assemble import surroundings
    from scanrefund.readiness import examine, is_ready

    invocation = of(ctx)
    settings = invocation.settings()
    if history:
        return _tell_history(invocation, settings, as_json=as_json)
    around = surroundings(settings)
    findings = examine(around)
    ready = is_ready(findings)
    _keep(invocation, settings, findings, around.now(), ready=ready)
    if as_json:
        told = [_document(finding, invocation) for finding in findings]
        output.document({"ready": ready, "checks": told})
    else:
        _tell(findings, invocation)
        output.say(invocation.words("cli.ready" if ready else "cli.not_ready"))
    return 0 if ready else exits.NEEDS_A_PERSON


def _keep(
    invocation: Invocation, settings: Settings, findings: list[Finding], now: datetime, *, ready: bool
) -> None:
    """Write down what was found. Where the ledger itself is what is wrong, there is nowhere to write."""
    from scanrefund.ledger.self_tests import Kept

    told = tuple((finding.name, finding.ok, finding.cause) for finding in findings)
    with contextlib.suppress(Fault), _self_tests(invocation, settings) as kept:
        kept.keep(Kept(now, settings.counter, ready, told))


def _tell_history(invocation: Invocation, settings: Settings, *, as_json: bool) -> int:
    with _self_tests(invocation, settings) as kept:
        found = kept.listed(HISTORY_MAX)
    if as_json:
        output.document({"history": [_kept_document(one) for one in found]})
        return 0
    columns = [invocation.words(f"doctor.{name}") for name in ("at", "counter", "result", "not_good")]
    output.table(columns, [_kept_row(one, invocation) for one in found])
    return 0


@contextmanager
def _self_tests(invocation: Invocation, settings: Settings) -> Iterator[SelfTests]:
    """The history alone: what the witness says is for the self test to find."""
    from scanrefund.ledger.ledger import Ledger, Shop
    from scanrefund.ledger.self_tests import SelfTests

    shop = Shop(settings.shop_id, settings.rehearsal)
    ledger = Ledger.open(settings.ledger, invocation.keys(settings), shop)
    try:
        yield SelfTests(ledger)
    finally:
        ledger.close()


def _kept_document(kept: Kept) -> dict[str, Any]:
    findings = [{"name": name, "ok": ok, "cause": cause} for name, ok, cause in kept.findings]
    return {"at": kept.at.isoformat(), "counter": kept.counter, "ready": kept.ready, "checks": findings}


def _kept_row(kept: Kept, invocation: Invocation) -> tuple[str, ...]:
    wrong = [name for name, ok, _ in kept.findings if ok is not True]
    names = ", ".join(invocation.words(f"readiness.{name}.name") for name in wrong)
    sign = invocation.words("readiness.good" if kept.ready else "readiness.bad")
    return output.local(kept.at), kept.counter, sign, names


def _document(finding: Finding, invocation: Invocation) -> dict[str, object]:
    detail, cure = finding.told(invocation.spoken())
    told = {"detail": detail or None, "cure": cure or None}
    return {"name": finding.name, "ok": finding.ok, "cause": finding.cause, **told}


def _tell(findings: list[Finding], invocation: Invocation) -> None:
    rows = []
    for finding in findings:
        detail, cure = finding.told(invocation.spoken())
        sign = invocation.words(f"readiness.{_SIGNS[finding.ok]}")
        rows.append((invocation.words(f"readiness.{finding.name}.name"), sign, detail, cure))
    columns = [invocation.words(f"label.{key}") for key in ("check", "result", "detail", "cure")]
    output.table(columns, rows)
