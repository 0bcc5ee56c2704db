"""What a counter tells of its trips, and where it notes them."""

from __future__ import annotations

from pathlib import Path

from scanrefund.cli.invocation import Invocation
from scanrefund.cli.running import Told
from tests.unit.builders import a_refund


def test_trips_of_the_training_are_noted_in_its_own_folder(tmp_path: Path, home: Path) -> None:
    home.mkdir()
    told = Told(Invocation(), quiet=True, home=tmp_path)
    told(a_refund(refund_id="SRT_of_the_training"))
    assert "SRT_of_the_training" in (tmp_path / "events.jsonl").read_text("utf-8")
    assert not (home / "events.jsonl").exists()
