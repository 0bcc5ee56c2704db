from __future__ import annotations

from pathlib import Path

import pytest

from scanrefund.aftercare.till_marks import TillSettings
from scanrefund.config import load
from scanrefund.errors import ConfigFault


def written(folder: Path, text: str) -> Path:
    path = folder / "till.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_webhook_without_a_key_is_refused(tmp_path: Path, home: Path) -> None:
    path = written(tmp_path, '[till]\nwebhook_url = "https://till.example/marks"\n')
    with pytest.raises(ConfigFault) as caught:
        load(path, "en")
    assert "till.webhook_key_file" in caught.value.problems[0]


def test_a_webhook_with_its_key_is_handed_over(tmp_path: Path, home: Path) -> None:
    told = '[till]\nwebhook_url = "https://till.example/marks"\nwebhook_key_file = "till.key"\n'
    assert load(written(tmp_path, told)).till == TillSettings(
        "https://till.example/marks", tmp_path / "till.key"
    )
    assert load(written(tmp_path, "")).till is None
