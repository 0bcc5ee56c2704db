"""`scanrefund reconcile`: the wallets' bills of a day beside our books, and the signature under it."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from scanrefund import exits
from scanrefund.aftercare.extra import receipt_extra
from scanrefund.cli import output
from scanrefund.cli.choices import AsJson
from scanrefund.cli.invocation import of
from scanrefund.cli.new_file import renewed_file
from scanrefund.cli.people import Asker, PinStdin, prove
from scanrefund.errors import UsageFault
from scanrefund.model.bill import BillLook
from scanrefund.model.fee import fee_yuan
from scanrefund.model.printable import codes_hidden
from scanrefund.model.staff import Permission
from scanrefund.model.wallet import Wallet

if TYPE_CHECKING:
    from scanrefund.aftercare.reconcile import Reconciliation
    from scanrefund.aftercare.reconcile_words import ReconcileWords
    from scanrefund.aftercare.signing import Signed
    from scanrefund.house import House
    from scanrefund.model.difference import Difference, Scope

# What a screen or a program is told; the CSV has all.
DIFFERENCES_MAX: Final = 1_000


def reconcile(  # noqa: PLR0913  (one option each)
    ctx: typer.Context,
    *,
    day: Annotated[str, typer.Option("--date", metavar="YYYY-MM-DD", help="The day, on Beijing's clock.")],
    wallet: Annotated[Wallet | None, typer.Option("--wallet", help="Only this wallet.")] = None,
    till: Annotated[
        Path | None, typer.Option("--till", metavar="FILE", help="The till's export of the day too.")
    ] = None,
    bill: Annotated[
        list[Path] | None,
        typer.Option("--bill", metavar="FILE", help="A downloaded bill; then nothing is fetched. Repeat it."),
    ] = None,
    pdf: Annotated[Path | None, typer.Option("--pdf", metavar="FILE", help="Write it as PDF.")] = None,
    csv: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Write all differences as CSV.")
    ] = None,
    sign_off: Annotated[bool, typer.Option("--sign-off", help="Sign the day, with --staff.")] = False,
    staff: Annotated[
        str,
        typer.Option("--staff", metavar="ID", help="Who signs: a name, or a staff id where staff is known."),
    ] = "",
    pin_stdin: PinStdin = False,
    as_json: AsJson = False,
) -> int:
    """Match the wallets' bills of a day with our books, line by line, and name every difference."""
    from scanrefund.aftercare.reconcile_words import ReconcileWords
    from scanrefund.books_desk import day_of

    wanted = day_of(day)
    _refuse_nonsense(wallet, bill, staff, sign_off=sign_off)
    invocation = of(ctx)
    asker = Asker(invocation, pin_stdin=pin_stdin)
    settings = invocation.settings()
    with invocation.house(settings, wallets=not bill) as house:
        if sign_off:
            prove(house, staff, Permission.BOOKS_SIGN, asker)
        with (
            output.waiting(invocation.words("reconcile.fetching")) as tell,
            house.reconciler.reconcile(
                wanted,
                wallet,
                bill or (),
                till,
                lambda read: tell(invocation.words("reconcile.reading", lines=read)),
            ) as done,
        ):
            words = ReconcileWords(settings.language, rehearsal=settings.rehearsal)
            return _finish(house, done, words, (csv, pdf), staff if sign_off else "", as_json=as_json)


def _finish(
    house: House,
    done: Reconciliation,
    words: ReconcileWords,
    files: tuple[Path | None, Path | None],
    signer: str,
    *,
    as_json: bool,
) -> int:
    if signer:
        house.signing.sign(done, signer)
    signed = house.signing.signed(done)
    _write_files(house, done, words, files, signed)
    if as_json:
        output.document(_document(done, words, signed))
    else:
        _show(done, words, signed)
    return _exit_code(done.scopes, signed)


def _refuse_nonsense(wallet: Wallet | None, bill: list[Path] | None, staff: str, *, sign_off: bool) -> None:
    if wallet and bill:
        raise UsageFault("wallet_and_bill")
    if sign_off and not staff.strip():
        raise UsageFault("signer_missing")
    if staff and not sign_off:
        raise UsageFault("staff_without_sign_off")


def _write_files(
    house: House,
    done: Reconciliation,
    words: ReconcileWords,
    files: tuple[Path | None, Path | None],
    signed: dict[str, Signed],
) -> None:
    csv, pdf = files
    if pdf is not None:
        with receipt_extra():
            from scanrefund.aftercare.reconcile_pdf import ReconcilePdf

        with renewed_file(pdf) as out:
            ReconcilePdf(words).write(out, done, signed, house.clock.now())
    if csv is not None:
        with renewed_file(csv) as out:
            words.write_csv(done, out)


def _show(done: Reconciliation, words: ReconcileWords, signed: dict[str, Signed]) -> None:
    output.say(words.title(done))
    for scope in done.scopes:
        output.say(f"{words.say(f'scope.{scope.name}.name')}: {words.look(scope)}")
        if scope.fees_back:
            output.say(words.say("reconcile.fees_back", fee=fee_yuan(scope.fees_back)))
    keys = ("scope", "side", "theirs", "ours", "differences", "unexplained")
    sums = [row for scope in done.scopes for row in words.sums(scope)]
    if sums:
        output.table([words.say(f"reconcile.{key}") for key in keys], sums)
    found = list(islice(done.differences(), DIFFERENCES_MAX))
    if found:
        columns = [words.say(f"reconcile.{key}") for key in ("scope", "kind", "number")]
        columns += [words.say("label.amount"), words.say("reconcile.proposal")]
        output.table(columns, [words.row(one) for one in found])
    left_out = _count(done.scopes) - len(found)
    if left_out:
        output.say(words.say("reconcile.more", count=left_out))
    output.say(_verdict(done.scopes, words, found))
    for line in words.signatures(signed):
        output.say(line)


def _verdict(scopes: list[Scope], words: ReconcileWords, found: list[Difference]) -> str:
    unexplained_fen = sum(scope.unexplained_fen for scope in scopes)
    if unexplained_fen:
        return words.say("reconcile.not_explained", unexplained_fen=unexplained_fen)
    compared = [scope.was_compared for scope in scopes]
    if not any(compared):
        return ""
    if found:
        return words.say("reconcile.explained")
    return words.say("reconcile.clean" if all(compared) else "reconcile.clean_so_far")


def _exit_code(scopes: list[Scope], signed: dict[str, Signed]) -> int:
    """What is worst: not explained or not had, then what wants a person, then what is not there yet."""
    if any(one.unexplained_fen or one.look is BillLook.NOT_FETCHED for one in scopes):
        return exits.BROKEN
    if any(one.for_people for one in scopes) or not all(one.is_same for one in signed.values()):
        return exits.NEEDS_A_PERSON
    return 0 if all(one.was_compared for one in scopes) else exits.OPEN


def _count(scopes: list[Scope]) -> int:
    return sum(sum(scope.counts.values()) for scope in scopes)


def _document(done: Reconciliation, words: ReconcileWords, signed: dict[str, Signed]) -> dict[str, Any]:
    found = [_difference(one, words) for one in islice(done.differences(), DIFFERENCES_MAX)]
    return {
        "day": done.day.isoformat(),
        "rehearsal": words.rehearsal,
        "scopes": [_scope(scope, signed.get(scope.name)) for scope in done.scopes],
        "unexplained_fen": sum(scope.unexplained_fen for scope in done.scopes),
        "differences": found,
        "differences_left_out": _count(done.scopes) - len(found),
    }


def _scope(scope: Scope, signed: Signed | None) -> dict[str, Any]:
    sums = {
        side.value: {
            "theirs_fen": told.theirs_fen,
            "ours_fen": told.ours_fen,
            "differences_fen": told.differences_fen,
            "unexplained_fen": told.unexplained_fen,
        }
        for side, told in scope.sums.items()
    }
    return {
        "scope": scope.name,
        "look": scope.look.value,
        "code": scope.code or None,
        "message": codes_hidden(scope.message) or None,
        "lines": scope.lines,
        "fees_back_fen_thousandths": scope.fees_back,
        "sums": sums,
        "counts": {kind.value: count for kind, count in scope.counts.items()},
        "bill_sha256": scope.bill_sha256 or None,
        "content_sha256": scope.content_sha256 or None,
        "signed": _signed(signed) if signed else None,
    }


def _signed(signed: Signed) -> dict[str, Any]:
    off = signed.sign_off
    told = {"by": off.signed_by, "at": off.signed_at.isoformat(), "same": signed.is_same}
    return {**told, "differences": off.differences, "content_sha256": off.content_sha256}


def _difference(one: Difference, words: ReconcileWords) -> dict[str, Any]:
    return {
        "scope": one.wallet.value if one.wallet else "till",
        "kind": one.kind.value,
        "amount_fen": one.amount_fen,
        "order_id": codes_hidden(one.order_id) or None,
        "refund_id": codes_hidden(one.refund_id) or None,
        "wallet_number": codes_hidden(one.wallet_number) or None,
        "ours_fen": one.ours_fen,
        "theirs_fen": one.theirs_fen,
        "ours_state": one.ours_state or None,
        "theirs_state": one.theirs_state or None,
        "other_day": one.day.isoformat() if one.day else None,
        "line": one.line or None,
        "proposal": words.proposal(one),
    }
