"""The program before it is loaded."""

from __future__ import annotations

import subprocess
import sys

# Whoever imports the command line presses Ctrl-C in that moment.
IMPATIENT = """
import sys
class Hand:
    def find_spec(self, name, *_):
        if name == "scanrefund.cli.main":
            raise KeyboardInterrupt
sys.meta_path.insert(0, Hand())
from scanrefund.__main__ import run
run()
"""


def test_ctrl_c_while_it_loads_ends_it_without_a_traceback() -> None:
    ended = subprocess.run([sys.executable, "-c", IMPATIENT], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "")
