from __future__ import annotations

import pytest

from scanrefund.model.refund import OPEN, RefundState
from scanrefund.model.refusal import Reason
from scanrefund.model.shown import Kind
from scanrefund.say.catalogue import LANGUAGES, Catalogue
from scanrefund.say.failures import FAILURES, SECTIONS, ClerkDoes
from scanrefund.say.gaps import gaps_of
from tests.unit.say.refunds import EXAMPLES

PARTS = ("clerk", "customer", "next")

# What each rule's refusal carries; a reason that is not listed carries nothing a sentence may use.
GAPS_OF_REASON: dict[Reason, set[str]] = {
    Reason.CODE_EXPIRED: {"age", "limit", "wallet"},
    Reason.CODE_SEEN_BEFORE: {"refund_id"},
    Reason.PICTURE_TOO_OLD: {"age", "limit"},
    Reason.ORDER_NOT_FOUND: {"order_id"},
    Reason.ORDER_NOT_PAID: {"order_id", "state"},
    Reason.ORDER_CANCELLED: {"order_id", "when", "cancelled_why"},
    Reason.ORDER_NOT_RELEASED: {"order_id"},
    Reason.ORDER_ALREADY_REFUNDED: {"order_id", "amount"},
    Reason.WALLET_MISMATCH: {"order_wallet", "code_wallet"},
    Reason.RETURN_WINDOW_PASSED: {"days", "limit_days"},
    Reason.AMOUNT_NOT_POSITIVE: {"amount"},
    Reason.AMOUNT_OVER_REMAINING: {"amount", "max"},
    Reason.AMOUNT_OVER_CAP: {"amount", "cap"},
    Reason.TOO_MANY_REFUNDS: {"count", "limit"},
    Reason.TOO_MANY_IN_VAIN: {"count"},
    Reason.TOO_SOON_AFTER_LAST: {"wait"},
    Reason.REFUND_IN_FLIGHT: {"refund_id"},
    Reason.WALLET_WINDOW_PASSED: {"days", "limit_days"},
    Reason.WALLET_AMOUNT_LIMIT: {"amount", "limit"},
    Reason.ORDER_FROZEN: {"why"},
    Reason.ORDER_CHANGED: {"field", "ours", "theirs"},
    Reason.NO_PERMISSION: {"because", "names"},
    Reason.NEEDS_APPROVAL: {"because", "names"},
    Reason.APPROVAL_WRONG: {"because"},
    Reason.APPROVAL_LOCKED: {"because", "names"},
    Reason.CLERK_LIMIT_REACHED: {"because", "left", "names"},
    Reason.SELF_TEST_FAILED: {"check"},
}
GAPS_OF_REFUND = {"amount", "refund_id", "order_id", "wallet", "code", "off_s"}

# While money may still move, nobody may read that the refund failed, ended or may be made anew.
FORBIDDEN_WHILE_OPEN = ("失败", "失敗", "重新发起", "重新發起", "改付", "failed", "failure", "start a new")
# No timer closes a refund that was sent.
FORBIDDEN_ANYWHERE = ("超时", "逾時", "超時", "自动关闭", "自動關閉", "timed out", "closed automatically")
# The customer is never accused.
FORBIDDEN_TO_CUSTOMERS = (
    "欺诈",
    "詐欺",
    "可疑",
    "伪造",
    "偽造",
    "您的错",
    "fraud",
    "suspicious",
    "forged",
    "fake",
)


def text(language: str, cause: str, part: str) -> str:
    return Catalogue.load(language).texts[f"{cause}.{part}"]


def phrases(language: str) -> set[str]:
    return {
        key.removeprefix("phrase.") for key in Catalogue.load(language).texts if key.startswith("phrase.")
    }


def open_causes() -> list[str]:
    return [cause for cause, refund in EXAMPLES.items() if refund.state in OPEN]


def test_the_table_holds_every_reason_every_kind_and_every_state_and_nothing_else() -> None:
    reasons = {f"refusal.{reason.value}" for reason in Reason if reason is not Reason.NOT_A_PAYMENT_CODE}
    kinds = {f"kind.{kind.value}" for kind in Kind}
    assert set(FAILURES) == reasons | {
        "refusal.picture_from_the_future",
        "refusal.code_refused_by_wallet",
    } | kinds | set(EXAMPLES)


def test_no_cause_stands_in_the_table_twice() -> None:
    assert sum(len(rows) for rows in SECTIONS.values()) == len(FAILURES)


@pytest.mark.parametrize("cause", FAILURES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_cause_has_all_three_sentences_in_every_language(language: str, cause: str) -> None:
    for part in PARTS:
        assert text(language, cause, part)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogue_has_no_sentence_for_a_cause_outside_the_table(language: str) -> None:
    families = ("refusal.", "kind.", "refund.")
    causes = {key.rpartition(".")[0] for key in Catalogue.load(language).texts if key.startswith(families)}
    assert causes == set(FAILURES)


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason is not Reason.NOT_A_PAYMENT_CODE])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refusal_asks_only_for_gaps_its_rule_fills(language: str, reason: Reason) -> None:
    allowed = GAPS_OF_REASON.get(reason, set()) | phrases(language)
    for part in PARTS:
        assert gaps_of(text(language, f"refusal.{reason.value}", part)) <= allowed


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_kind_asks_only_for_the_text_that_was_shown(language: str, kind: Kind) -> None:
    for part in PARTS:
        assert gaps_of(text(language, f"kind.{kind.value}", part)) <= {"text"} | phrases(language)


@pytest.mark.parametrize(
    "kind",
    [
        Kind.PAYMENT_CODE,
        Kind.NOT_ASCII_DIGITS,
        Kind.LONG_NUMBER,
        Kind.ID_CARD_NUMBER,
        Kind.UNKNOWN_WALLET_CODE,
    ],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_digits_that_may_be_a_code_or_a_person_are_not_repeated(language: str, kind: Kind) -> None:
    for part in PARTS:
        assert "text" not in gaps_of(text(language, f"kind.{kind.value}", part))


@pytest.mark.parametrize("cause", EXAMPLES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refund_asks_only_for_what_a_refund_has(language: str, cause: str) -> None:
    for part in PARTS:
        assert gaps_of(text(language, cause, part)) <= GAPS_OF_REFUND | phrases(language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_phrase_holds_no_gap_of_its_own(language: str) -> None:
    for phrase in phrases(language):
        assert not gaps_of(Catalogue.load(language).texts[f"phrase.{phrase}"])


@pytest.mark.parametrize("cause", open_causes())
@pytest.mark.parametrize("language", LANGUAGES)
def test_while_money_may_move_nobody_reads_that_it_failed(language: str, cause: str) -> None:
    for part in PARTS:
        for word in FORBIDDEN_WHILE_OPEN:
            assert word not in text(language, cause, part).lower()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_says_that_time_closed_a_refund_or_accuses_a_customer(language: str) -> None:
    for cause in FAILURES:
        for part in PARTS:
            assert not [word for word in FORBIDDEN_ANYWHERE if word in text(language, cause, part).lower()]
        customer = text(language, cause, "customer").lower()
        assert not [word for word in FORBIDDEN_TO_CUSTOMERS if word in customer]


@pytest.mark.parametrize("cause", [*open_causes(), "refund.external", "refusal.refund_in_flight"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_while_money_may_move_the_clerk_is_warned(language: str, cause: str) -> None:
    assert "{warning}" in text(language, cause, "clerk")


def test_no_open_refund_lets_the_clerk_start_again() -> None:
    for cause in open_causes():
        assert FAILURES[cause].clerk_does is not ClerkDoes.STARTS_AGAIN


def test_the_states_that_count_as_open_are_those_of_the_model() -> None:
    assert {RefundState.UNKNOWN, RefundState.PROCESSING} <= {EXAMPLES[cause].state for cause in open_causes()}
