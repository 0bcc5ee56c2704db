"""The customer's side, the diagnosis, quick amounts, badges, the voice, what has waited too long."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.page.conftest import BADGE, Till, started
from tests.page.stand_in_app import PIN
from tests.page.test_looks import judged


def to_detail(till: Till, state: str = "SUCCEEDED") -> None:
    till.to_result(state=state)
    till.page.locator("[data-act=openDetail]").press("Enter")
    till.at("detail")


def draw(till: Till) -> None:
    box = till.page.locator("canvas[data-pad]").bounding_box()
    assert box is not None
    till.page.mouse.move(box["x"] + 20, box["y"] + 20)
    till.page.mouse.down()
    till.page.mouse.move(box["x"] + 120, box["y"] + 60, steps=4)
    till.page.mouse.up()


def test_the_customers_yes_goes_with_the_refund_and_is_told(till: Till) -> None:
    till.to_confirm()
    till.press("F7")
    till.at("customer")
    till.settled()
    till.press("Enter")
    till.at("refund:confirm")
    till.settled()
    till.press("Enter")
    till.at("refund:result")
    (sent,) = till.desk.told("refund")
    assert sent["customer_agreed"] is True
    till.page.locator("[data-act=openDetail]").press("Enter")
    expect(till.page.locator(".customerspart")).to_contain_text("顾客已同意")


def test_a_customer_signs_and_the_drawing_is_sent_once(till: Till) -> None:
    to_detail(till)
    till.page.locator("[data-act=openSignature]").press("Enter")
    till.at("dialog:sign")
    till.press("Enter")
    expect(till.page.locator(".signing .message")).to_contain_text("还没有字")
    judged(till)
    draw(till)
    till.press("Enter")
    till.at("detail")
    (sent,) = till.desk.told("signature")
    (stroke,) = sent["strokes"]
    assert len(stroke) >= 4
    assert all(0 <= at <= 1000 for at in stroke)
    till.page.locator("[data-act=showSignature]").press("Enter")
    expect(till.page.locator(".drawn polyline")).to_have_attribute("points", " ".join(map(str, stroke)))
    till.page.locator("[data-act=customerConfirmed]").press("Enter")
    expect(till.page.locator(".customerspart")).to_contain_text("顾客已确认")


def test_the_diagnosis_tells_order_network_and_each_trip_with_its_codes(till: Till) -> None:
    to_detail(till, "UNKNOWN")
    till.page.locator("[data-act=openDiagnosis]").press("Enter")
    diagnosis = till.page.locator(".diagnosis")
    expect(diagnosis).to_contain_text("账本与钱包一致")
    expect(diagnosis.locator(".checks li")).to_have_count(2)
    drawer = diagnosis.locator("details")
    expect(drawer.locator("dl")).not_to_be_visible()
    drawer.locator("summary").press("Enter")
    expect(drawer.locator("dl")).to_contain_text("timeout")
    judged(till)


def test_an_answer_in_the_time_line_opens_to_the_wallets_own_words(till: Till) -> None:
    to_detail(till, "HELD")
    drawer = till.page.locator(".timeline details")
    expect(drawer.locator("dl")).not_to_be_visible()
    drawer.locator("summary").press("Enter")
    for said in ("NOT_ENOUGH", "基本账户余额不足", "403", "08F78BB5AF0610D302"):
        expect(drawer.locator("dl")).to_contain_text(said)
    judged(till)


def test_a_refusal_has_our_code_in_a_drawer(till: Till) -> None:
    till.to_result(state="wallet_mismatch")
    till.page.locator(".codes summary").press("Enter")
    expect(till.page.locator(".codes dl")).to_contain_text("wallet_mismatch")


def test_everything_is_checked_again_on_request(till: Till) -> None:
    till.desk.noes = ["order_frozen"]
    till.to_confirm()
    expect(till.page.locator(".rung-no")).to_have_count(1)
    till.settled()
    till.desk.noes = []
    asked = len(till.desk.told("check"))
    till.page.locator("[data-act=checkAgain]").click()
    expect(till.page.locator(".rung-no")).to_have_count(0)
    expect(till.page.locator(".scan .message")).to_contain_text("重新核对")
    assert len(till.desk.told("check")) > asked


@pytest.mark.parametrize(("arg", "amount"), [("640", "6.40"), ("560", "5.60")])
def test_half_or_one_item_by_one_press(till: Till, arg: str, amount: str) -> None:
    till.order()
    till.page.locator(f"[data-act=quickAmount][data-arg='{arg}']").click()
    expect(till.page.locator("[data-field=amount]")).to_have_value(amount)


def test_the_last_amount_is_offered_to_the_next_customer(till: Till) -> None:
    till.to_result(state="SUCCEEDED")
    till.settled()
    till.press("Enter")
    till.order("A1002")
    till.page.locator("[data-act=quickAmount][data-arg='1280']").click()
    expect(till.page.locator("[data-field=amount]")).to_have_value("12.80")


@started(signed_in=False)
def test_a_badge_names_somebody_and_the_pin_is_still_asked(till: Till) -> None:
    till.at("sign_in")
    till.scan(BADGE)
    expect(till.page.locator(".gate h1")).to_have_text("王店长")
    assert till.desk.told("badge") == [{"text": BADGE}]
    till.at("sign_in")
    till.by_hand(PIN)
    till.press("Enter")
    till.at("refund:order")


def test_a_badge_in_the_middle_of_work_is_told_and_goes_nowhere(till: Till) -> None:
    till.order()
    till.silence()
    till.scan(BADGE)
    expect(till.page.locator(".scan .message")).to_contain_text("工牌")
    assert till.desk.told("badge") == []
    assert len(till.desk.told("scan")) == 1
    till.at("refund:amount")


@started(age_level="orange")
def test_what_has_waited_too_long_is_told_on_every_screen(till: Till) -> None:
    till.to_result(state="UNKNOWN")
    till.settled()
    till.press("Enter")
    till.press("F4")
    till.at("queue")
    expect(till.page.locator(".row")).to_be_visible()
    expect(till.page.locator(".band-late")).to_have_count(0)
    till.press("F3")
    till.at("refunds")
    expect(till.page.locator(".band-late")).to_contain_text("1 笔退款等了很久")
    judged(till)


VOICES = """() => {
  window.said = [];
  const voice = { localService: %s, lang: "zh-CN" };
  Object.defineProperty(window, "speechSynthesis", { value: {
    getVoices: () => [voice], cancel() {}, speak: (words) => window.said.push(words.text) } });
  window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
}"""


def said(till: Till) -> list[str]:
    """What was spoken, once the last refund is known to the page."""
    till.at("refund:result")
    spoken: list[str] = till.page.evaluate("window.said")
    return spoken


def test_the_voice_is_off_until_wanted_and_then_tells_the_result(till: Till) -> None:
    till.desk.sell("A1004", "wechat", 7_70)
    till.page.evaluate(VOICES % "true")
    till.to_result(state="SUCCEEDED")
    assert said(till) == []
    till.settled()
    till.press("Enter")
    till.at("refund:order")
    voice = till.page.locator("[data-act=toggleVoice]")
    voice.press("Enter")
    expect(voice).to_have_attribute("aria-pressed", "true")
    # Its button has the focus, and a scanner's Enter is none of its business.
    till.to_result("A1004", state="SUCCEEDED")
    expect(voice).to_have_attribute("aria-pressed", "true")
    assert said(till) == ["退款成功，¥7.70。"]


def test_a_voice_from_elsewhere_is_none(till: Till) -> None:
    till.page.evaluate(VOICES % "false")
    till.page.locator("[data-act=toggleVoice]").press("Enter")
    expect(till.page.locator("[data-act=toggleVoice]")).to_have_attribute("aria-pressed", "false")
    expect(till.page.locator(".scan .message")).to_contain_text("没有本地语音")
    till.to_result(state="SUCCEEDED")
    assert said(till) == []
