"""`scanrefund backup` and `scanrefund restore`: the ledger copied, the copy tried, the copy put back."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scanrefund import exits
from scanrefund.cli import output
from scanrefund.cli.choices import AsJson
from scanrefund.cli.invocation import Invocation, make_private, of
from scanrefund.cli.people import Asker, ByKnown, PinStdin
from scanrefund.cli.restore_proof import prove_to_restore
from scanrefund.errors import UsageFault

if TYPE_CHECKING:
    from scanrefund.config import Settings
    from scanrefund.ledger.backup import Tried


def backup(
    ctx: typer.Context,
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE]", help="The copy; without it, a new one in the backup folder."),
    ] = None,
    *,
    verify: Annotated[
        bool, typer.Option("--verify", help="Make none: try FILE, or the newest copy, as if restored.")
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Copy the ledger into a new file and try the copy; the keys are not in it."""
    invocation = of(ctx)
    settings = invocation.settings()
    tried = _tried(invocation, settings, file) if verify else _made(invocation, settings, file)
    if as_json:
        output.document(_document(tried))
        return 0
    gaps: dict[str, object] = {"file": tried.path, "entries": tried.head.number, **tried.counts}
    output.say(invocation.words("backup.tried" if verify else "backup.made", **gaps))
    _tell_photos(invocation, tried)
    output.say(invocation.words("audit.head", head=f"{tried.head.number}:{tried.head.seal}"))
    if not verify:
        output.say(invocation.words("backup.keys", path=settings.home / "keys"))
    return 0


def restore(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The copy to put back.")],
    *,
    yes: Annotated[
        bool, typer.Option("--yes", help="Do not ask whether the ledger may be replaced.")
    ] = False,
    by: ByKnown = "",
    pin_stdin: PinStdin = False,
    as_json: AsJson = False,
) -> int:
    """Put a copy back in the ledger's place; the old one is kept. Ends with 5 when `recover` must follow."""
    from scanrefund.dispatch.clock import SYSTEM
    from scanrefund.ledger.ledger import Shop
    from scanrefund.ledger.place import place_of
    from scanrefund.ledger.restoring import Restoring
    from scanrefund.ledger.witness import FILE_NAME, Witness
    from scanrefund.model.evidence import FOLDER

    invocation = of(ctx)
    settings = invocation.settings()
    place = place_of(settings.ledger)
    if place.lies() and not yes:
        _ask(invocation, place.name, as_json=as_json)
    make_private(settings.home)
    keys = invocation.keys(settings)
    prove_to_restore(settings, keys, file, by, Asker(invocation, pin_stdin=pin_stdin))
    shop, witness = Shop(settings.shop_id, settings.rehearsal), Witness(settings.home / FILE_NAME)
    restoring = Restoring(settings.ledger, keys, shop, witness, settings.home / FOLDER)
    done = restoring.restore(file, SYSTEM.now())
    if as_json:
        output.document(_document(done.copy) | {"kept": done.kept, "books_behind": done.behind})
    else:
        output.say(invocation.words("backup.restored", file=file, entries=done.copy.head.number))
        if done.kept:
            output.say(invocation.words("backup.kept", path=done.kept))
        _tell_photos(invocation, done.copy)
        output.say(invocation.words("backup.behind" if done.behind else "backup.current"))
    return exits.NEEDS_A_PERSON if done.behind else 0


def _made(invocation: Invocation, settings: Settings, file: Path | None) -> Tried:
    """A new copy, with an entry in the book that it was made."""
    from scanrefund.ledger.backup import BEGUN
    from scanrefund.ledger.place import place_of
    from scanrefund.model.evidence import FOLDER

    place = place_of(settings.ledger)
    if file is not None:
        _refuse_new_folder(file, settings.backup.folder)
    with invocation.house(settings, wallets=False) as house:
        now = house.clock.now()
        target = file or settings.backup.folder / f"ledger-{now:%Y%m%dT%H%M%SZ}{place.suffix}"
        # Entered first, so that the copy ends where the book ends: put back at once, it is no old copy.
        house.ledger.enter_alone(now, BEGUN, {"file": target.name})
        return place.back_up(house.keys, house.ledger.shop, target, settings.home / FOLDER)


def _refuse_new_folder(file: Path, own: Path) -> None:
    """One that nobody made is a slip of the pen, or a disk that is not there; the backup folder is ours."""
    folder = file.absolute().parent
    if folder != own.absolute() and not folder.is_dir():
        raise UsageFault("copy_folder_missing", path=folder)


def _tried(invocation: Invocation, settings: Settings, file: Path | None) -> Tried:
    from scanrefund.aftercare.daily_backup import newest
    from scanrefund.ledger.ledger import Shop
    from scanrefund.ledger.place import place_of

    place = place_of(settings.ledger)
    found = file or newest(settings.backup.folder, place.suffix)
    if found is None:
        raise UsageFault("no_backup_yet", path=settings.backup.folder)
    shop = Shop(settings.shop_id, settings.rehearsal)
    return place.try_copy(found, invocation.keys(settings), shop)


def _ask(invocation: Invocation, path: str, *, as_json: bool) -> None:
    if as_json or not sys.stdin.isatty():
        raise UsageFault("restore_needs_yes", path=path)
    if not typer.confirm(invocation.words("backup.replace", path=path), err=True):
        raise typer.Abort


def _tell_photos(invocation: Invocation, tried: Tried) -> None:
    if tried.photos:
        output.say(invocation.words("backup.photos", photos=tried.photos))
    if tried.photos_missing:
        output.complain(invocation.words("backup.photos_missing", missing=tried.photos_missing))


def _document(tried: Tried) -> dict[str, Any]:
    head = {"number": tried.head.number, "seal": tried.head.seal}
    photos = {"photos": tried.photos, "photos_missing": tried.photos_missing}
    return {"file": str(tried.path), "bytes": tried.bytes, "counts": tried.counts, "head": head, **photos}
