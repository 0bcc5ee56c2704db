"""`python -m tests.crashes.server_restores`: as `tests.crashes.restores`, on a PostgreSQL server.

The server is started for it. Steps are the statements about whole databases, commits, the server's tools
started, and what is done to files of this counter.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from tests.contract.server_house import LATER, ServerHouse, tools_of
from tests.crashes.lives import lived
from tests.crashes.points import Points
from tests.crashes.restores import WRITES
from tests.postgres import Server, running
from tests.unit.builders import NOW, ORDER

OLD, RESTORED = [ORDER.order_id, LATER], [ORDER.order_id]
FILE_STEPS = {"os.rename": 2, "os.remove": 1, "os.mkdir": 1, "open": 1}


class Stage:
    """One world, made fresh for each life: the old ledger, its folder, the copy."""

    def __init__(self, server: Server, folder: Path) -> None:
        self._made, self._now = folder / "made", folder / "now"
        self._made.mkdir()
        self.points = Points()
        built = ServerHouse(server.new_database(), self._made)
        built.work_and_back_up()
        built.go_on()
        self._template = built.database
        self._url = built.url.set(database="shop").render_as_string(hide_password=False)
        event.listen(Engine, "before_cursor_execute", self._before_statement)
        event.listen(Engine, "commit", lambda _connection: self.points.come_by("COMMIT"))

    def fresh(self) -> ServerHouse:
        house = self.house()
        house.server(*(f'DROP DATABASE "{name}" WITH (FORCE)' for name in house.server()))
        house.server(f"CREATE DATABASE shop TEMPLATE {self._template}")
        shutil.rmtree(self._now, ignore_errors=True)
        shutil.copytree(self._made, self._now)
        return house

    def house(self) -> ServerHouse:
        return ServerHouse(self._url, self._now)

    def killed_at(self, number: int | None) -> tuple[bool, list[str]]:
        """Whether the child died at its point; the points it came by, if it lived."""
        house = self.fresh()
        points = Points(number)

        def restore() -> None:
            # In the child only: what is done to the server here is no step of the restore.
            self.points = points
            house.restore()

        return lived(points, self._hear, restore)

    def _before_statement(self, *happening: Any) -> None:
        words = happening[2].split()
        if "DATABASE" in words[:2]:
            self.points.come_by(" ".join(words[:2]))

    def _hear(self, name: str, told: tuple[Any, ...]) -> None:
        if name == "subprocess.Popen":
            self.points.come_by(Path(told[0]).name)
        elif name in FILE_STEPS and (name != "open" or (isinstance(told[2], int) and told[2] & WRITES)):
            names = [str(one) for one in told[: FILE_STEPS[name]]]
            if all(str(self._now) in one for one in names):
                self.points.come_by(f"{name} {Path(names[-1]).name[:12]}")


def judged(stage: Stage) -> list[str]:
    """What is wrong with the shop as the kill left it, and after the restore was asked for again."""
    house = stage.house()
    told = [*_shop(house, "killed")]
    house.restore(NOW + timedelta(hours=2))
    if house.orders() != RESTORED:
        told.append("asked for again it is not the restored one")
    told += [f"again: {one}" for one in _shop(house, "again")]
    kept = [name for name in house.server() if "_before_" in name]
    if OLD not in [house.orders(name) for name in kept]:
        told.append("the old ledger is nowhere")
    return told


def _shop(house: ServerHouse, when: str) -> Iterator[str]:
    if house.database not in house.server():
        yield f"{when}: no ledger lies there"
        return
    ledger = house.open()
    try:
        behind = ledger.hear_witness(NOW + timedelta(hours=1)) or ledger.behind_since()
        found = [one for one in OLD if ledger.order(one)]
        if found not in (OLD, RESTORED):
            yield f"{when}: it holds {found}"
        if (found == RESTORED) != bool(behind):
            yield f"{when}: it holds {found}, and is it known as a copy? {behind}"
        if not ledger.audit([]).is_whole:
            yield f"{when}: the book is broken"
        if found == RESTORED and len(list(house.photos.glob("*.closed"))) != 1:
            yield f"{when}: photographs are missing"
    finally:
        ledger.close()


def main() -> int:
    """Every step in turn."""
    with running() as server, tempfile.TemporaryDirectory() as place:
        os.environ["PATH"] = tools_of(server.bin_path)
        stage = Stage(server, Path(place))
        _, trail = stage.killed_at(None)
        faults = {}
        for number, step in enumerate(trail, start=1):
            died, _ = stage.killed_at(number)
            found = judged(stage) if died else ["it lived"]
            if found:
                faults[f"{number} {step}"] = found
        sys.stdout.write(json.dumps({"points": trail, "faults": faults}, indent=1) + "\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
