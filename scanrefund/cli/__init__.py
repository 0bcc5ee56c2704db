"""The door for terminals and scripts: one file per command, faults caught once in `main.py`."""
