"""`scanrefund training`: who has practised, and how well."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from scanrefund.cli import output
from scanrefund.cli.choices import AsJson
from scanrefund.cli.invocation import Invocation, of

if TYPE_CHECKING:
    from scanrefund.training.results import Standing


def training(ctx: typer.Context, *, as_json: AsJson = False) -> int:
    """List the results of everybody who has practised with `counter --training`."""
    from scanrefund.config.training_place import FOLDER
    from scanrefund.training.exercises import EXERCISES
    from scanrefund.training.results import FILE_NAME, Results

    invocation = of(ctx)
    found = Results(invocation.settings().home / FOLDER / FILE_NAME).standings()
    if as_json:
        output.document([_json(one) for one in found])
    elif not found:
        output.say(invocation.words("cli.no_results"))
    else:
        _table(found, len(EXERCISES), invocation)
    return 0


def _json(one: Standing) -> dict[str, object]:
    told: dict[str, object] = {"name": one.name, "passed": one.passed, "score": one.score}
    return told | {"took_s": one.took_s, "last_at": one.last_at.isoformat()}


def _table(found: list[Standing], of_all: int, invocation: Invocation) -> None:
    columns = [invocation.words(f"label.{key}") for key in ("name", "passed", "score", "took_s", "last_at")]
    rows = [
        (one.name, f"{one.passed}/{of_all}", str(one.score), str(one.took_s), output.local(one.last_at))
        for one in found
    ]
    output.table(columns, rows)
