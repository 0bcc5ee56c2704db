"""Put this folder on PYTHONPATH and the program finds no libzbar, as on a bare machine."""

import ctypes.util


def nothing(name: str) -> str | None:
    """No library is installed."""
    return None


ctypes.util.find_library = nothing
