"""The report drawn: one page that stands alone in every language, a PDF, a CSV that runs nothing."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import pytest

from scanrefund.aftercare import plots
from scanrefund.aftercare.plots import Bar
from scanrefund.aftercare.report import Report, ReportSettings, Slot, as_rows, make_report
from scanrefund.aftercare.report_page import drawn
from scanrefund.aftercare.report_pdf import write_pdf
from scanrefund.aftercare.report_plots import CAUSES_MAX, plots_of
from scanrefund.aftercare.report_words import ReportWords
from scanrefund.ledger.care_tally import Thought
from scanrefund.ledger.fees import FeeSum
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.oddities import Example, Oddity, OddLimits
from scanrefund.ledger.tally import Count, Sum
from scanrefund.model.refusal import Reason, Refusal
from scanrefund.say.catalogue import LANGUAGES
from tests.unit.aftercare.papers import refunded
from tests.unit.builders import NOW, WECHAT_DIGITS

ODD = OddLimits(2_600, 90, 10, 9, 17, 3)
TOLD = ReportSettings("<Shop & Söhne>", rehearsal=True, utc_offset_h=8, odd=ODD)
HOSTILE = '=HYPERLINK("https://x")'


@pytest.fixture
def report(ledger: Ledger) -> Report:
    """One refund, one refusal, one alarm of ours; a clerk whose name is an attack."""
    refunded(ledger)
    with ledger.locked("A1001") as locked:
        locked.record(Refusal(Reason.CODE_EXPIRED), NOW, {"clerk": HOSTILE, "source": "camera"})
    made = make_report(ledger, TOLD, date(2026, 11, 22), date(2026, 11, 23), NOW)
    alarms = (Count("declined_after_unknown", 1),)
    return replace(made, clerks=(Sum(HOSTILE, 1, 2_500, 1, 2_500, 0, 0),), alarms=alarms)


class Tags(HTMLParser):
    """Fails at a tag that is closed and was not open."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_stands_alone(report: Report, language: str) -> None:
    page = drawn(report, ReportWords(report, language))
    assert "default-src 'none'" in page
    assert re.findall(r"src=|href=|url\(|@import|<script|\son\w+=", page) == []
    tags = Tags()
    tags.feed(page)
    assert tags.open == []
    assert page.count("<svg") == 4
    assert "&lt;Shop &amp; Söhne&gt;" in page
    assert f"{report.head.number}:{report.head.seal}" in page
    assert WECHAT_DIGITS not in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_table_lacks_a_word(report: Report, language: str) -> None:
    words = ReportWords(report, language)
    said = [cell for table in words.tables() for row in (table.head, *table.rows) for cell in row]
    assert [cell for cell in said if re.fullmatch(r"[a-z]+(_[a-z]+)+", cell)] == []
    assert all(len(row) == len(table.head) for table in words.tables() for row in table.rows)


def test_a_report_is_dated_by_the_shops_clock(report: Report) -> None:
    assert "2026-11-23 18:00:00+08:00" in ReportWords(report, "en").made_at()


def test_a_report_of_one_day_draws_no_days_and_of_many_causes_the_first_ten(report: Report) -> None:
    words = ReportWords(report, "en")
    two_days = {plot.title for plot in plots_of(report, words)}
    one_day = {plot.title for plot in plots_of(replace(report, days=report.days[:1]), words)}
    assert two_days - one_day == {words("by_day")}
    reasons = tuple(Count(f"reason{number}", 1) for number in range(CAUSES_MAX + 1))
    many = plots_of(replace(report, refused={**report.refused, "reason": reasons}), words)
    assert len(many[-1].bars) == CAUSES_MAX


def test_opinions_and_fees_are_told_where_there_are_any(report: Report) -> None:
    told = replace(report, opinions=Thought((), 1, 2, ()), fees=FeeSum(1, 1, -5_000, 0, 0))
    for found, names in ((report, set()), (told, {"opinions", "fees"})):
        tables = {table.name for table in ReportWords(found, "en").tables()}
        assert tables & {"opinions", "fees"} == names


def test_what_is_worth_a_look_is_dated_by_the_shops_clock_too(report: Report) -> None:
    told = replace(report.told, utc_offset_h=-11)
    odd = Oddity("soon", 1, 2_500, (Example("SRT_1_01", "A1001", "c-7", 2_500, NOW),))
    words = ReportWords(replace(report, told=told, odd=(odd,)), "en")
    cells = [cell for table in words.tables() for row in table.rows for cell in row]
    assert "2026-11-22 23:00" in cells


def test_a_book_that_does_not_hold_is_said_on_top(report: Report) -> None:
    page = drawn(replace(report, flaw="3: changed"), ReportWords(report, "en"))
    assert "NOT whole (3: changed)" in page
    assert "NOT whole" not in drawn(report, ReportWords(report, "en"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pdf_holds_the_same_figures(report: Report, language: str) -> None:
    pdfium = pytest.importorskip("pypdfium2")
    pytest.importorskip("reportlab")
    words = ReportWords(report, language)
    out = io.BytesIO()
    write_pdf(out, report, words)
    with pdfium.PdfDocument(out.getvalue()) as opened:
        text = "".join(page.get_textpage().get_text_range() for page in opened)
    told = re.sub(r"\s", "", text)
    for wanted in (words("totals"), words("next_day"), words("signed"), "25.00", report.head.seal):
        assert re.sub(r"\s", "", wanted) in told


def test_bars_are_as_long_as_their_figures() -> None:
    drawing = plots.rows("t", [Bar("a", 10), Bar("b", 5), Bar("c", 0)])
    widths = [float(width) for width in re.findall(r'width="([\d.]+)"', drawing)]
    assert widths[0] == pytest.approx(2 * widths[1], rel=0.01)
    assert widths[2] == 1.0
    standing = plots.columns("t", [Bar("a", 4, 4), Bar("b", 2)])
    heights = [float(height) for height in re.findall(r' height="([\d.]+)"', standing)]
    assert heights[0] == heights[1] == pytest.approx(2 * heights[2], rel=0.01)


@pytest.mark.parametrize(("most", "top"), [(0, 2), (2, 2), (3, 4), (5, 10), (11, 20), (99, 100), (101, 200)])
def test_the_scale_ends_at_a_round_figure(most: int, top: int) -> None:
    assert f">{top}<" in plots.columns("t", [Bar("a", most)])


def test_empty_plots_are_drawn_too(report: Report) -> None:
    nothing = Sum("", 0, 0, 0, 0, 0, 0)
    empty = replace(
        report,
        total=nothing,
        hours=tuple(Slot(str(hour), nothing, 0) for hour in range(24)),
        refused=dict.fromkeys(report.refused, ()),
    )
    page = drawn(empty, ReportWords(empty, "en"))
    assert "nan" not in page
    assert page.count("<svg") == 3


def test_the_rows_hold_every_figure(report: Report) -> None:
    rows = list(as_rows(replace(report, failed=(Count("X", 3),))))
    assert ("total", "", "count", "1") in rows
    assert ("failed", "", "X", "3") in rows
    assert ("clerks", HOSTILE, "amount_fen", "2500") in rows
