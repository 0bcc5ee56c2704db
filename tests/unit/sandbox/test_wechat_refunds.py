"""The second application for a refund that the customer's bank did not take."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP

from scanrefund.sandbox.spoken import Call, Reply
from tests.unit.sandbox.conftest import Wallets
from tests.unit.sandbox.merchants import REFUNDS, with_header


def sealed(wallets: Wallets, text: str) -> str:
    padding = OAEP(MGF1(hashes.SHA1()), hashes.SHA1(), None)
    return base64.b64encode(wallets.wechat.wallet_key.encrypt(text.encode(), padding)).decode()


def card(wallets: Wallets, **changes: Any) -> dict[str, Any]:
    said = {"out_refund_no": "R1", "type": "USER_BANK_CARD", "bank_type": "ICBC_DEBIT"}
    secrets = {"bank_account": sealed(wallets, "6222020000005167"), "real_name": sealed(wallets, "张三")}
    return {**said, **secrets, **changes}


class Counter:
    """A refund that ended ABNORMAL."""

    def __init__(self, wallets: Wallets, fault: str = "abnormal") -> None:
        self.wallets = wallets
        order = wallets.add("wechat")
        if fault:
            wallets.arm("wechat", "refund", fault)
        self.theirs = str(wallets.told(wallets.wechat.refund(order, "R1", 300))["refund_id"])
        wallets.advance(3)

    def call(self, fields: dict[str, Any], theirs: str = "") -> Call:
        path = f"{REFUNDS}/{theirs or self.theirs}/apply-abnormal-refund"
        return self.wallets.wechat.post(path, **fields)

    def apply(self, fields: dict[str, Any], theirs: str = "") -> Reply:
        return self.wallets.answer(self.call(fields, theirs))

    def ask(self) -> dict[str, Any]:
        return self.wallets.told(self.wallets.wechat.ask({}, "R1"))


def test_the_customers_other_card_takes_the_money(wallets: Wallets) -> None:
    counter = Counter(wallets)
    assert counter.ask()["status"] == "ABNORMAL"
    answer = wallets.wechat.open(counter.apply(card(wallets)))
    assert (answer["status"], answer["channel"]) == ("PROCESSING", "OTHER_BANKCARD")
    wallets.advance(3)
    ended = counter.ask()
    assert (ended["status"], ended["user_received_account"]) == ("SUCCESS", "工商银行借记卡5167")
    assert "success_time" in ended


def test_the_merchants_account_takes_the_money(wallets: Wallets) -> None:
    counter = Counter(wallets)
    said = {"out_refund_no": "R1", "type": "MERCHANT_BANK_CARD"}
    assert wallets.wechat.open(counter.apply(said))["status"] == "PROCESSING"
    wallets.advance(3)
    ended = counter.ask()
    assert (ended["status"], ended["user_received_account"]) == ("SUCCESS", "商户结算银行账户")


def test_the_same_application_again_is_the_same_refund(wallets: Wallets) -> None:
    counter = Counter(wallets)
    first = wallets.wechat.open(counter.apply(card(wallets)))
    assert wallets.wechat.open(counter.apply(card(wallets))) == first
    other = counter.apply({"out_refund_no": "R1", "type": "MERCHANT_BANK_CARD"})
    assert (other.status, wallets.wechat.open(other)["code"]) == (400, "INVALID_REQUEST")


@pytest.mark.parametrize("fault", ["", "closed"])
def test_a_refund_that_is_not_abnormal_takes_no_second_application(wallets: Wallets, fault: str) -> None:
    reply = Counter(wallets, fault).apply(card(wallets))
    assert (reply.status, wallets.wechat.open(reply)["code"]) == (400, "INVALID_REQUEST")


def test_the_path_and_the_body_name_one_refund(wallets: Wallets) -> None:
    counter = Counter(wallets)
    for fields, theirs in ((card(wallets), "50300000"), (card(wallets, out_refund_no="R2"), "")):
        reply = counter.apply(fields, theirs)
        assert (reply.status, wallets.wechat.open(reply)["code"]) == (404, "RESOURCE_NOT_EXISTS")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"type": "CASH"}, "/type"),
        ({"bank_type": "ICBC_CREDIT"}, "/bank_type"),
        ({"bank_type": "HSBC_DEBIT"}, "/bank_type"),
        ({"bank_account": "6222020000005167"}, "/bank_account"),
        ({"real_name": "张三"}, "/real_name"),
        ({"amount": 1}, "/amount"),
    ],
)
def test_a_wrong_field_is_named(wallets: Wallets, changes: dict[str, Any], field: str) -> None:
    reply = Counter(wallets).apply(card(wallets, **changes))
    assert (reply.status, wallets.wechat.open(reply)["detail"]["field"]) == (400, field)


@pytest.mark.parametrize("name", ["bank_type", "bank_account", "real_name", "type", "out_refund_no"])
def test_a_missing_field_is_named(wallets: Wallets, name: str) -> None:
    fields = {key: value for key, value in card(wallets).items() if key != name}
    assert wallets.wechat.open(Counter(wallets).apply(fields))["detail"]["field"] == f"/{name}"


def test_what_was_sealed_for_a_key_the_call_does_not_name_stays_shut(wallets: Wallets) -> None:
    counter = Counter(wallets)
    reply = wallets.answer(with_header(counter.call(card(wallets)), "wechatpay-serial", None))
    assert reply.status == 400
    assert counter.ask()["status"] == "ABNORMAL"


def test_the_second_application_may_fail_too(wallets: Wallets) -> None:
    counter = Counter(wallets)
    wallets.arm("wechat", "refund", "abnormal")
    counter.apply(card(wallets))
    wallets.advance(3)
    assert counter.ask()["status"] == "ABNORMAL"


def test_a_second_end_is_told_as_well(wallets: Wallets) -> None:
    order = wallets.add("wechat")
    wallets.arm("wechat", "refund", "abnormal")
    call = wallets.wechat.refund(order, "R1", 300, notify_url="http://127.0.0.1:9/notice")
    theirs = wallets.told(call)["refund_id"]
    wallets.advance(3)
    said = {"out_refund_no": "R1", "type": "MERCHANT_BANK_CARD"}
    wallets.told(wallets.wechat.post(f"{REFUNDS}/{theirs}/apply-abnormal-refund", **said))
    wallets.advance(3)
    with wallets.store.turn() as turn:
        assert [notice.status for notice in turn.notices.all()] == ["ABNORMAL", "SUCCESS"]


def test_no_card_number_and_no_name_is_kept(wallets: Wallets) -> None:
    Counter(wallets).apply(card(wallets))
    with wallets.store.turn() as turn:
        kept = repr(turn.refunds())
    assert "6222020000005167" not in kept
    assert "张三" not in kept
