"""Plots on paper: the same bars as on the page, as long as their figures, within the paper."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest

from scanrefund.aftercare.plots import Bar
from scanrefund.aftercare.report import Report, ReportSettings, make_report
from scanrefund.aftercare.report_page import drawn
from scanrefund.aftercare.report_plots import Plot, plots_of
from scanrefund.aftercare.report_words import ReportWords
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.oddities import OddLimits
from scanrefund.model.refusal import Reason, Refusal
from tests.unit.aftercare.papers import refunded
from tests.unit.builders import NOW

pytest.importorskip("reportlab")

from reportlab.graphics.shapes import Rect, String

from scanrefund.aftercare.pdf_plots import drawing
from scanrefund.aftercare.report_pdf import write_pdf

WIDTH = 511.0
FONT = "Helvetica"


@pytest.fixture
def report(ledger: Ledger) -> Report:
    refunded(ledger)
    with ledger.locked("A1001") as locked:
        locked.record(Refusal(Reason.CODE_EXPIRED), NOW, {"clerk": "s1", "source": "camera"})
    told = ReportSettings("shop", rehearsal=False, utc_offset_h=8, odd=OddLimits(2_600, 90, 10, 9, 17, 3))
    return make_report(ledger, told, date(2026, 11, 22), date(2026, 11, 23), NOW)


def shapes(plot: Plot, kind: type) -> list[Any]:
    return [one for one in drawing(plot, FONT, WIDTH).contents if isinstance(one, kind)]


def test_lying_bars_are_as_long_as_their_figures() -> None:
    plot = Plot("t", (Bar("a", 10), Bar("b", 5, shown="five"), Bar("c", 0)))
    ten, five, none = (rect.width for rect in shapes(plot, Rect))
    assert (ten, none) == (pytest.approx(2 * five), 1)
    assert {"a", "b", "c", "10", "five", "0"} == {one.text for one in shapes(plot, String)}


def test_standing_bars_carry_their_second_figure_on_the_first() -> None:
    plot = Plot("t", (Bar("a", 4, 4), Bar("b", 2), Bar("c", 0, 0)), standing=True)
    one, two, half = shapes(plot, Rect)
    assert one.height == two.height == pytest.approx(2 * half.height)
    assert two.y == pytest.approx(one.y + one.height)
    assert one.fillColor != two.fillColor


@pytest.mark.parametrize("standing", [True, False])
@pytest.mark.parametrize("count", [0, 1, 24, 366])
def test_nothing_leaves_the_paper(count: int, standing: bool) -> None:
    bars = tuple(Bar(f"name {place} " * 9, place, place) for place in range(count))
    plot = Plot("t", bars, standing=standing)
    made = drawing(plot, FONT, WIDTH)
    for rect in shapes(plot, Rect):
        assert min(rect.x, rect.y) >= 0
        assert rect.x + rect.width <= made.width
        assert rect.y + rect.height <= made.height


def test_page_and_paper_have_the_same_plots(report: Report) -> None:
    words = ReportWords(report, "zh-Hans")
    found = plots_of(report, words)
    page = drawn(report, words)
    assert [plot.title for plot in found if f'aria-label="{plot.title}"' not in page] == []
    assert page.count("<svg") == len(found) == 4


def test_the_pdf_is_drawn_and_not_photographed(report: Report) -> None:
    """The bars of the plots and their figures stand on the paper, as shapes and as text."""
    pdfium = pytest.importorskip("pypdfium2")
    words, out = ReportWords(report, "en"), io.BytesIO()
    write_pdf(out, report, words)
    with pdfium.PdfDocument(out.getvalue()) as opened:
        kinds = [one.type for page in opened for one in page.get_objects()]
        text = "".join(page.get_textpage().get_text_range() for page in opened)
    drawn_bars = sum(len(shapes(plot, Rect)) for plot in plots_of(report, words))
    assert drawn_bars > 5
    assert kinds.count(pdfium.raw.FPDF_PAGEOBJ_PATH) >= drawn_bars
    assert kinds.count(pdfium.raw.FPDF_PAGEOBJ_IMAGE) == 0
    for plot in plots_of(report, words):
        assert "".join(plot.title.split()) in "".join(text.split())
