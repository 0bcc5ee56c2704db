"""A marked payment code and marked PINs go through everything the page can do, and come out nowhere."""

from __future__ import annotations

import base64
import io
import logging
import re
from pathlib import Path
from typing import Any

import pytest
import segno

from scanrefund.web.running import running
from scanrefund.web.watching import Watch
from tests.people import SUPERVISOR_PIN, WRONG_PIN
from tests.unit.web.counter import Page, Served, heard

NOT_A_DIGIT = re.compile(rb"[\s\-.\xa0]")


class Heard(logging.Handler):
    """Every line that anything logs, debugging included."""

    def __init__(self) -> None:
        super().__init__(0)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def log() -> Any:
    handler, root = Heard(), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield handler
    root.removeHandler(handler)
    root.setLevel(level)


def written(folder: Path) -> bytes:
    """Every byte of the desk's own files, the database's journal included."""
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def picture_of(text: str) -> str:
    drawn = io.BytesIO()
    segno.make_qr(text).save(drawn, kind="png", scale=8)
    return base64.b64encode(drawn.getvalue()).decode()


def put_everywhere(page: Page, digits: str) -> None:
    """The code typed into every field there is, as a clerk in a hurry does."""
    acts = ("thaw", "release", "extend", "cancel", "adjust")
    for path in ("/desk/order", *(f"/desk/orders/{act}" for act in acts)):
        amounts = {"old_fen": 1_000, "new_fen": 900}
        page.post(path, {"number": digits, "order_id": digits, "why": digits, **amounts})
    for body in ({"name": digits, "pin": digits}, {"staff_id": digits, "pin": digits}):
        page.post("/desk/owner", body)
        page.post("/desk/sign-in", body)
    page.get(f"/desk/refunds?q={digits}")
    page.get(f"/desk/refunds/{digits}")
    page.post("/desk/camera", {"do": digits})
    page.post("/desk/language", {"language": digits})
    page.send("POST", "/desk/scan", b'{"text": "' + digits.encode(), {"Content-Type": "application/json"})
    page.post("/desk/scan", {"text": f"code {digits}!", "typed": False})
    page.post("/desk/scan", {"text": digits, "typed": "yes"})
    page.post("/desk/scan", {"text": [digits]})


def test_no_payment_code_and_no_pin_comes_out_anywhere(
    shop: Served, log: Heard, capfd: pytest.CaptureFixture[str]
) -> None:
    shop.sell("C1", fault="not_enough")
    shop.sell("C2")
    page = shop.page()
    with running(shop.site), page.hear() as stream:
        digits = shop.wallets.fresh_code()
        typed = page.post("/desk/scan", {"text": " ".join(re.findall("....", digits)), "typed": True})
        reading_id = typed.document["reading"]["id"]
        page.post("/desk/picture", {"name": f"{digits}.png", "data_base64": picture_of(digits)})
        page.post("/desk/frame", {"data_base64": picture_of(digits)})
        wish = shop.wish(page, "C1", reading_id=reading_id, note=f"code {digits}")
        page.post("/desk/check", wish)
        page.post("/desk/refund", wish | {"order_id": digits})
        page.post("/desk/refund", wish | {"request_id": digits})
        made = page.post("/desk/refund", wish).document
        assert made["state"] == "HELD", (made["reason"], made["say_clerk"])
        for do in ("ask", "hold", "release", "close", "cancel", "cash", "approve", "decline"):
            second = {"staff_id": shop.crew.supervisor.staff_id, "secret": SUPERVISOR_PIN}
            page.post(f"/desk/refunds/{made['refund_id']}/{do}", {"why": digits, "approval": second})
        put_everywhere(page, digits)
        page.post("/desk/unlock", {"pin": WRONG_PIN})
        page.get("/desk/refunds")
        page.get(f"/desk/refunds/{made['refund_id']}")
        Watch(shop.site).look()
        page.got.append(repr(heard(stream, "refund")).encode())

        def broken(_known: object) -> Any:
            raise RuntimeError(f"{digits} {SUPERVISOR_PIN[:0]}")

        shop.site.examine = broken
        page.post("/desk/self-test")
    streams = capfd.readouterr()
    came_out = [*page.got, written(shop.settings.home), "\n".join(log.lines).encode()]
    came_out += [streams.out.encode(), streams.err.encode(), repr(shop.site).encode()]
    assert (shop.settings.home / "crash.log").exists()
    for text in came_out:
        assert digits.encode() not in NOT_A_DIGIT.sub(b"", text)
    for pin in (SUPERVISOR_PIN, WRONG_PIN):
        assert all(pin.encode() not in text for text in came_out)


def test_the_canary_would_be_found(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"1344 4444-4444 4444 42")
    assert b"134444444444444442" in NOT_A_DIGIT.sub(b"", written(tmp_path))
