"""`scanrefund orders`: the sales a refund may be made for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scanrefund.cli import output
from scanrefund.cli.by_hand import By, Why
from scanrefund.cli.choices import AsJson
from scanrefund.cli.invocation import Invocation, of
from scanrefund.cli.people import PinStdin, proved
from scanrefund.model.order import Order
from scanrefund.model.printable import codes_hidden
from scanrefund.model.staff import Permission
from scanrefund.say.speak import say_fault

if TYPE_CHECKING:
    from scanrefund.orders_desk import ImportReport, RowProblem

app = typer.Typer(help="The sales a refund may be made for.", no_args_is_help=True)


@app.command("import")
def import_csv(
    ctx: typer.Context,
    *,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="CSV (order_id,wallet,wallet_order_id,…) or .json.")
    ],
    bill: Annotated[
        bool, typer.Option("--bill", help="FILE is a wallet's bill, as its own site gives it.")
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Keep nothing when any row is wrong.")] = False,
    as_json: AsJson = False,
) -> int:
    """Import orders. Ends with 1 when any row was wrong, each named with its line and cause."""
    invocation = of(ctx)
    with invocation.house(invocation.settings(), wallets=False) as house:

        def progress(rows: int) -> str:
            return invocation.words("cli.reading_orders", rows=rows)

        with output.waiting(progress(0)) as tell:
            report = house.orders.import_file(
                file, strict=strict, bill=bill, on_rows=lambda rows: tell(progress(rows))
            )
    if as_json:
        output.document(_report_json(report, invocation))
    else:
        _tell_report(report, invocation, strict=strict)
    return 1 if report.problems else 0


@app.command()
def show(
    ctx: typer.Context,
    *,
    order_id: Annotated[str, typer.Argument(metavar="ORDER_ID")],
    as_json: AsJson = False,
) -> int:
    """Show one order, what was refunded of it, and what remains."""
    from scanrefund.check.permission import day_of, next_day

    invocation = of(ctx)
    settings = invocation.settings()
    people = settings.limits.people
    with invocation.house(settings, wallets=False) as house:
        order = house.orders.show(order_id)
        is_settled = next_day(order, house.clock.now(), people)
    paid_on = day_of(order.paid_at, people) if order.paid_at else None
    if as_json:
        output.document(order_json(order) | {"paid_on": paid_on, "next_day": is_settled})
        return 0
    facts = (
        ("order_id", order.order_id),
        ("wallet", invocation.wallet(order.wallet)),
        ("wallet_order_id", order.wallet_order_id),
        ("amount", str(order.amount)),
        ("paid_at", output.local(order.paid_at)),
        ("state", invocation.words(f"order_state.{order.state.value}.name")),
        ("paid_on", f"{paid_on} · {invocation.words('cli.next_day')}" if is_settled else paid_on or ""),
        ("refunded", str(order.refunded)),
        ("remaining", str(order.remaining) if order.paid_at else ""),
        *([("window_until", output.local(order.window_until))] if order.window_until else []),
        ("open_refund_id", order.open_refund_id or ""),
        ("frozen_why", invocation.words(f"frozen.{order.frozen_why}.name") if order.frozen_why else ""),
    )
    output.facts([(invocation.words(f"label.{key}"), value or "—") for key, value in facts])
    return 0


@app.command()
def thaw(
    ctx: typer.Context,
    *,
    order_id: Annotated[str, typer.Argument(metavar="ORDER_ID")],
    by: By,
    why: Why,
    pin_stdin: PinStdin = False,
    as_json: AsJson = False,
) -> int:
    """Let a frozen order be refunded again, after a person has looked at what froze it."""
    from scanrefund.ledger.by_hand import Hand

    invocation = of(ctx)
    with proved(invocation, by, Permission.ORDER_ADJUST, pin_stdin=pin_stdin) as house:
        house.supervisor.thaw(order_id, Hand(by, why))
        order = house.orders.show(order_id)
    if as_json:
        output.document(order_json(order))
    else:
        output.say(invocation.words("cli.order_thawed", order_id=order_id, remaining=order.remaining))
    return 0


def order_json(order: Order) -> dict[str, Any]:
    """One order as every command tells it. Amounts in fen."""
    return {
        "order_id": order.order_id,
        "wallet": order.wallet.value,
        "wallet_order_id": order.wallet_order_id or None,
        "amount_fen": order.amount.fen,
        "refunded_fen": order.refunded.fen,
        "remaining_fen": order.remaining.fen,
        "state": order.state.value,
        "paid_at": order.paid_at.isoformat() if order.paid_at else None,
        "refund_count": order.refund_count,
        "open_refund_id": order.open_refund_id,
        "frozen_why": order.frozen_why or None,
    }


def _report_json(report: ImportReport, invocation: Invocation) -> dict[str, Any]:
    problems = [
        {"line": it.line, "order_id": it.order_id, "cause": it.cause.code, "say": _cause(it, invocation)}
        for it in report.problems
    ]
    return {"read": report.read, "kept": report.kept, "unchanged": report.unchanged, "problems": problems}


def _cause(problem: RowProblem, invocation: Invocation) -> str:
    return codes_hidden(say_fault(problem.cause, invocation.spoken()))


def _tell_report(report: ImportReport, invocation: Invocation, *, strict: bool) -> None:
    for it in report.problems:
        gaps = {"line": it.line, "order_id": it.order_id or "—", "cause": _cause(it, invocation)}
        output.complain(invocation.words("cli.import_row", **gaps))
    counts = {"read": report.read, "kept": report.kept, "unchanged": report.unchanged}
    output.say(invocation.words("cli.imported", **counts, wrong=len(report.problems)))
    if strict and report.problems:
        output.say(invocation.words("cli.nothing_kept"))
