"""Every line of docs/api.md is run, and answers with the fields that stand below it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from scanrefund.web.api.call import ROOT
from scanrefund.web.api.routes import ROUTES
from tests.unit.web.counter import Served
from tests.unit.web.tills import till_of

PAGE = (Path(__file__).parents[3] / "docs" / "api.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```sh\n(.+?)```\n```json\n(.+?)```", PAGE, re.DOTALL)
RUN_S_MAX = 120


def run(example: str, folder: Path, env: dict[str, str]) -> Any:
    ended = subprocess.run(
        ["sh", "-eu", "-c", example],
        env={"PATH": os.environ["PATH"], "NO_PROXY": "*", **env},
        cwd=folder,
        capture_output=True,
        timeout=RUN_S_MAX,
        check=True,
    )
    return json.loads(ended.stdout)


def fields(told: Any) -> Any:
    """The names of a document, without its values."""
    if isinstance(told, dict):
        return {name: fields(value) for name, value in told.items()}
    return [fields(told[0])] if isinstance(told, list) and told else None


@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("sh")), reason="the examples are for curl")
def test_the_examples_run_and_answer_as_the_page_says(shop: Served, tmp_path: Path) -> None:
    shop.wallets.call("/sandbox/orders", {"wallet": "alipay", "order_id": "1001", "amount_fen": 1_280})
    (tmp_path / "till.headers").write_text(f"Authorization: Bearer {till_of(shop).token}\n", encoding="ascii")
    env = {"API": f"http://127.0.0.1:{shop.port}{ROOT}", "SHOWN": shop.wallets.fresh_code()}
    shop.site.network.knock()
    for example, answer in EXAMPLES:
        told = run(example, tmp_path, env)
        expected = json.loads(answer)
        assert fields(told) == fields(expected)
        for name in ("state", "order_id", "amount_fen", "kept", "may_refund"):
            assert told.get(name) == expected.get(name)
        if told.get("reading"):
            env["READING"] = told["reading"]["id"]
        env["REFUND"] = told.get("refund_id") or env.get("REFUND", "")
    assert shop.wallets.times_sent("1001") == [1]


def test_every_call_has_an_example() -> None:
    shown = [example for example, _ in EXAMPLES]
    for route in ROUTES:
        address = re.sub(r"\{refund_id\}", "$REFUND", re.sub(r"\{order_id\}", "1001", route.path))
        called = [one for one in shown if f'"$API{address}"' in one or f'"$API{address}?' in one]
        assert any(("-d " in one) == (route.method == "POST") for one in called), route
