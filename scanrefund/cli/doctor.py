"""`scanrefund doctor`: the self test, with one cure line for whatever is not good."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import typer

from scanrefund.cli import output
from scanrefund.cli.choices import AsJson
from scanrefund.cli.invocation import Invocation, of

if TYPE_CHECKING:
    from scanrefund.readiness import Finding

EXIT_NOT_READY: Final = 5
_SIGNS: Final = {True: "good", False: "bad", None: "advice"}


def doctor(ctx: typer.Context, *, as_json: AsJson = False) -> int:
    """Test this counter before the first refund of the day. Ends with 0 when ready, else 5."""
    from scanrefund.assemble import surroundings
    from scanrefund.readiness import examine, is_ready

    invocation = of(ctx)
    findings = examine(surroundings(invocation.settings()))
    ready = is_ready(findings)
    if as_json:
        told = [_document(finding, invocation) for finding in findings]
        output.document({"ready": ready, "checks": told})
    else:
        _tell(findings, invocation)
        output.say(invocation.words("cli.ready" if ready else "cli.not_ready"))
    return 0 if ready else EXIT_NOT_READY


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
