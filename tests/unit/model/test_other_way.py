from __future__ import annotations

import pytest

from scanrefund.model.other_way import IN_CASH, Method, NoOtherWay, holds_card, other_way_of
from tests.unit.builders import WECHAT_DIGITS

# Made up; the last digit proves the others, as it does on a card.
CARD = "6222020000000000000"


def test_a_transfer_keeps_the_banks_reference_and_the_end_of_the_account() -> None:
    paid = other_way_of(Method.BANK, " B2026/1123-001 ", "００４２")
    assert (paid.bank_reference, paid.account) == ("B2026/1123-001", "•••• 0042")
    assert other_way_of(Method.BANK, "B2026", "").account == ""
    assert other_way_of(Method.CASH, "", " ") == IN_CASH


@pytest.mark.parametrize(
    ("method", "reference", "tail", "part"),
    [
        (Method.CASH, "B2026", "", "cash"),
        (Method.CASH, "", "0042", "cash"),
        (Method.BANK, "", "", "reference"),
        (Method.BANK, "B20", "", "reference"),
        (Method.BANK, "x" * 41, "", "reference"),
        (Method.BANK, "=B2026", "", "reference"),
        (Method.BANK, CARD, "", "card"),
        (Method.BANK, f"to {CARD[:4]} {CARD[4:8]} {CARD[8:12]} {CARD[12:]}", "", "card"),
        (Method.BANK, WECHAT_DIGITS, "", "card"),
        (Method.BANK, "B2026", "42", "last_four"),
        (Method.BANK, "B2026", CARD, "last_four"),
    ],
)
def test_what_must_not_be_kept_is_refused_and_not_repeated(
    method: Method, reference: str, tail: str, part: str
) -> None:
    with pytest.raises(NoOtherWay) as wrong:
        other_way_of(method, reference, tail)
    assert (wrong.value.part, str(wrong.value)) == (part, part)


def test_a_card_is_known_by_its_form_wherever_it_stands() -> None:
    assert holds_card(f"paid to {CARD}, thanks")
    assert not holds_card(f"paid to {CARD[:-1]}7")
    assert not holds_card("order 1234567890, seen")
