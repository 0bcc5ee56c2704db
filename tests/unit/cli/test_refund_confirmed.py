"""What a person confirms before `refund` sends, and a dry run that sends nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
import segno

from scanrefund.check.rules import LADDER
from scanrefund.cli.main import main
from scanrefund.say.catalogue import LANGUAGES, Catalogue
from tests.unit.cli.conftest import Program, Refund, Sell, Wallets


def test_without_a_terminal_nobody_can_confirm(refund: Refund, sold: Sell, program: Program) -> None:
    sold("alipay", "a-7")
    ended = refund("alipay", "a-7", "--json")
    assert (ended.code, ended.document["error"]["code"]) == (2, "confirmation_impossible")
    assert program("refunds", "--json").document == []


class Terminal:
    """A person at a keyboard: answers in order, and a screen that hides nothing of them."""

    def __init__(self, *answers: str) -> None:
        self._answers = list(answers)

    def isatty(self) -> bool:
        return True

    def readline(self, _size: int = -1) -> str:
        return self._answers.pop(0) + "\n"


@pytest.mark.parametrize(("answer", "code", "made"), [("y", 0, 1), ("n", 130, 0), ("", 130, 0)])
def test_a_person_confirms_what_they_see(
    *,
    sold: Sell,
    program: Program,
    wallets: Wallets,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    answer: str,
    code: int,
    made: int,
) -> None:
    order_id = f"a-8{answer}"
    sold("alipay", order_id)
    picture = tmp_path / "code.png"
    digits = wallets.fresh_code("alipay")
    segno.make_qr(digits).save(str(picture), scale=8, border=4)
    monkeypatch.setattr("sys.stdin", Terminal(answer))
    assert main(["refund", "--order", order_id, "--reason", "torn", "--image", str(picture)]) == code
    screen = capsys.readouterr().out
    assert digits not in screen
    for seen in (order_id, "¥100.00", "Alipay", digits[:2] + "•", "torn"):
        assert seen in screen
    assert len(program("refunds", "--json").document) == made


def test_a_dry_run_shows_every_rule_and_binds_nothing(refund: Refund, sold: Sell, program: Program) -> None:
    sold("alipay", "a-9")
    ended = refund("alipay", "a-9", "--dry-run", "--json")
    assert (ended.code, ended.document["may_go"]) == (0, True)
    # Asking for the payer would use the code up; without staff nobody is asked about people.
    # No self test was made yet.
    skipped = {rule["rule"] for rule in ended.document["rules"] if rule["verdict"] == "skipped"}
    about_people = {"no_permission", "needs_approval", "approval_wrong", "approval_locked"}
    assert skipped == {"payer_mismatch", "clerk_limit_reached", "self_test_failed"} | about_people
    assert {rule["verdict"] for rule in ended.document["rules"]} == {"passed", "skipped"}
    assert program("refunds", "--json").document == []


def test_a_dry_run_that_may_not_go_ends_with_1(refund: Refund, sold: Sell) -> None:
    sold("alipay", "a-10")
    ended = refund("alipay", "a-10", "--dry-run", "--json", "--amount", "100.01")
    assert (ended.code, ended.document["reason"]) == (1, "amount_over_remaining")
    [refused] = [rule for rule in ended.document["rules"] if rule["verdict"] == "refused"]
    assert "¥100.00" in refused["say"]
    assert "NO" in refund("alipay", "a-10", "--dry-run", "--amount", "100.01").out


def test_every_rule_of_the_ladder_has_a_name_for_people() -> None:
    for language in LANGUAGES:
        named = Catalogue.load(language)
        assert [rule.reason for rule in LADDER if not named.get(f"rule.{rule.reason.value}")] == []
