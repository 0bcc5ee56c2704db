"""Languages, and what people who cannot see well need: every screen, in light and in dark."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import axe_playwright_python
import pytest
from playwright.sync_api import expect

from scanrefund.say.catalogue import LANGUAGES
from tests.page.conftest import Till
from tests.page.measure import amiss
from tests.page.states import STATES, Shown

ColorScheme = Literal["light", "dark"]

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
RUN_AXE = "() => axe.run({ resultTypes: ['violations'] })"
SEVERE = {"serious", "critical"}
# English words are the longest; a state that has no look of its own is read in the long run only.
USUAL_LANGUAGE = "en"


def every_state() -> list[Any]:
    """Each state in each language; all but the usual ones are for the long run."""
    return [
        pytest.param(
            {"language": language, **shown.begun},
            shown,
            id=f"{name}-{language}",
            marks=() if shown.usual and language == USUAL_LANGUAGE else pytest.mark.long,
        )
        for name, shown in STATES.items()
        for language in LANGUAGES
    ]


def severe(till: Till) -> list[Any]:
    found = till.page.evaluate(RUN_AXE)["violations"]
    return [
        (one["id"], [node["target"] for node in one["nodes"]]) for one in found if one["impact"] in SEVERE
    ]


def judged(till: Till) -> None:
    till.page.evaluate(AXE)
    for scheme in ("light", "dark"):
        till.page.emulate_media(color_scheme=scheme)
        assert severe(till) == [], scheme


@pytest.mark.parametrize(("desk", "shown"), every_state(), indirect=["desk"])
def test_a_state_can_be_read_and_its_next_step_is_in_sight(till: Till, shown: Shown) -> None:
    shown.go(till)
    assert amiss(till.page, shown.main) == []
    judged(till)


@pytest.mark.parametrize(("theme", "others"), [("light", "dark"), ("dark", "light")])
def test_a_look_that_was_chosen_goes_before_the_machines(till: Till, theme: str, others: ColorScheme) -> None:
    def ground() -> str:
        return str(till.page.evaluate("() => getComputedStyle(document.body).backgroundColor"))

    till.page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    wanted = ground()
    till.page.emulate_media(color_scheme=others)
    assert ground() != wanted
    button = till.page.locator("[data-act=nextTheme]")
    for _ in range({"light": 1, "dark": 2}[theme]):
        button.press("Enter")
    expect(till.page.locator("body")).to_have_css("background-color", wanted)


def test_languages_change_at_once_and_the_work_stays(till: Till) -> None:
    till.to_result(state="UNKNOWN")
    till.page.locator("[data-act=speak][lang=en]").press("Enter")
    expect(till.page.locator(".norepeat")).to_contain_text("Do not refund again, do not pay cash.")
    expect(till.page.locator(".sentence")).to_contain_text("is being confirmed")
    expect(till.page.locator("html")).to_have_attribute("lang", "en")
    till.page.locator("[data-act=speak][lang=zh-Hant]").press("Enter")
    expect(till.page.locator(".norepeat")).to_contain_text("請勿重複退款，也不要付現金。")
    till.page.reload()
    expect(till.page.locator(".tab[aria-current]")).to_contain_text("退款")
    expect(till.page.locator("html")).to_have_attribute("lang", "zh-Hant")


def test_the_customer_view_is_turned_and_turned_back(till: Till) -> None:
    till.to_result(state="SUCCEEDED")
    till.press("F7")
    expect(till.page.locator(".customerpage")).to_have_css("transform", "matrix(-1, 0, 0, -1, 0, 0)")
    expect(till.page.locator(".customerpage h2")).to_contain_text("¥12.80 已原路退回您的微信支付")
    till.press("F7")
    expect(till.page.locator(".customerpage")).to_have_css("transform", "none")
    till.press("F7")
    till.at("refund:result")
