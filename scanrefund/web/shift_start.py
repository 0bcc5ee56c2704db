"""The self test by itself: the first sign-in of the shop's day tests the counter, behind the page."""

from __future__ import annotations

import contextlib
from typing import Any

from scanrefund.check.permission import day_of
from scanrefund.crash import record
from scanrefund.errors import LedgerFault
from scanrefund.ledger.self_tests import Kept, SelfTests
from scanrefund.readiness import Finding, is_ready
from scanrefund.web.call import Call
from scanrefund.web.site import SelfTest, Site
from scanrefund.web.status import camera_finding, check_of, status_of


def begin_shift(site: Site) -> None:
    """Somebody signed in: test this counter unless that was done today. Returns at once; nobody waits.

    The training has wallets that play tricks, each meant for one exercise: it is left alone.
    """
    if site.practice is None and not site.closing.is_set() and not _is_of_today(site, site.last_self_test):
        site.errands.begin("shift start", lambda: _behind_the_page(site))


def self_test(call: Call) -> dict[str, Any]:
    """Test this counter now."""
    return {"checks": [check_of(one, call.language) for one in examine_now(call.site)]}


def examine_now(site: Site) -> list[Finding]:
    """Test this counter now, once for everybody who asks meanwhile; kept, and told to every page."""
    return site.errands.begin("self test", lambda: _test(site))[0].result()


def _behind_the_page(site: Site) -> None:
    """Nobody waits for an answer: what nobody expected is written down, and the next sign-in tries again."""
    try:
        _test_once(site)
    except Exception as error:  # noqa: BLE001  (a door: there is no caller to tell)
        record(error, site.settings.home)


def _test_once(site: Site) -> None:
    """The history knows what this counter found before the program was started again, or by `doctor`."""
    kept = _kept(site)
    if kept is not None and day_of(kept.at, site.settings.limits.people) == _today(site):
        findings = [Finding(name, ok, cause) for name, ok, cause in kept.findings]
        _tell(site, SelfTest(kept.at, findings))
    else:
        examine_now(site)


def _test(site: Site) -> list[Finding]:
    seen = camera_finding(site.camera)
    findings = site.examine({} if seen is None else {seen.name: seen})
    made = SelfTest(site.now(), findings)
    told = tuple((one.name, one.ok, one.cause) for one in made.findings)
    # Where the ledger is what is wrong, there is nowhere to write.
    with contextlib.suppress(LedgerFault):
        SelfTests(site.house.ledger).keep(Kept(made.at, site.settings.counter, is_ready(made.findings), told))
    _tell(site, made)
    return made.findings


def _tell(site: Site, made: SelfTest) -> None:
    site.last_self_test = made
    site.events.publish("status", lambda language: status_of(site, language))


def _kept(site: Site) -> Kept | None:
    """None too where the ledger cannot be read: the test says so."""
    try:
        return SelfTests(site.house.ledger).last_of(site.settings.counter)
    except LedgerFault:
        return None


def _today(site: Site) -> str:
    return day_of(site.now(), site.settings.limits.people)


def _is_of_today(site: Site, last: SelfTest | None) -> bool:
    return last is not None and day_of(last.at, site.settings.limits.people) == _today(site)
