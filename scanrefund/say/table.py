"""The failure table as a page: `python -m scanrefund.say.table docs/failures.md` writes it."""

from __future__ import annotations

import sys
from pathlib import Path

from scanrefund.say.catalogue import Catalogue
from scanrefund.say.failures import SECTIONS, Failure

_SHOWN: tuple[Catalogue, ...] = (Catalogue.load("zh-Hans"), Catalogue.load("en"))

_HEAD = """# What can go wrong, and what is said then

Written by `python -m scanrefund.say.table docs/failures.md` from `scanrefund/say/failures.py` and the
catalogues; a test fails when this page and the code differ. Every sentence exists in zh-Hans, zh-Hant and
en; the page shows the first and the last. `{names}` in braces are filled in when the sentence is spoken:
`{warning}` with *请勿重复退款，也不要付现金。 / Do not refund again, do not pay cash.*, `{ask_for_code}` and
`{open_code}` with where to tap for the payment code, amounts as yuan, `{age}` and `{wait}` as a duration.

`kind.…` are the causes of the refusal `not_a_payment_code`: what was shown instead. `refund.…` are the
states of a refund, split where people must do different things; `refund.network_down` is an unknown of
which every send provably never left this machine.
"""
_COLUMNS = "| cause | the clerk reads | the customer may read | next step | the program | the clerk |"


def failure_page() -> str:
    """The whole page as Markdown."""
    return "\n".join([_HEAD, *(_section(title, rows) for title, rows in SECTIONS.items())])


def _section(title: str, rows: tuple[Failure, ...]) -> str:
    return "\n".join([f"## {title}", "", _COLUMNS, "|---|---|---|---|---|---|", *map(_row, rows), ""])


def _row(failure: Failure) -> str:
    cells = [
        f"`{failure.cause}`",
        *(_texts(f"{failure.cause}.{part}") for part in ("clerk", "customer", "next")),
        failure.automatic.value,
        failure.clerk_does.value,
    ]
    return f"| {' | '.join(cells)} |"


def _texts(key: str) -> str:
    return "<br>".join(catalogue.get(key) or "" for catalogue in _SHOWN)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(failure_page(), encoding="utf-8", newline="\n")
