"""The report on paper: the same plots and tables as PDF (extra `receipt`)."""

from __future__ import annotations

from typing import IO, Any, Final

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import KeepTogether, Paragraph, SimpleDocTemplate, Spacer
from reportlab.platypus import Table as Grid

from scanrefund.aftercare.pdf_font import chinese_font
from scanrefund.aftercare.pdf_plots import drawing
from scanrefund.aftercare.report import Report
from scanrefund.aftercare.report_plots import Plot, plots_of
from scanrefund.aftercare.report_words import ReportWords, Table

_MARGIN: Final = 42


def write_pdf(out: IO[bytes], report: Report, words: ReportWords) -> None:
    """Write the report as A4 pages."""
    styles = _styles(chinese_font(words.language))
    margins = dict.fromkeys(("leftMargin", "rightMargin", "topMargin", "bottomMargin"), _MARGIN)
    paper = SimpleDocTemplate(out, pagesize=A4, title=words.title, **margins)
    parts: list[Any] = [Paragraph(_safe(words.title), styles["title"])]
    if report.told.rehearsal:
        parts.append(Paragraph(_safe(words("rehearsal")), styles["strong"]))
    parts.append(Paragraph(_safe(words.made_at()), styles["plain"]))
    parts += [_plot(plot, styles, paper.width) for plot in plots_of(report, words)]
    for told in words.tables():
        parts += [Paragraph(_safe(told.title), styles["strong"]), _grid(told, styles, paper.width)]
    parts += [Spacer(1, 16), Paragraph(_safe(words.book()), styles["small"]), Spacer(1, 40)]
    signs = f"{words('signed')}: ____________________    {words('checked')}: ____________________"
    parts.append(Paragraph(_safe(signs), styles["plain"]))
    paper.build(parts)


def _plot(plot: Plot, styles: dict[str, Any], width: float) -> Any:
    """Title, drawing and caption on one page."""
    parts = [Paragraph(_safe(plot.title), styles["strong"])]
    parts.append(drawing(plot, styles["plain"].fontName, width))
    if plot.caption:
        parts.append(Paragraph(_safe(plot.caption), styles["small"]))
    return KeepTogether(parts)


def _styles(font: str) -> dict[str, Any]:
    wrap = {"wordWrap": "CJK"}
    title = {"spaceBefore": 12, "spaceAfter": 4, "keepWithNext": 1}
    return {
        "title": ParagraphStyle("title", fontName=font, fontSize=16, leading=22),
        "strong": ParagraphStyle("strong", fontName=font, fontSize=11, leading=15, **title),
        "plain": ParagraphStyle("plain", fontName=font, fontSize=9, leading=13, **wrap),
        "small": ParagraphStyle("small", fontName=font, fontSize=7, leading=10, **wrap),
        "number": ParagraphStyle("number", fontName=font, fontSize=9, leading=13, alignment=2),
    }


def _grid(told: Table, styles: dict[str, Any], width: float) -> Any:
    count = len(told.head)
    first = width * (0.4 if count > 2 else 0.7)
    widths = [first, *[(width - first) / (count - 1)] * (count - 1)]
    lines = [
        [
            Paragraph(_safe(cell), styles["number" if place >= told.numbers else "plain"])
            for place, cell in enumerate(row)
        ]
        for row in (told.head, *told.rows)
    ]
    line = ("LINEBELOW", (0, 0), (-1, -1), 0.4, colors.lightgrey)
    return Grid(lines, colWidths=widths, repeatRows=1, style=[line, ("VALIGN", (0, 0), (-1, -1), "TOP")])


def _safe(text: str) -> str:
    """Paragraphs read markup: nothing of ours is any."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
