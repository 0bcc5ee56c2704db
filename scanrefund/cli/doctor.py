"""`scanrefund doctor`: the self test, with one cure line for whatever is not good."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import typer

from scanrefund.cli import output
from scanrefund.cli.choices import AsJson
from scanrefund.cli.invocation import Invocation, of
from scanrefund.cli.reading import now

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scanrefund.config import Settings
    from scanrefund.readiness import Finding, Surroundings
    from scanrefund.wallets.gateway import RefundGateway

EXIT_NOT_READY: Final = 5
_SIGNS: Final = {True: "good", False: "bad", None: "advice"}


def doctor(ctx: typer.Context, *, as_json: AsJson = False) -> int:
    """Test this counter before the first refund of the day. Ends with 0 when ready, else 5."""
    from scanrefund.readiness import examine, is_ready

    invocation = of(ctx)
    findings = examine(_surroundings(invocation.settings()))
    ready = is_ready(findings)
    if as_json:
        told = [_document(finding, invocation) for finding in findings]
        output.document({"ready": ready, "checks": told})
    else:
        _tell(findings, invocation)
        output.say(invocation.words("cli.ready" if ready else "cli.not_ready"))
    return 0 if ready else EXIT_NOT_READY


def _surroundings(settings: Settings) -> Surroundings:
    from scanrefund.assemble import wallet_gateways
    from scanrefund.http import Http
    from scanrefund.ledger.ledger import Shop
    from scanrefund.model.wallet import Wallet
    from scanrefund.readiness import Surroundings

    addresses = {
        wallet: told.base_url
        for wallet, told in ((Wallet.WECHAT, settings.wechat), (Wallet.ALIPAY, settings.alipay))
        if told is not None
    }

    def gateways() -> Mapping[Wallet, RefundGateway]:
        if settings.sandbox_trouble is not None:
            raise settings.sandbox_trouble
        return wallet_gateways(settings)

    return Surroundings(
        home=settings.home,
        shop=Shop(settings.shop_id, settings.rehearsal),
        ledger=settings.ledger,
        camera=settings.camera,
        http=Http(settings.http),
        gateways=gateways,
        addresses=addresses,
        now=now,
    )


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
