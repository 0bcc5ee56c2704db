"""The report's figures on both databases, against the same figures counted by hand in Python."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

import pytest

from scanrefund.aftercare.report import ReportSettings, as_json, as_rows, make_report
from scanrefund.errors import UsageFault
from scanrefund.ledger.by_hand import ByHand, Hand
from scanrefund.ledger.found import Found
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.oddities import OddLimits
from scanrefund.ledger.trips import Lease
from scanrefund.model.money import Money
from scanrefund.model.outcome import Answer, Outcome
from scanrefund.model.payment_code import PaymentCode
from scanrefund.model.refund import Command, RefundState
from scanrefund.model.refusal import Reason, Refusal
from scanrefund.model.wallet import Wallet
from tests.postgres import Server
from tests.unit.builders import WECHAT_DIGITS, an_order, keep, open_ledger_at, reserve

OFFSET_H = 8
FIRST, LAST = date(2026, 11, 22), date(2026, 11, 24)
ODD = OddLimits(
    near_fen=5_000, near_percent=90, soon_minutes=10, opens_hour=9, closes_hour=21, many_of_order=2
)
TOLD = ReportSettings("Shop", rehearsal=True, utc_offset_h=OFFSET_H, odd=ODD)
ENDS = (RefundState.SUCCEEDED, RefundState.CLOSED, RefundState.UNKNOWN)
OUTCOMES = {
    RefundState.SUCCEEDED: Outcome.SUCCEEDED,
    RefundState.CLOSED: Outcome.CLOSED,
    RefundState.UNKNOWN: Outcome.UNKNOWN,
}


@dataclass
class Made:
    """One refund as the test made it."""

    at: datetime
    paid_at: datetime
    fen: int
    end: RefundState
    clerk: str
    seen_s: int
    took_s: int


@dataclass
class Days:
    """A ledger with a week of refunds and refusals around the reported days, and what was put into it."""

    ledger: Ledger
    dice: random.Random
    made: list[Made] = field(default_factory=list)
    refused: list[tuple[datetime, str]] = field(default_factory=list)

    def moment(self) -> datetime:
        """Any second of seven days, the reported three in the middle of them."""
        return datetime(2026, 11, 20, tzinfo=UTC) + timedelta(seconds=self.dice.randrange(7 * 86_400))

    def make(self, number: int) -> None:
        at, dice = self.moment(), self.dice
        paid_at = at - timedelta(minutes=dice.choice((2, 30, 600, 2_000)))
        one = Made(at, paid_at, dice.randrange(1, 6_000), dice.choice(ENDS), dice.choice(("s1", "s2")), 7, 0)
        one.took_s = dice.randrange(1, 100)
        wallet = dice.choice(list(Wallet))
        order = an_order(order_id=f"R{number}", paid_at=paid_at, wallet=wallet, amount=Money(9_000))
        keep(self.ledger, replace(order, extra={"cashier": "S1"}))
        fingerprint = f"code{number}"
        self.ledger.sight(fingerprint, PaymentCode(WECHAT_DIGITS), wallet, at - timedelta(seconds=one.seen_s))
        wish = {"request_id": f"q{number}", "code_fingerprint": fingerprint, "clerk": one.clerk}
        refund = reserve(self.ledger, f"R{number}", one.fen, at, **wish)
        attempt = self.ledger.begin(refund, Command.SEND, Lease("test", 30), at)
        assert attempt is not None
        done = at + timedelta(seconds=one.took_s)
        self.ledger.end(
            attempt, Answer(OUTCOMES[one.end], "CODE"), one.end, {"wallet_code": "CODE"}, "", done
        )
        self.made.append(one)

    def refuse(self) -> None:
        at, reason = self.moment(), self.dice.choice((Reason.CODE_EXPIRED, Reason.AMOUNT_OVER_CAP))
        with self.ledger.locked("R0") as locked:
            locked.record(Refusal(reason), at, {"counter": "counter1", "source": "camera"})
        self.refused.append((at, reason.value))

    def inside(self) -> list[Made]:
        return [one for one in self.made if FIRST <= local(one.at).date() <= LAST]

    def refused_inside(self) -> list[tuple[datetime, str]]:
        return [one for one in self.refused if FIRST <= local(one[0]).date() <= LAST]


def local(at: datetime) -> datetime:
    return at + timedelta(hours=OFFSET_H)


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def days(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Days]:
    """Made once for each kind of database and only looked at: every row is a commit."""
    seed = random.randrange(2**32)
    print(f"seed {seed}")  # noqa: T201
    if request.param == "sqlite":
        made = filled(f"sqlite:///{tmp_path_factory.mktemp('report') / 'ledger.sqlite3'}", seed)
        yield made
        made.ledger.close()
        return
    server: Server = request.getfixturevalue("postgres")
    with server.ledger() as url:
        made = filled(url, seed)
        yield made
        made.ledger.close()


def filled(url: str, seed: int) -> Days:
    made = Days(open_ledger_at(url), random.Random(seed))
    for number in range(20):
        made.make(number)
    for _ in range(10):
        made.refuse()
    return made


def test_every_figure_is_the_one_that_is_counted_by_hand(days: Days) -> None:
    told = as_json(make_report(days.ledger, TOLD, FIRST, LAST, datetime(2026, 11, 30, tzinfo=UTC)))
    made, refused = days.inside(), days.refused_inside()
    paid = [one for one in made if one.end is RefundState.SUCCEEDED]
    assert told["total"] == {
        "count": len(made),
        "amount_fen": sum(one.fen for one in made),
        "succeeded": len(paid),
        "succeeded_fen": sum(one.fen for one in paid),
        "failed": sum(one.end is RefundState.CLOSED for one in made),
        "open": sum(one.end is RefundState.UNKNOWN for one in made),
    }
    later = [one for one in made if local(one.paid_at).date() < local(one.at).date()]
    assert (told["next_day"]["count"], told["next_day"]["amount_fen"]) == (
        len(later),
        sum(one.fen for one in later),
    )
    assert {name: one["count"] for name, one in told["clerks"].items()} == Counter(one.clerk for one in made)
    hours = Counter(local(one.at).hour for one in made)
    assert [one["count"] for one in told["hours"]] == [hours[hour] for hour in range(24)]
    dates = Counter(local(one.at).date().isoformat() for one in made)
    assert {one["name"]: one["count"] for one in told["days"] if one["count"]} == dates
    assert [one["name"] for one in told["days"]] == ["2026-11-22", "2026-11-23", "2026-11-24"]
    assert told["refused"]["reason"] == Counter(reason for _, reason in refused)
    assert sum(told["refused"]["wallet"].values()) == len(refused)
    assert told["refused"]["source"].get("camera", 0) == len(refused)
    assert sum(one["refused"] for one in told["hours"]) == len(refused)
    assert told["still_open"]["count"] == sum(one.end is RefundState.UNKNOWN for one in days.made)


def test_the_funnel_and_its_medians(days: Days) -> None:
    steps = make_report(days.ledger, TOLD, FIRST, LAST, datetime(2026, 11, 30, tzinfo=UTC)).steps
    made = days.inside()
    took = sorted(one.took_s for one in made if one.end is RefundState.SUCCEEDED)
    assert (steps.accepted, steps.sent) == (len(made), len(made))
    assert steps.wished == len(made) + len(days.refused_inside())
    assert steps.paid == len(took)
    assert steps.shown_to_accepted_s == (7 if made else None)
    assert steps.accepted_to_paid_s == (took[(len(took) - 1) // 2] if took else None)


def test_each_odd_pattern_is_found(days: Days) -> None:
    told = as_json(make_report(days.ledger, TOLD, FIRST, LAST, datetime(2026, 11, 30, tzinfo=UTC)))
    made = days.inside()
    assert {one["name"]: one["count"] for one in told["odd"]} == {
        "under_limit": sum(4_500 <= one.fen <= 5_000 for one in made),
        "soon_after_sale": sum((one.at - one.paid_at) < timedelta(minutes=10) for one in made),
        "after_closing": sum(not 9 <= local(one.at).hour < 21 for one in made),
        "own_sale": sum(one.clerk == "s1" for one in made),
        "many_of_order": 0,
        "without_code": 0,
    }


def test_a_second_refund_of_one_order_is_shown(ledger_url: str) -> None:
    at = datetime(2026, 11, 23, 4, tzinfo=UTC)
    ledger = open_ledger_at(ledger_url)
    keep(ledger, an_order(order_id="T1", paid_at=at))
    for number in range(2):
        reserve(ledger, "T1", 10, at, request_id=f"t{number}")
    found = make_report(ledger, TOLD, FIRST, LAST, at).odd
    ledger.close()
    assert [one.count for one in found if one.name == "many_of_order"] == [2]


def test_cash_and_refunds_made_elsewhere_have_lines_of_their_own(ledger_url: str) -> None:
    at = datetime(2026, 11, 23, 4, tzinfo=UTC)
    ledger = open_ledger_at(ledger_url)
    keep(ledger, an_order(order_id="T1", paid_at=at), an_order(order_id="T2", paid_at=at))
    refund = reserve(ledger, "T1", 70, at)
    attempt = ledger.begin(refund, Command.SEND, Lease("test", 30), at)
    assert attempt is not None
    ledger.end(attempt, Answer(Outcome.CLOSED), RefundState.CLOSED, {}, "", at)
    ByHand(ledger).pay_other_way(refund.refund_id, Hand("Li", "closed"), at)
    Found(ledger).record_external("T2", "THEIRS", Money(40), at)
    told = as_json(make_report(ledger, TOLD, FIRST, LAST, at))
    ledger.close()
    assert (told["total"]["count"], told["total"]["amount_fen"], told["total"]["failed"]) == (1, 70, 1)
    ways = {name: one["amount_fen"] for name, one in told["ways"].items()}
    assert ways == {"PAID_OTHER_WAY": 70, "EXTERNAL": 40}
    assert told["failed"] == {"CLOSED": 1}
    assert told["alarms"] == {"external": 1}


def test_an_empty_day_is_a_report_too(ledger_url: str) -> None:
    ledger = open_ledger_at(ledger_url)
    report = make_report(ledger, TOLD, FIRST, FIRST, datetime(2026, 11, 30, tzinfo=UTC))
    ledger.close()
    assert (report.total.count, report.steps.accepted_to_paid_s, report.clerks) == (0, None, ())
    assert ("total", "", "count", "0") in list(as_rows(report))


def test_days_that_make_no_stretch_are_refused(ledger_url: str) -> None:
    ledger = open_ledger_at(ledger_url)
    for first, last in ((LAST, FIRST), (date(2020, 1, 1), LAST)):
        with pytest.raises(UsageFault, match="report_days_wrong"):
            make_report(ledger, TOLD, first, last, datetime(2026, 11, 30, tzinfo=UTC))
    ledger.close()


@pytest.mark.parametrize(
    ("opens", "closes", "shut"),
    [
        (9, 21, lambda hour: not 9 <= hour < 21),
        (20, 4, lambda hour: 4 <= hour < 20),
        (9, 9, lambda hour: False),
    ],
)
def test_opening_hours_may_pass_midnight_or_never_end(
    days: Days, opens: int, closes: int, shut: Callable[[int], bool]
) -> None:
    told = replace(TOLD, odd=replace(ODD, opens_hour=opens, closes_hour=closes))
    found = make_report(days.ledger, told, FIRST, LAST, datetime(2026, 11, 30, tzinfo=UTC)).odd
    wanted = sum(shut(local(one.at).hour) for one in days.inside())
    assert [one.count for one in found if one.name == "after_closing"] == [wanted]
