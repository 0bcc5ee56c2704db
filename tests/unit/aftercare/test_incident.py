"""What support is told about a refund: numbers and the wallet's last word, nothing about anybody."""

from __future__ import annotations

import pytest

from scanrefund.aftercare.incident import incident_text
from scanrefund.errors import UsageFault
from scanrefund.ledger.ledger import Ledger
from scanrefund.say.catalogue import LANGUAGES
from tests.unit.aftercare.papers import ACCOUNT, refunded
from tests.unit.builders import ORDER, WECHAT_DIGITS, reserve


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_number_is_in_it_and_nobody(ledger: Ledger, language: str) -> None:
    refund = refunded(ledger)
    told = incident_text(ledger, refund.refund_id, language)
    for number in (refund.refund_id, "5030000000", ORDER.order_id, ORDER.wallet_order_id, refund.account):
        assert number in told
    assert "SUCCEEDED" in told
    for secret in (WECHAT_DIGITS, ACCOUNT, "c-7", "card"):
        assert secret not in told
    # Every name is a word of the catalogue, none its key.
    assert not [line for line in told.splitlines() if "." in line.partition(": ")[0]]


def test_a_refund_that_was_never_sent_has_no_answer(ledger: Ledger) -> None:
    told = incident_text(ledger, reserve(ledger).refund_id, "en")
    assert "READY" in told
    assert "last answer" not in told


def test_a_refund_that_is_not_there_is_named(ledger: Ledger) -> None:
    with pytest.raises(UsageFault, match="refund_unknown"):
        incident_text(ledger, "SRT_nothing", "en")
