"""The page's files, its sentences; and what leaves when something breaks."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanrefund.config.document import REASONS
from scanrefund.dispatch.alarms import AlarmLevel
from scanrefund.errors import Bug, LedgerFault, UsageFault
from scanrefund.model.refund import RefundState
from scanrefund.readiness import Finding
from scanrefund.say.catalogue import LANGUAGES, Catalogue
from scanrefund.web import faults
from scanrefund.web.receipts import _LEVELS, _MAY, _TONES
from tests.unit.builders import WECHAT_DIGITS
from tests.unit.web.counter import Page, Served


@pytest.fixture
def shop(busy_shop: Served) -> Served:
    return busy_shop


def test_the_pages_files_come_with_their_types_and_nothing_else_does(shop: Served) -> None:
    folder = shop.site.page_folder
    (folder / "js").mkdir()
    (folder / "index.html").write_text("<!doctype html>", encoding="utf-8")
    (folder / "js" / "main.js").write_text("export {};", encoding="utf-8")
    (folder.parent / "secret.txt").write_text("secret", encoding="utf-8")
    (folder / "link.txt").symlink_to(folder.parent / "secret.txt")
    page = Page(shop.port)
    assert page.get("/").headers["content-type"] == "text/html; charset=utf-8"
    module = page.get("/page/js/main.js")
    assert (module.headers["content-type"], module.headers["cache-control"]) == (
        "text/javascript; charset=utf-8",
        "no-cache",
    )
    climbing = ("../secret.txt", "..%2fsecret.txt", "js/../../secret.txt", "%2e%2e/secret.txt", "link.txt")
    for name in (*climbing, "js", "", "/etc/passwd", "js\\..\\..\\secret.txt", "index.html%00"):
        answered = page.get(f"/page/{name}")
        assert (answered.status, answered.body == b"secret") == (404, False)


def test_every_reason_and_state_has_its_words_in_every_language(shop: Served) -> None:
    page = shop.stranger()
    for language in LANGUAGES:
        told = page.get(f"/desk/words/{language}").document
        assert {f"refund_reason.{code}" for code in REASONS} <= told.keys()
        assert {f"refund_state.{state.value}" for state in RefundState} <= told.keys()
        assert not any(key.startswith(("fault.", "cli.", "readiness.")) for key in told)
    assert page.get("/desk/words/fr").status == 404


def test_a_shops_own_reason_stands_for_itself(shop: Served) -> None:
    told = shop.stranger().start()["reasons"]
    assert (told[0], [one["digit"] for one in told]) == (
        {"digit": 1, "code": "faulty", "text": "faulty goods"},
        list(range(1, 8)),
    )


def test_every_state_and_level_has_a_look() -> None:
    assert _TONES.keys() == set(RefundState)
    assert _LEVELS.keys() == set(AlarmLevel)
    assert {what for may in _MAY.values() for what in may} == {
        *("ask", "release", "close", "cancel", "cash", "bank", "approve", "decline", "hold"),
    }


def test_what_nobody_expected_is_a_fault_70_with_a_record_and_no_trace(shop: Served) -> None:
    def broken(_known: object) -> list[Finding]:
        raise RuntimeError(f"secret of {WECHAT_DIGITS}")

    shop.site.examine = broken
    answered = shop.page().post("/desk/self-test")
    assert (answered.status, answered.fault) == (500, "unexpected")
    assert b"secret" not in answered.body
    assert b"Traceback" not in answered.body
    kept = (shop.settings.home / "crash.log").read_text(encoding="utf-8")
    assert "RuntimeError" in kept
    assert WECHAT_DIGITS not in kept


def test_a_fault_of_ours_has_its_status_and_its_sentence() -> None:
    busy, bug = LedgerFault("ledger_busy"), Bug("illegal_move", refund_id="r", old="a", new="b")
    assert (faults.status_of(busy), faults.status_of(bug)) == (503, 500)
    told = faults.told(UsageFault("refund_unknown", refund_id=WECHAT_DIGITS), "en").body
    assert WECHAT_DIGITS.encode() not in bytes(told)


def test_every_status_belongs_to_a_fault_that_has_a_sentence() -> None:
    texts = Catalogue.load("en").texts
    assert [code for code in faults.STATUSES if f"fault.{code}.text" not in texts] == []


def test_no_file_of_the_page_holds_what_its_policy_forbids() -> None:
    """The policy would break an inline script silently, in front of a customer."""
    folder = Path(faults.__file__).parent / "page"
    pages = list(folder.rglob("*.html")) if folder.exists() else []
    for path in pages:
        text = path.read_text(encoding="utf-8")
        assert "<style" not in text
        assert " style=" not in text
        assert "<script>" not in text
        assert not any(f" on{event}=" in text for event in ("click", "load", "error", "submit"))
