"""Without the extra `receipt` whatever makes paper says what to install, and everything else goes on."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

# None in `sys.modules` is what Python takes for a module that is not installed.
_WITHOUT = """
import sys
sys.modules["reportlab"] = sys.modules["escpos"] = None
import scanrefund.web.book_files, scanrefund.slip_desk, scanrefund.cash_slip_desk
from scanrefund.cli.main import main
folder = sys.argv[1]
for command in (["paper", "pack"], ["paper", "poster"], ["report", "--pdf"]):
    print(main([*command, f"{folder}/new.pdf", "--json"]))
"""


def test_a_pdf_without_the_extra_is_one_sentence(tmp_path: Path) -> None:
    told = {"SCANREFUND_HOME": str(tmp_path / "home"), "SCANREFUND_LANGUAGE": "en"}
    call = [sys.executable, "-c", _WITHOUT, str(tmp_path)]
    ended = subprocess.run(
        call, env=os.environ | told, capture_output=True, text=True, check=True, timeout=60
    )
    codes = [line for line in ended.stdout.splitlines() if line.isdigit()]
    assert codes == ["2", "2", "2"], ended.stdout + ended.stderr
    assert ended.stdout.count("receipt_extra_missing") == len(codes)
    assert "Traceback" not in ended.stderr
    assert not list(tmp_path.glob("new.pdf*"))
