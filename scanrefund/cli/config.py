"""`scanrefund config`: what is in force, and what is wrong with it."""

from __future__ import annotations

from typing import Any

import typer

from scanrefund.cli import output
from scanrefund.cli.choices import AsJson
from scanrefund.cli.invocation import of

app = typer.Typer(help="The configuration.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """The configuration."""


@app.command()
def check(ctx: typer.Context, *, as_json: AsJson = False) -> int:
    """Print every key in force; every problem at once, with its place, where there is any."""
    from scanrefund.config import effective

    invocation = of(ctx)
    settings = invocation.settings()
    if settings.sandbox_trouble is not None:
        raise settings.sandbox_trouble
    file, keys = effective(invocation.config)
    if as_json:
        output.document(
            {"ok": True, "home": str(settings.home), "file": str(file) if file else None, "keys": keys}
        )
        return 0
    columns = [invocation.words("label.key"), invocation.words("label.value")]
    output.table(columns, [(key, _as_toml(value)) for key, value in keys.items()])
    told = {"count": len(keys), "file": file or invocation.words("cli.no_file")}
    output.say(invocation.words("cli.config_good", **told))
    return 0


def _as_toml(value: Any) -> str:
    """A value as the file would hold it; None is what `auto` leaves to the desk."""
    if value is None:
        return "auto"
    if isinstance(value, bool):
        return "true" if value else "false"
    return f'"{value}"' if isinstance(value, str) else str(value)
