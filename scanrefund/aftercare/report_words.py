"""A report in words: the same tables for page, paper and terminal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from scanrefund.aftercare.report import Report
from scanrefund.ledger.oddities import Oddity
from scanrefund.ledger.tally import Count, Sum
from scanrefund.model.fee import fee_yuan
from scanrefund.model.money import Money
from scanrefund.model.shop_clock import shop_time
from scanrefund.say.catalogue import Catalogue
from scanrefund.say.gaps import MISSING, fill
from scanrefund.say.words import say_alarm

_SUM_COLUMNS: Final = ("count", "amount", "succeeded", "succeeded_amount", "failed", "open")
# Of each pattern so many stand on the sheet; the JSON has more.
EXAMPLES_SHOWN: Final = 10


@dataclass(frozen=True, slots=True)
class Table:
    """A title, a note, a head and rows of texts; the columns from `numbers` on are figures."""

    name: str
    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: int = 1
    note: str = ""


class ReportWords:
    """Spells one report in one language."""

    def __init__(self, report: Report, language: str) -> None:
        self._report, self._catalogue = report, Catalogue.load(language)
        self.language = self._catalogue.language

    def __call__(self, key: str, **gaps: object) -> str:
        """A text of the catalogue under `report.`."""
        return fill(self._catalogue.get(f"report.{key}") or key, gaps, self._catalogue)

    @property
    def title(self) -> str:
        """Shop and days."""
        first, last = self._report.first.isoformat(), self._report.last.isoformat()
        days = first if first == last else f"{first} – {last}"
        return f"{self._report.told.shop_name} {self('title', days=days)}".strip()

    def made_at(self) -> str:
        """When it was counted, by the shop's clock, as its hours and days are."""
        at = shop_time(self._report.at, self._report.told.utc_offset_h)
        return self("made_at", at=at.isoformat(sep=" ", timespec="seconds"))

    def book(self) -> str:
        """Whether the book holds, and its last entry, to be kept on paper."""
        report = self._report
        whole = self("book_broken", flaw=report.flaw) if report.flaw else self("book_whole")
        return f"{whole} {self('head', head=f'{report.head.number}:{report.head.seal}')}"

    def tables(self) -> list[Table]:
        """Every table that has something to say, in the order of the sheet."""
        report = self._report
        found = [
            self._totals(),
            self._sums("by_wallet", report.wallets, self.wallet),
            self._sums("by_clerk", report.clerks, self.nobody),
            self._sums("by_counter", report.counters, self.nobody),
            self._counts("refused_by_reason", report.refused["reason"], self.reason),
            self._counts("failed_by_cause", report.failed, self.state),
            self._counts("refused_by_wallet", report.refused["wallet"], self.wallet),
            self._counts("refused_by_clerk", report.refused["clerk"], self.nobody),
            self._counts("refused_by_counter", report.refused["counter"], self.nobody),
            self._counts("refused_by_source", report.refused["source"], self.source),
            self._funnel(),
            self._odd(),
            self._counts("alarms", report.alarms, self.alarm),
            self._counts("complaints", self._complained(), str),
            self._counts("opinions", self._thought(), str),
            self._fees(),
        ]
        return [table for table in found if table.rows]

    def wallet(self, name: str) -> str:
        return self._catalogue.get(f"wallet.{name}.name") or name or MISSING

    def reason(self, name: str) -> str:
        """Which check said no."""
        return self._catalogue.get(f"rule.{name}") or name or MISSING

    def state(self, name: str) -> str:
        return self._catalogue.get(f"refund_state.{name}") or name

    def source(self, name: str) -> str:
        return self._catalogue.get(f"report.source_{name}") or name or MISSING

    def alarm(self, name: str) -> str:
        return say_alarm(self.language, name)

    def nobody(self, name: str) -> str:
        return name or MISSING

    def _totals(self) -> Table:
        report = self._report
        named = [("total", report.total), ("next_day", report.next_day)]
        named += [(f"way_{one.name.lower()}", one) for one in report.ways]
        rows = [(self(name), *_figures(one)) for name, one in named]
        rows.append((self("still_open"), *_figures(report.still_open)[:2], "", "", "", ""))
        return Table("totals", self("totals"), self._sum_head("what"), tuple(rows))

    def _sums(self, name: str, sums: Sequence[Sum], word: Callable[[str], str]) -> Table:
        rows = tuple((word(one.name), *_figures(one)) for one in sums)
        return Table(name, self(name), self._sum_head("name"), rows)

    def _counts(self, name: str, counts: Sequence[Count], word: Callable[[str], str]) -> Table:
        rows = tuple((word(one.name), str(one.count)) for one in counts)
        return Table(name, self(name), (self("name"), self("count")), rows)

    def _funnel(self) -> Table:
        steps = self._report.steps
        names = ("shown", "wished", "accepted", "sent", "paid")
        rows = [(self(f"step_{name}"), str(getattr(steps, name))) for name in names]
        for name in ("shown_to_accepted_s", "accepted_to_paid_s"):
            median = getattr(steps, name)
            rows.append((self(name), MISSING if median is None else str(median)))
        return Table("funnel", self("funnel"), (self("step"), self("count")), tuple(rows))

    def _fees(self) -> Table:
        """What the bills told of fees: the shop's matter, customers get the whole amount."""
        told, head = self._report.fees, (self("name"), self("count"), self("amount"))
        rows = (
            (self("fees_returned"), str(told.returned), fee_yuan(told.returned_fen_thousandths)),
            (self("fees_kept"), str(told.kept), fee_yuan(told.charged_fen_thousandths)),
        )
        return Table("fees", self("fees"), head, rows if told.told else (), note=self("fees_note"))

    def _complained(self) -> list[Count]:
        """By week, then how they stand."""
        told = self._report.complaints
        if not told.noted:
            return []
        names = ("noted", "in_time", "late", "waiting", "overdue", "ended")
        return [*told.weeks, *(Count(self(f"complaints_{name}"), getattr(told, name)) for name in names)]

    def _thought(self) -> list[Count]:
        """By week, then good, bad and why."""
        told = self._report.opinions
        if not told.good + told.bad:
            return []
        sums = [Count(self(f"opinions_{name}"), getattr(told, name)) for name in ("good", "bad")]
        return [*told.weeks, *sums, *(Count(self.dislike(one.name), one.count) for one in told.dislikes)]

    def dislike(self, name: str) -> str:
        return self._catalogue.get(f"dislike.{name}") or name

    def _odd(self) -> Table:
        rows = [row for one in self._report.odd if one.count for row in self._odd_rows(one)]
        head = tuple(self(name) for name in ("pattern", "refund", "clerk", "at", "amount"))
        return Table("odd", self("odd"), head, tuple(rows), numbers=4, note=self("odd_note"))

    def _odd_rows(self, one: Oddity) -> list[tuple[str, ...]]:
        odd = self._report.told.odd
        gaps = {
            "limit": Money(odd.near_fen),
            "minutes": odd.soon_minutes,
            "opens": odd.opens_hour,
            "closes": odd.closes_hour,
            "many": odd.many_of_order,
        }
        rows: list[tuple[str, ...]] = [
            (self(f"odd_{one.name}", **gaps), self("how_many", count=one.count), "", "", _yuan(one.fen))
        ]
        for example in one.examples[:EXAMPLES_SHOWN]:
            at = shop_time(example.at, self._report.told.utc_offset_h).strftime("%Y-%m-%d %H:%M")
            rows.append(("", example.refund_id, example.clerk, at, _yuan(example.amount_fen)))
        return rows

    def _sum_head(self, first: str) -> tuple[str, ...]:
        return tuple(self(name) for name in (first, *_SUM_COLUMNS))


def _figures(one: Sum) -> tuple[str, ...]:
    return (
        str(one.count),
        _yuan(one.fen),
        str(one.paid),
        _yuan(one.paid_fen),
        str(one.failed),
        str(one.open),
    )


def _yuan(fen: int) -> str:
    return Money(fen).yuan()
