"""The customer's phone in a real browser: what it shows is read by the installed program and refunded."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.acceptance.browser import phone_page
from tests.acceptance.conftest import Program, Sandbox

WALLETS = ("wechat", "alipay")


def photo(page: Page, program: Program) -> Path:
    """What the screen shows, once its pictures are there."""
    page.wait_for_function(
        """() => {
          const seen = [...document.images].filter((picture) => picture.checkVisibility());
          return seen.length > 0 && seen.every((picture) => picture.complete && picture.naturalWidth > 0);
        }"""
    )
    path = program.home / "screen.png"
    page.screenshot(path=path)
    return path


def opened(sandbox: Sandbox, wallet: str) -> str:
    """The phone's address, its code just turned, so that no test runs into the next minute."""
    sandbox.code(wallet)
    return f"{sandbox.base_url}/sandbox/phone/{wallet}"


@pytest.mark.parametrize("wallet", WALLETS)
def test_a_phone_that_is_held_up_is_refunded_and_told_so(
    program: Program, sandbox: Sandbox, wallet: str
) -> None:
    order = sandbox.sell(program, wallet, 1_280)
    with phone_page(opened(sandbox, wallet)) as page:
        expect(page.locator("#qr")).to_be_visible()
        shot = photo(page, program)
        expect(page.locator("#message")).to_be_hidden()
        code, receipt = program.json(
            "refund", "--order", order, "--reason", "退货", "--yes", "--image", str(shot)
        )
        assert (code, receipt["state"]) == (0, "SUCCEEDED")
        expect(page.locator("#message")).to_have_text(f"退款到账通知：¥12.80，订单 {order}")
    _, lines = program.json("decode", str(shot))
    assert {(code["kind"], code["wallet"]) for code in lines[0]["codes"]} == {("payment_code", wallet)}
    assert [(one["amount_fen"], one["status"]) for one in sandbox.refunds()] == [(1_280, "SUCCESS")]


def test_the_page_shows_one_code_in_both_symbologies(program: Program, sandbox: Sandbox) -> None:
    digits = []
    with phone_page(opened(sandbox, "wechat")) as page:
        photo(page, program)
        for name in ("qr", "bars"):
            page.locator(f"#{name}").screenshot(path=program.home / f"{name}.png")
    _, lines = program.json("decode", str(program.home / "qr.png"), str(program.home / "bars.png"))
    for line in lines:
        digits += [(code["kind"], code["fingerprint"]) for code in line["codes"]]
    assert len(digits) == 2
    assert len(set(digits)) == 1


def test_the_code_turns_with_business_time_and_counts_down(program: Program, sandbox: Sandbox) -> None:
    with phone_page(opened(sandbox, "wechat")) as page:
        page.click("#reveal")
        expect(page.locator("#reveal")).to_contain_text(
            sandbox.call("GET", "/sandbox/phone/wechat/code.json")["digits"][:4]
        )
        before = page.locator("#qr").get_attribute("src")
        # The page shows a dash until its first count.
        expect(page.locator("#seconds")).to_have_text(re.compile("^([1-9]|[1-5][0-9]|60)$"))
        sandbox.call("POST", "/sandbox/clock", {"advance_s": 60})
        expect(page.locator("#qr")).not_to_have_attribute("src", str(before))
        expect(page.locator("#reveal")).to_have_text("点击查看付款码数字")


def test_a_bill_is_found_in_the_list_and_its_barcode_names_the_order(
    program: Program, sandbox: Sandbox
) -> None:
    order = sandbox.sell(program, "wechat", 990)
    with phone_page(opened(sandbox, "wechat")) as page:
        page.click("nav a[href='#bills']")
        expect(page.locator("#list li")).to_have_count(1)
        page.click(f"text={order}")
        expect(page.locator("#amount")).to_have_text("-9.90")
        expect(page.locator("#theirs")).not_to_be_empty()
        theirs = page.locator("#theirs").inner_text()
        _, lines = program.json("decode", str(photo(page, program)))
        assert [(code["kind"], code["text"]) for code in lines[0]["codes"]] == [
            ("wallet_order_number", theirs)
        ]
