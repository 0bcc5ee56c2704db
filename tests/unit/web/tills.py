"""A till's software: its token, its keys; every answer it gets must fit the served schema."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import count
from typing import Any

from jsonschema import Draft202012Validator

from scanrefund.web.api.call import ROOT
from scanrefund.web.api.routes import ROUTES
from scanrefund.web.api.schema import document
from tests.unit.web.counter import Answered, Page, Served


@cache
def schema() -> dict[str, Any]:
    return document(ROUTES, "en")


@dataclass
class TillHands:
    """One till at the counter's port."""

    page: Page
    token: str
    numbers: Any

    def get(self, path: str, **headers: str) -> Answered:
        told = {"Authorization": f"Bearer {self.token}", **headers}
        return self._judged("GET", path, self.page.get(ROOT + path, **told))

    def post(self, path: str, body: Any, key: str = "", **headers: str) -> Answered:
        told = {"Authorization": f"Bearer {self.token}", "Idempotency_Key": key, **headers}
        return self._judged("POST", path, self.page.post(ROOT + path, body, **told))

    def decode(self, text: str) -> Any:
        return self.post("/decode", {"text": text, "typed": False}, f"shown-{next(self.numbers)}").document

    def wish(self, order_id: str, shop: Served, **more: Any) -> dict[str, Any]:
        """The body of a refund that nothing speaks against."""
        reading = self.decode(shop.wallets.fresh_code())["reading"]["id"]
        return {"order_id": order_id, "amount_fen": 1_000, "reason": "torn", "reading_id": reading, **more}

    def _judged(self, method: str, path: str, answered: Answered) -> Answered:
        self.judge(method, path.partition("?")[0], answered.status, answered.document)
        return answered

    def judge(self, method: str, path: str, status: int, told: Any) -> None:
        """Hold an answer against the schema of its route and status."""
        answers = _operation(method, ROOT + path)["responses"]
        found = answers.get(str(status), answers["default"] if status >= 400 else None)
        assert found is not None, f"{method} {path} tells {status}, which its schema does not know"
        part = found["content"]["application/json"]["schema"]
        wrong = [one.message for one in Draft202012Validator({**schema(), **part}).iter_errors(told)]
        assert wrong == []


def till_of(shop: Served, name: str = "first", clerk: str = "") -> TillHands:
    """A new till; the supervisor answers for it unless told otherwise."""
    made = shop.house.tills.add(shop.crew.owner.staff_id, name, clerk or shop.crew.supervisor.staff_id)
    page = Page(shop.port)
    return TillHands(page, made.token.reveal(), count())


def _operation(method: str, path: str) -> dict[str, Any]:
    for wanted, methods in schema()["paths"].items():
        if re.fullmatch(re.sub(r"\{[a-z_]+\}", "[^/]+", wanted), path) and method.lower() in methods:
            return dict(methods[method.lower()])
    raise AssertionError(f"{method} {path} is not in the schema")
