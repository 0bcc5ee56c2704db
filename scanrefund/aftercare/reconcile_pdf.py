"""A reconciliation on paper, for the signature and the folder. Needs the extra `receipt`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from itertools import islice
from typing import IO, Any, Final
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from scanrefund.aftercare.pdf_font import chinese_font
from scanrefund.aftercare.reconcile import Reconciliation
from scanrefund.aftercare.reconcile_words import ReconcileWords
from scanrefund.aftercare.signing import Signed
from scanrefund.model.printable import written_out

# Nobody reads more on paper; the CSV has all.
DIFFERENCES_MAX: Final = 1_000
_WIDTHS_MM: Final = (22, 34, 48, 22, 60)
_SUM_WIDTHS_MM: Final = (30, 30, 32, 32, 32, 30)
_SIGNATURE_LINE: Final = "_" * 40


class ReconcilePdf:
    """Build inside `receipt_extra`."""

    def __init__(self, words: ReconcileWords) -> None:
        self._words = words
        self._font = chinese_font(words.language)

    def write(
        self, out: IO[bytes], done: Reconciliation, signed: Mapping[str, Signed], made_at: datetime
    ) -> None:
        """One document with sums, differences, proposals and signatures."""
        title = self._words.title(done)
        margins = dict.fromkeys(("leftMargin", "rightMargin", "topMargin", "bottomMargin"), 12 * mm)
        page = SimpleDocTemplate(out, pagesize=A4, **margins)
        page.title = title
        parts = [*self._head(title, done, made_at), *self._sums(done), *self._differences(done)]
        page.build([*parts, *self._signatures(signed)], onFirstPage=self._footer, onLaterPages=self._footer)

    def _head(self, title: str, done: Reconciliation, made_at: datetime) -> list[Any]:
        say = self._words
        lines = [f"{say.say(f'scope.{one.name}.name')}: {say.look(one)}" for one in done.scopes]
        told = [say.made_at(made_at), *lines]
        return [self._text(title, size=16), *(self._text(line) for line in told), self._gap()]

    def _sums(self, done: Reconciliation) -> list[Any]:
        keys = ("scope", "side", "theirs", "ours", "differences", "unexplained")
        rows = [row for scope in done.scopes for row in self._words.sums(scope)]
        return [self._table([self._columns(keys), *rows], _SUM_WIDTHS_MM), self._gap()]

    def _differences(self, done: Reconciliation) -> list[Any]:
        found = list(islice(done.differences(), DIFFERENCES_MAX))
        if not found:
            return [self._text(self._words.say("reconcile.clean")), self._gap()]
        head = (
            *self._columns(("scope", "kind", "number")),
            self._words.say("label.amount"),
            self._words.say("reconcile.proposal"),
        )
        parts = [self._table([head, *map(self._words.row, found)], _WIDTHS_MM)]
        more = sum(sum(scope.counts.values()) for scope in done.scopes) - len(found)
        if more > 0:
            parts.append(self._text(self._words.say("reconcile.more", count=more)))
        return [*parts, self._gap()]

    def _signatures(self, signed: Mapping[str, Signed]) -> list[Any]:
        lines = self._words.signatures(signed)
        lines = lines or [f"{self._words.say('reconcile.signature')}: {_SIGNATURE_LINE}"]
        return [self._text(line) for line in lines]

    def _columns(self, keys: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(self._words.say(f"reconcile.{key}") for key in keys)

    def _text(self, text: str, size: int = 9) -> Any:
        style = ParagraphStyle(
            "plain", fontName=self._font, fontSize=size, leading=size * 1.4, wordWrap="CJK"
        )
        # A number from a bill is text, never a tag of the page's own language.
        return Paragraph(escape(written_out(text)), style)

    def _table(self, rows: list[tuple[str, ...]], widths_mm: tuple[int, ...]) -> Any:
        cells = [[self._text(cell, size=8) for cell in row] for row in rows]
        table = Table(cells, colWidths=[width * mm for width in widths_mm], repeatRows=1)
        whole = ((0, 0), (-1, -1))
        style = [("GRID", *whole, 0.3, colors.grey), ("VALIGN", *whole, "TOP")]
        table.setStyle(TableStyle([*style, ("BACKGROUND", (0, 0), (-1, 0), colors.whitesmoke)]))
        return table

    def _gap(self) -> Any:
        return Spacer(1, 8)

    def _footer(self, canvas: Any, page: Any) -> None:
        canvas.setFont(self._font, 8)
        canvas.drawRightString(page.pagesize[0] - 34, 20, self._words.say("reconcile.page", number=page.page))
