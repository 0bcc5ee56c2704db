"""The report as one page that stands alone: plots first, then every table."""

from __future__ import annotations

from scanrefund.aftercare import plots
from scanrefund.aftercare.lone_page import page, table, text
from scanrefund.aftercare.report import Report
from scanrefund.aftercare.report_plots import Plot, plots_of
from scanrefund.aftercare.report_words import ReportWords, Table
from scanrefund.model.money import Money

_STYLE = """
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr));gap:.75rem;margin:1.2rem 0}
.card{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:.7rem .9rem}
.card b{display:block;font-size:1.5rem;font-variant-numeric:tabular-nums}
.card span{color:var(--soft);font-size:.9rem}
.bad{color:var(--bad);font-weight:600}
.sign{margin-top:3rem;display:flex;gap:3rem}
.sign div{flex:1;border-top:1px solid var(--ink);padding-top:.3rem}
"""


def drawn(report: Report, words: ReportWords) -> str:
    """The whole page."""
    parts = [f"<h1>{text(words.title)}</h1>"]
    if report.told.rehearsal:
        parts.append(f'<p class="band">{text(words("rehearsal"))}</p>')
    parts.append(f'<p class="soft">{text(words.made_at())}</p>')
    if report.flaw:
        parts.append(f'<p class="bad">{text(words("book_broken", flaw=report.flaw))}</p>')
    parts += [_cards(report, words), *map(_plot, plots_of(report, words)), *map(_table, words.tables())]
    parts.append(f'<p class="soft"><code>{text(words.book())}</code></p>')
    parts.append(
        f'<div class="sign"><div>{text(words("signed"))}</div><div>{text(words("checked"))}</div></div>'
    )
    return page(words.title, "\n".join(parts), words.language, plots.STYLE + _STYLE)


def _cards(report: Report, words: ReportWords) -> str:
    median = report.steps.accepted_to_paid_s
    told = [
        (words("card_paid"), str(Money(report.total.paid_fen))),
        (words("card_count"), str(report.total.count)),
        (words("card_refused"), str(sum(one.count for one in report.refused["reason"]))),
        (words("card_next_day"), str(Money(report.next_day.fen))),
        (words("card_open"), str(report.still_open.count)),
        (words("card_median"), "—" if median is None else words("seconds", count=median)),
    ]
    cards = "".join(
        f'<div class="card"><b>{text(value)}</b><span>{text(name)}</span></div>' for name, value in told
    )
    return f'<div class="cards">{cards}</div>'


def _plot(plot: Plot) -> str:
    draw = plots.columns if plot.standing else plots.rows
    return f"<h2>{text(plot.title)}</h2>{draw(plot.title, plot.bars, plot.caption)}"


def _table(told: Table) -> str:
    numbers = range(told.numbers, len(told.head))
    note = f'<p class="soft">{text(told.note)}</p>' if told.note else ""
    return f"<h2>{text(told.title)}</h2>{note}{table(told.head, told.rows, numbers)}"
