"""The door: builds the program from its commands, and catches every fault once.

Exit codes: 0 succeeded · 1 refused or not read · 2 usage · 3 open (money may still move) · 4 declined ·
5 needs a person · 70 fault · 130 interrupted. With `--json` anywhere in the arguments exactly one JSON
document is printed, `{"error": {"code", "say"}}` where something went wrong.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from scanrefund import __version__, exits
from scanrefund.cli import (
    applicant,
    approve,
    audit,
    backup,
    by_hand,
    complaints,
    config,
    counter,
    decode,
    doctor,
    evidence,
    holds,
    incident,
    notices,
    order_actions,
    orders,
    output,
    paper,
    purge,
    receipt,
    reconcile,
    recover,
    refund,
    refunds,
    report,
    sandbox,
    scan,
    staff,
    status,
    support,
    tills,
    training,
    worker,
)
from scanrefund.cli.demo import command as demo
from scanrefund.cli.invocation import Invocation, of
from scanrefund.cli.misuse import in_our_words
from scanrefund.crash import record
from scanrefund.errors import ConfigFault, Fault
from scanrefund.model.printable import codes_hidden
from scanrefund.say.catalogue import LANGUAGES
from scanrefund.say.speak import say_fault

# Commands during which a refund may leave this machine; no other changes anything before it ends.
MOVES_MONEY: Final = frozenset(
    {
        "refund",
        "status",
        "counter",
        "worker",
        "approve",
        "release",
        "release-short",
        "close",
        "cancel",
        "cash",
    }
)

app = typer.Typer(
    name="scanrefund",
    help="The refund desk of a shop's counter PC.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _tell_version(asked: bool) -> None:  # noqa: FBT001  (the form Typer calls)
    if asked:
        output.say(f"scanrefund {__version__}")
        raise typer.Exit


@app.callback()
def options(
    ctx: typer.Context,
    *,
    config_path: Annotated[
        Path | None, typer.Option("--config", metavar="PATH", help="The configuration file to use.")
    ] = None,
    language: Annotated[
        str | None, typer.Option("--language", metavar="LANGUAGE", help=" · ".join(LANGUAGES))
    ] = None,
    _version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_tell_version, help="Print the version.")
    ] = False,
) -> None:
    invocation = of(ctx)
    invocation.config = config_path
    invocation.language = language
    invocation.command = ctx.invoked_subcommand or ""


app.command()(demo.demo)
app.command()(counter.counter)
app.command()(scan.scan)
app.command()(decode.decode)
app.command()(refund.refund)
app.command()(status.status)
app.command()(refunds.refunds)
app.command()(receipt.receipt)
app.command()(applicant.applicant)
app.command()(approve.approve)
app.command()(by_hand.release)
app.command()(by_hand.close)
app.command()(holds.hold)
app.command()(holds.holds)
app.command()(by_hand.cancel)
app.command()(by_hand.cash)
app.command("cash-slip")(by_hand.cash_slip)
app.command("release-short")(by_hand.release_short)
app.command()(recover.recover)
app.command()(reconcile.reconcile)
order_actions.add_to(orders.app)
app.add_typer(orders.app, name="orders")
app.add_typer(evidence.app, name="evidence")
app.add_typer(complaints.app, name="complaints")
app.add_typer(staff.app, name="staff")
app.add_typer(tills.app, name="tills")
app.add_typer(notices.app, name="notices")
app.command()(training.training)
app.command()(worker.worker)
app.add_typer(audit.app, name="audit")
app.command()(backup.backup)
app.command()(backup.restore)
app.command()(purge.purge)
app.command()(report.report)
app.command()(incident.incident)
app.command()(support.support_bundle)
app.command()(doctor.doctor)
app.add_typer(paper.app, name="paper")
app.add_typer(config.app, name="config")
app.command()(sandbox.sandbox)


# What the library calls a slip of the keyboard, and our sentence for it: its own are English.
_USAGE: Final = {
    "MissingParameter": "usage_missing",
    "NoSuchOption": "usage_no_option",
    "BadParameter": "usage_bad_value",
    "BadOptionUsage": "usage_no_value",
}


def main(arguments: list[str]) -> int:
    """Run one command and return its exit code. Nothing is raised, whatever happens inside."""
    output.speak_utf8()
    invocation = Invocation(as_json="--json" in arguments)
    try:
        result = app(
            _camera_without_a_name(arguments), prog_name="scanrefund", standalone_mode=False, obj=invocation
        )
    except Fault as fault:
        return _report(invocation, fault.code, _sentence(fault, invocation), fault.exit_code)
    except typer.TyperException as error:
        return _report(invocation, "usage", _usage(error, invocation), exits.WRONG_USE)
    except (typer.Abort, KeyboardInterrupt):
        return _interrupted(invocation)
    except Exception as error:  # noqa: BLE001  (the door: whatever nobody expected ends here)
        return _report(invocation, "unexpected", _unexpected(error, invocation), exits.BROKEN)
    code = result if isinstance(result, int) else 0
    return _interrupted(invocation) if code == exits.INTERRUPTED else code


def _camera_without_a_name(arguments: list[str]) -> list[str]:
    """`--camera` alone means the camera of the configuration: Typer has no options with an optional value."""
    filled = list(arguments)
    for place, argument in enumerate(arguments):
        alone = place + 1 == len(arguments) or arguments[place + 1].startswith("-")
        if argument == "--camera" and alone:
            filled[place] = "--camera="
    return filled


def _sentence(fault: Fault, invocation: Invocation) -> str:
    if not isinstance(fault, ConfigFault):
        return say_fault(fault, invocation.spoken())
    # What cannot be loaded still says which language it wants.
    return "\n  ".join([say_fault(fault, str(fault.details["language"])), *fault.problems])


def _usage(error: typer.TyperException, invocation: Invocation) -> str:
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "scanrefund"
    problem = " ".join(error.format_message().split())
    name = _argument_of(error)
    if not problem:
        # Without a command the help has just been printed, and nothing is left to say of the problem.
        told = "command_missing"
    else:
        told = _USAGE.get(type(error).__name__, "usage_wrong") if name else "usage_wrong"
    if told == "usage_bad_value":
        # Without the name, which our sentence says itself.
        problem = in_our_words(problem.partition(f"'{name}': ")[2] or problem, invocation)
    return invocation.words(f"cli.{told}", problem=problem, command=command, name=name)


def _argument_of(error: typer.TyperException) -> str:
    """The option or argument that is missing or wrong, as it is typed; empty where the library names none."""
    parameter = getattr(error, "param", None)
    if parameter is None:
        return str(getattr(error, "option_name", ""))
    return next((name for name in parameter.opts if name.startswith("--")), parameter.metavar or "")


def _unexpected(error: Exception, invocation: Invocation) -> str:
    from scanrefund.config.sources import data_folder

    log = record(error, data_folder())
    return say_fault(Fault("unexpected", kind=type(error).__name__, log=log or "—"), invocation.spoken())


def _interrupted(invocation: Invocation) -> int:
    told = "interrupted" if invocation.command in MOVES_MONEY else "interrupted_idle"
    return _report(invocation, "interrupted", invocation.words(f"cli.{told}"), exits.INTERRUPTED)


def _report(invocation: Invocation, code: str, sentence: str, exit_code: int) -> int:
    """One sentence to the people, or one document to the machine; never a payment code."""
    sentence = codes_hidden(sentence)
    if invocation.as_json:
        output.document({"error": {"code": code, "say": sentence}})
    else:
        output.complain(sentence)
    return exit_code
