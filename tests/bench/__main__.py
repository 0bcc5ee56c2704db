"""`python -m tests.bench NAME [--json] [options of that bench]`: one module per bench beside this file.

A bench is a module with `run(arguments) -> Report`; `--json` is taken off before it sees the arguments.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

_NOT_A_BENCH = ("__init__", "__main__", "report", "crowd")


def names() -> list[str]:
    """Every bench there is: the modules beside this file that can be run."""
    here = Path(__file__).parent
    return sorted(path.stem for path in here.glob("*.py") if "\ndef run(" in path.read_text("utf-8"))


def main(arguments: list[str]) -> int:
    """Run one bench; 2 when there is none of that name."""
    as_json = "--json" in arguments
    rest = [one for one in arguments if one != "--json"]
    if not rest or rest[0] not in names():
        sys.stderr.write(f"usage: python -m tests.bench {{{','.join(names())}}} [--json]\n")
        return 2
    import_module(f"tests.bench.{rest[0]}").run(rest[1:]).show(as_json=as_json)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
