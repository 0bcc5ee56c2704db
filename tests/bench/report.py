"""What a bench found: a table for people, numbers with their units for programs."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Report:
    """`rows` hold texts as they are shown; `figures` the same facts by name, units last (`ours_ms`)."""

    title: str
    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]
    figures: dict[str, Any]
    notes: list[str] = field(default_factory=list)

    def show(self, *, as_json: bool) -> None:
        """Write the table, or one JSON document, to standard output."""
        if as_json:
            sys.stdout.write(json.dumps({"title": self.title, **self.figures}, ensure_ascii=False) + "\n")
            return
        table = Table(*self.columns, title=self.title, title_justify="left")
        for row in self.rows:
            table.add_row(*row)
        console = Console()
        console.print(table)
        for note in self.notes:
            console.print(note)
