"""`python -m tests.crashes.restores`: a restore killed at each of its steps, judged, and asked for again.

Prints one JSON document: `points`, and `faults` with the step after which each was found. Steps are Python's
own audit events for files of this shop (names given, taken, written, databases opened) and commits.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event, update

from scanrefund.ledger.evidence import EvidenceBox
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.order_schema import evidence
from tests.crashes.lives import lived
from tests.crashes.points import Points
from tests.unit.builders import NOW, ORDER, an_order, keep, reserve
from tests.unit.ledger.shelf import ONE, TWO, Album

# Reading steps change nothing: a kill there is one at the next step that does.
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
STEPS = {"os.rename": 2, "os.link": 2, "os.remove": 1, "os.mkdir": 1, "os.rmdir": 1, "os.utime": 1, "open": 1}


def build(folder: Path) -> Album:
    """A shop that refunded more, and purged, since its copy was made; beside it a killed writer's journal."""
    album = Album(folder)
    ledger = album.open()
    keep(ledger, ORDER, an_order(order_id="B2"))
    ledger.hear_witness(NOW)
    first = reserve(ledger)
    album.close_up(ONE)
    album.name(ledger, first.refund_id, ONE)
    ledger.close()
    album.back_up()
    ledger = album.open()
    with ledger.writing() as connection:
        connection.execute(update(evidence).values(photo_sha256=""))
    for path in album.photos.iterdir():
        path.unlink()
    later = reserve(ledger, "B2", request_id="later")
    album.close_up(TWO)
    album.name(ledger, later.refund_id, TWO)
    ledger.close()
    _leave_a_hot_journal(album.path)
    return album


def _leave_a_hot_journal(path: Path) -> None:
    """A writer dies for real in a transaction whose pages are in the file already."""
    script = (
        "import os, signal, sqlite3, sys\n"
        "c = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "c.execute('PRAGMA cache_size=1'); c.execute('BEGIN IMMEDIATE')\n"
        'c.execute("UPDATE orders SET extra = hex(randomblob(60000))")\n'
        'c.execute("UPDATE refunds SET reason = hex(randomblob(60000))")\n'
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", script, str(path)], check=False)
    journal = Path(f"{path}-journal")
    if not journal.exists() or journal.stat().st_size == 0:
        raise AssertionError("the killed writer left no journal")


class Stage:
    """One world, copied fresh for each life."""

    def __init__(self, folder: Path) -> None:
        self._made, self._now = folder / "made", folder / "now"
        self._made.mkdir()
        built = build(self._made)
        shutil.copytree(self._made, folder / "look")
        self.old, self.restored = _numbers(Album(folder / "look")), {_first(built)}
        self.points: Points = Points()
        event.listen(Engine, "commit", lambda _connection: self.points.come_by("COMMIT"))

    def fresh(self) -> Album:
        shutil.rmtree(self._now, ignore_errors=True)
        shutil.copytree(self._made, self._now)
        return Album(self._now)

    def killed_at(self, number: int | None) -> tuple[bool, list[str]]:
        """Whether the child died at its point; the points it came by, if it lived."""
        album = self.fresh()
        points = Points(number)
        place = str(album.path.parent)

        def hear(name: str, told: tuple[Any, ...]) -> None:
            step = _step(name, told, place)
            if step:
                points.come_by(step)

        def put_back() -> None:
            self.points = points
            album.put_back()

        return lived(points, hear, put_back)


def _step(name: str, told: tuple[Any, ...], place: str) -> str:
    """A step's name: what is done to which file of the shop; empty for anything else."""
    if name == "sqlite3.connect":
        names = [str(told[0])]
    elif name in STEPS and (name != "open" or (isinstance(told[2], int) and told[2] & WRITES)):
        names = [str(one) for one in told[: STEPS[name]]]
    else:
        return ""
    if not any(place in one for one in names) or any("restore-test-" in one for one in names):
        return ""
    return " ".join([name, *(_plain(one, place) for one in names)])


def _plain(name: str, place: str) -> str:
    return "/".join(part[:24] for part in name.replace(place, "").split("/"))


def judged(stage: Stage, album: Album) -> list[str]:
    """What is wrong with the shop as the kill left it, and after the restore was asked for again."""
    told = [*_shop(stage, album, "killed")]
    album.put_back()
    found = _numbers(album)
    if found != stage.restored:
        told.append(f"asked for again it holds {sorted(found)}")
    told += [f"again: {one}" for one in _shop(stage, album, "again")]
    if stage.old not in [_kept(path) for path in album.path.parent.glob("*.before-*") if _is_ledger(path)]:
        told.append("the old ledger is nowhere")
    return told


def _shop(stage: Stage, album: Album, when: str) -> Iterator[str]:
    if not album.path.exists():
        yield f"{when}: no ledger lies there"
        return
    with _opened(album) as ledger:
        behind = ledger.hear_witness(NOW + timedelta(hours=1))
        numbers = {one.refund_id for one in ledger.refunds()}
        if numbers not in (stage.old, stage.restored):
            yield f"{when}: it holds {sorted(numbers)}"
        if numbers == stage.restored and not (behind or ledger.behind_since()):
            yield f"{when}: an old copy that nobody knows as one"
        if numbers == stage.old and (behind or ledger.behind_since()):
            yield f"{when}: the old shop is taken for a copy"
        if not ledger.audit([]).is_whole:
            yield f"{when}: the book is broken"
        missing = [
            one for one in EvidenceBox(ledger).photo_names() if not (album.photos / f"{one}.closed").exists()
        ]
        if missing:
            yield f"{when}: photographs are missing"
    with closing(sqlite3.connect(album.path)) as plain:
        if plain.execute("PRAGMA integrity_check(1)").fetchone()[0] != "ok":
            yield f"{when}: the database is damaged"


@contextmanager
def _opened(album: Album) -> Iterator[Ledger]:
    ledger = album.open()
    try:
        yield ledger
    finally:
        ledger.close()


def _numbers(album: Album) -> set[str]:
    with _opened(album) as ledger:
        return {one.refund_id for one in ledger.refunds()}


def _first(album: Album) -> str:
    with closing(sqlite3.connect(album.copy)) as plain:
        return str(plain.execute("SELECT refund_id FROM refunds").fetchone()[0])


def _is_ledger(path: Path) -> bool:
    return not path.name.endswith(("-journal", "-wal", "-shm"))


def _kept(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as plain:
        return {row[0] for row in plain.execute("SELECT refund_id FROM refunds")}


def main() -> int:
    """Every step in turn."""
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as place:
        stage = Stage(Path(place))
        _, trail = stage.killed_at(None)
        faults = {}
        for number, step in enumerate(trail, start=1):
            died, _ = stage.killed_at(number)
            album = Album(Path(place) / "now")
            found = judged(stage, album) if died else ["it lived"]
            if found:
                faults[f"{number} {step}"] = found
        sys.stdout.write(json.dumps({"points": trail, "faults": faults}, indent=1) + "\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
