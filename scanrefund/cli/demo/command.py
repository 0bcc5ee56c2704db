"""`scanrefund demo`: play the stories, compare the books, say where the files are."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scanrefund import exits
from scanrefund.cli import output
from scanrefund.cli.choices import AsJson
from scanrefund.cli.invocation import Invocation, of
from scanrefund.errors import UsageFault
from scanrefund.model.money import Money

if TYPE_CHECKING:
    from scanrefund.cli.demo.stage import Sale, Stage
    from scanrefund.cli.demo.stories import Scene, Story


@dataclass(frozen=True, slots=True)
class Told:
    """One story as it went."""

    story: Story
    scene: Scene

    @property
    def ok(self) -> bool:
        return self.scene.happened == self.story.expected


def demo(
    ctx: typer.Context,
    *,
    folder: Annotated[
        Path | None, typer.Option("--dir", metavar="DIR", help="Keep everything in this new or empty folder.")
    ] = None,
    seed: Annotated[
        int, typer.Option("--seed", min=0, help="Orders, codes and pictures follow from it.")
    ] = 1,
    as_json: AsJson = False,
) -> int:
    """Play ten refunds end to end against the sandbox, in under a minute."""
    invocation = of(ctx)
    place = _folder(folder)
    with _stage(place, seed, invocation.spoken()) as stage:
        told = list(_play(stage, invocation, quiet=as_json))
        ledger_fen, sandbox_fen = _ledger_refunded_fen(stage), stage.sandbox_refunded_fen()
    if as_json:
        output.document(_document(told, ledger_fen, sandbox_fen))
    else:
        _show(told, ledger_fen, sandbox_fen, place, invocation)
    as_expected = all(one.ok for one in told) and ledger_fen == sandbox_fen
    return 0 if as_expected else exits.REFUSED


def _folder(folder: Path | None) -> Path:
    if folder is None:
        return Path(tempfile.mkdtemp(prefix="scanrefund-demo-"))
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageFault("demo_folder_not_empty", folder=folder)
    folder.mkdir(parents=True, exist_ok=True)
    return folder.resolve()


@contextmanager
def _stage(folder: Path, seed: int, language: str) -> Iterator[Stage]:
    from scanrefund.cli.demo.stage import Stage
    from scanrefund.sandbox import server

    with server.start(folder / "sandbox", port=0, seed=seed) as running:
        stage = Stage(folder, running, seed, language)
        try:
            yield stage
        finally:
            stage.close()


def _play(stage: Stage, invocation: Invocation, *, quiet: bool) -> Iterator[Told]:
    from scanrefund.cli.demo.stories import STORIES

    sales: list[list[Sale]] = [[stage.sell(*sale) for sale in story.sales] for story in STORIES]
    stage.import_orders()
    for number, (story, sold) in enumerate(zip(STORIES, sales, strict=True), start=1):
        if not quiet and sys.stderr.isatty():
            title = invocation.words(f"demo.{story.name}")
            output.complain(f"[{number}/{len(STORIES)}] {title}")
        yield Told(story, story.play(stage, sold))


def _ledger_refunded_fen(stage: Stage) -> int:
    found = stage.house.desk.refunds(open_only=False, order_id=None, limit=1_000)
    return sum(one.amount.fen for one in found if one.state == "SUCCEEDED" and one.amount)


def _document(told: list[Told], ledger_fen: int, sandbox_fen: int) -> dict[str, object]:
    stories = [
        {
            "name": one.story.name,
            "expected": one.story.expected,
            "happened": one.scene.happened,
            "ok": one.ok,
        }
        for one in told
    ]
    return {"stories": stories, "ledger_refunded_fen": ledger_fen, "sandbox_refunded_fen": sandbox_fen}


def _row(one: Told, invocation: Invocation) -> tuple[str, str, str, str]:
    receipts = one.scene.receipts
    title = invocation.words(f"demo.{one.story.name}")
    told = "\n→ ".join(receipt.say_clerk for receipt in receipts)
    return "✓" if one.ok else "✗", title, told, receipts[-1].next_step


def _show(told: list[Told], ledger_fen: int, sandbox_fen: int, folder: Path, invocation: Invocation) -> None:
    columns = ["", *(invocation.words(f"demo.column_{name}") for name in ("story", "clerk", "next"))]
    rows = [_row(one, invocation) for one in told]
    output.table(columns, rows, title=invocation.words("cli.rehearsal"))
    for one in told:
        if not one.ok:
            output.complain(f"✗ {one.story.name}: {one.scene.happened} ≠ {one.story.expected}")
    gaps = {"ledger": str(Money(ledger_fen)), "sandbox": str(Money(sandbox_fen))}
    agree = "books_agree" if ledger_fen == sandbox_fen else "books_differ"
    output.say(invocation.words(f"demo.{agree}", **gaps))
    output.say(invocation.words("demo.files", folder=folder))
