"""`refund --applicant` and `applicant`."""

from __future__ import annotations

from collections.abc import Callable

from tests.unit.cli.conftest import Program, Wallets

Sell = Callable[[str, str], None]


def test_the_applicants_name_is_kept_and_shown_to_who_may_read_the_books(
    program: Program, wallets: Wallets, sold: Sell
) -> None:
    sold("alipay", "p-1")
    wish = ("refund", "--order", "p-1", "--reason", "tried on", "--yes", "--json", "--amount", "10")
    wrong = program(*wish, "--applicant", "6222020000000000000", stdin="1\n")
    assert wrong.document["error"]["code"] == "applicant_wrong"
    made = program(*wish, "--applicant", "张三", stdin=f"{wallets.fresh_code('alipay')}\n")
    assert "张三" not in made.out
    shown = program("applicant", made.document["refund_id"], "--by", "Li", "--json")
    assert shown.document["applicant"] == "张三"
    assert (
        program("applicant", "nobody", "--by", "Li", "--json").document["error"]["code"] == "refund_unknown"
    )
