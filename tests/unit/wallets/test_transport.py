"""Who is asked next when a host cannot be reached, and who is not."""

from __future__ import annotations

import pytest

from scanrefund.errors import NoAnswer, NotSent
from scanrefund.http import HttpLimits, HttpReply
from scanrefund.model.outcome import Answer, Outcome
from scanrefund.wallets.transport import WireRequest, reach
from tests.unit.wallets.pens import ScriptedHttp

GOOD = HttpReply(200, {}, b"{}", 1)
HOSTS = ("https://one.example", "https://two.example")


def write(host: str) -> WireRequest:
    return WireRequest("POST", host + "/v3/x", {}, b"{}")


@pytest.mark.parametrize("code", ["no_connection", "name_not_found", "connect_timeout", "tls_failed"])
def test_the_second_host_is_asked_where_nothing_left_for_the_first(code: str) -> None:
    http = ScriptedHttp(NotSent(code), GOOD)
    assert reach(http, HOSTS, write) is GOOD
    assert [url for _, url, _, _ in http.calls] == [f"{host}/v3/x" for host in HOSTS]


@pytest.mark.parametrize("code", ["timeout", "reset", "truncated", "deadline", "too_large", "redirect"])
def test_nobody_else_is_asked_beside_a_host_that_may_have_read_the_request(code: str) -> None:
    http = ScriptedHttp(NoAnswer(code), GOOD)
    assert reach(http, HOSTS, write) == Answer(Outcome.UNKNOWN, code=code)
    assert len(http.calls) == 1


def test_what_left_for_no_host_was_not_sent_and_names_the_first_trouble() -> None:
    http = ScriptedHttp(NotSent("no_connection"), NotSent("name_not_found"))
    assert reach(http, HOSTS, write) == Answer(Outcome.NOT_SENT, code="no_connection")


def test_a_second_host_that_may_have_read_the_request_makes_it_unknown() -> None:
    http = ScriptedHttp(NotSent("no_connection"), NoAnswer("timeout"))
    assert reach(http, HOSTS, write) == Answer(Outcome.UNKNOWN, code="timeout")


def test_both_hosts_share_one_deadline() -> None:
    limits = HttpLimits(connect_timeout_s=5, read_timeout_s=5, deadline_s=7)
    http = ScriptedHttp(NotSent("no_connection"), GOOD, limits=limits)
    reach(http, HOSTS, write)
    first_s, second_s = http.deadlines_s
    assert 0 < second_s < first_s <= 7


def test_a_deadline_that_is_over_asks_no_further_host() -> None:
    http = ScriptedHttp(GOOD, limits=HttpLimits(deadline_s=0))
    assert reach(http, HOSTS, write) == Answer(Outcome.NOT_SENT, code="deadline")
    assert http.calls == []
