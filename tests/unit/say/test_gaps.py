from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from scanrefund.model.wallet import Wallet
from scanrefund.say.catalogue import Catalogue
from scanrefund.say.gaps import MISSING, fill

EN = Catalogue.load("en")
HANS = Catalogue.load("zh-Hans")


def test_fen_are_read_as_yuan_under_the_shorter_name() -> None:
    assert fill("{max} {max_fen}", {"max_fen": 1234}, EN) == "¥12.34 1234"


@pytest.mark.parametrize(
    ("seconds", "english", "chinese"),
    [
        (0, "0 s", "0 秒"),
        (61, "61 s", "61 秒"),
        (120, "2 min", "2 分钟"),
        (7199, "119 min", "119 分钟"),
        (7200, "2 hours", "2 小时"),
        (200_000, "2 days", "2 天"),
    ],
)
def test_seconds_are_read_in_the_largest_unit_that_counts_two(
    seconds: int, english: str, chinese: str
) -> None:
    assert fill("{age}", {"age_s": seconds}, EN) == english
    assert fill("{age}", {"age_s": seconds}, HANS) == chinese


def test_a_gap_without_a_value_shows_a_dash_and_never_fails() -> None:
    assert fill("{order_id} {why} {when}", {"why": "", "when": None}, EN) == f"{MISSING} {MISSING} {MISSING}"


def test_a_brace_in_a_value_is_text_and_not_another_gap() -> None:
    assert fill("{text}", {"text": "{secret}", "secret": "x"}, EN) == "{secret}"


@pytest.mark.parametrize("gap", ["wallet", "order_wallet", "code_wallet"])
def test_wallets_are_read_by_name(gap: str) -> None:
    assert fill("{" + gap + "}", {gap: "alipay"}, EN) == "Alipay"
    assert fill("{" + gap + "}", {gap: Wallet.WECHAT}, HANS) == "微信支付"
    assert fill("{" + gap + "}", {gap: "alipay"}, Catalogue.load("zh-Hant")) == "支付寶"


def test_states_and_fields_are_read_as_words() -> None:
    detail = {"field": "state", "ours": "PAID", "theirs": "CLOSED"}
    assert fill("{field}: {ours}, {theirs}", detail, EN) == "state: paid, closed"


def test_a_state_that_no_order_has_is_read_as_a_refunds() -> None:
    assert fill("{state}", {"state": "SUCCEEDED"}, EN) == EN.get("refund_state.SUCCEEDED")


def test_a_value_without_a_word_stands_as_it_is() -> None:
    assert fill("{ours} {wallet}", {"ours": "12.30", "wallet": "other"}, EN) == "12.30 other"


def test_times_are_read_on_the_clock_of_the_shop() -> None:
    moment = datetime(2026, 11, 23, 10, 5, tzinfo=UTC)
    local = moment.astimezone().strftime("%Y-%m-%d %H:%M")
    assert fill("{when}", {"when": moment.isoformat()}, EN) == local
    assert fill("{ended_at}", {"ended_at": moment}, EN) == local


def test_a_time_that_is_none_stands_as_it_is() -> None:
    assert fill("{when}", {"when": "yesterday"}, EN) == "yesterday"


def test_any_object_may_fill_a_gap() -> None:
    assert fill("{path} {count}", {"path": Path("a.png"), "count": 3}, EN) == "a.png 3"


def test_a_phrase_fills_the_gap_of_its_name() -> None:
    assert fill("{warning}", {}, EN) == "Do not refund again, do not pay cash."
