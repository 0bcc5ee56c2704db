"""`scanrefund paper`: what a counter needs on paper, made before it is needed."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Annotated, Final

import typer

from scanrefund.aftercare.extra import receipt_extra
from scanrefund.cli import output
from scanrefund.cli.choices import AsJson
from scanrefund.cli.invocation import of
from scanrefund.cli.new_file import new_file
from scanrefund.errors import UsageFault

if TYPE_CHECKING:
    from scanrefund.aftercare.paper import PaperShop
    from scanrefund.config import Settings

# Twenty pages of slips: a day without the desk.
SLIPS_MAX: Final = 40

app = typer.Typer(help="What a counter needs on paper.", no_args_is_help=True)

NewFile = Annotated[Path, typer.Argument(metavar="FILE", help="A new file, .pdf or .txt.")]


@app.callback()
def group() -> None:
    """What a counter needs on paper."""


@app.command()
def pack(
    ctx: typer.Context,
    *,
    path: NewFile,
    slips: Annotated[
        int, typer.Option("--slips", metavar="N", min=0, max=SLIPS_MAX, help="How many numbered slips.")
    ] = 20,
    as_json: AsJson = False,
) -> int:
    """Write the emergency pack: what to do without electricity or network, safety cards, slips to fill in."""
    from scanrefund.aftercare.paper import emergency_sheet, pack_mark, paper_slips, safety_sheet
    from scanrefund.aftercare.paper_text import pack_text

    invocation = of(ctx)
    settings = invocation.settings()
    shop, language, is_pdf = _shop(settings), settings.language, _is_pdf(path)
    sheets = [emergency_sheet(shop, language), safety_sheet(shop, language)]
    numbered = paper_slips(shop, language, pack_mark(), slips)
    with new_file(path) as out:
        if is_pdf:
            _pdf().write_pack(out, sheets, numbered, language)
        else:
            out.write(pack_text(sheets, numbered).encode())
    if as_json:
        output.document({"file": str(path), "slips": [slip.number for slip in numbered]})
    else:
        output.say(invocation.words("paper.written", path=path, count=len(numbered)))
    return 0


@app.command()
def poster(ctx: typer.Context, *, path: NewFile, as_json: AsJson = False) -> int:
    """Write the refund policy as a poster for customers, in all three languages."""
    from scanrefund.aftercare.paper import poster as poster_of
    from scanrefund.aftercare.paper_text import pack_text

    invocation = of(ctx)
    settings = invocation.settings()
    sheet, is_pdf = poster_of(_shop(settings), settings.language), _is_pdf(path)
    with new_file(path) as out:
        if is_pdf:
            _pdf().write_poster(out, sheet)
        else:
            out.write(pack_text([sheet]).encode())
    if as_json:
        output.document({"file": str(path)})
    else:
        output.say(invocation.words("poster.written", path=path))
    return 0


def _is_pdf(path: Path) -> bool:
    form = path.suffix.lower()
    if form not in (".pdf", ".txt"):
        raise UsageFault("paper_form_unknown", path=path)
    return form == ".pdf"


def _pdf() -> ModuleType:
    """What makes PDFs. Raises UsageFault where its libraries are not installed."""
    with receipt_extra():
        from scanrefund.aftercare import paper_pdf
    return paper_pdf


def _shop(settings: Settings) -> PaperShop:
    from scanrefund.aftercare.paper import PaperShop
    from scanrefund.say.words import say_contacts

    shop = settings.slips.shop
    return PaperShop(
        name=settings.shop_name,
        counter=settings.counter,
        policy=shop.policy,
        phone=shop.phone,
        contacts=say_contacts(settings.language, settings.support),
        return_window_days=settings.limits.return_window_days,
        code_required=settings.limits.code_required,
        rehearsal=settings.rehearsal,
    )
