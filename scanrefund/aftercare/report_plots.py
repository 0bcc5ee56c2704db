"""Which plots a report has: page and paper draw the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from scanrefund.aftercare.plots import Bar
from scanrefund.aftercare.report import Report
from scanrefund.aftercare.report_words import ReportWords

CAUSES_MAX: Final = 10


@dataclass(frozen=True, slots=True)
class Plot:
    """Bars under a title: lying ones, one a line, or standing ones over time."""

    title: str
    bars: tuple[Bar, ...]
    caption: str = ""
    standing: bool = False


def plots_of(report: Report, words: ReportWords) -> list[Plot]:
    """The funnel, hours, days where there are several, causes where something was refused."""
    steps = ("shown", "wished", "accepted", "sent", "paid")
    funnel = tuple(Bar(words(f"step_{name}"), getattr(report.steps, name)) for name in steps)
    hours = tuple(Bar(one.name, one.made.count, one.refused) for one in report.hours)
    days = tuple(Bar(one.name[5:], one.made.count, one.refused) for one in report.days)
    refused = report.refused["reason"][:CAUSES_MAX]
    causes = tuple(Bar(words.reason(one.name), one.count) for one in refused)
    found = [Plot(words("funnel"), funnel, words("funnel_note"))]
    found.append(Plot(words("by_hour"), hours, words("bars_note"), standing=True))
    if len(days) > 1:
        found.append(Plot(words("by_day"), days, words("bars_note"), standing=True))
    if causes:
        found.append(Plot(words("refused_by_reason"), causes))
    return found
