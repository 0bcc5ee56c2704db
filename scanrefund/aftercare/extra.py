"""The extra `receipt` (reportlab, python-escpos): only what makes paper needs it.

Those modules import the libraries as any other; whoever wants paper imports them inside `receipt_extra`, when
it is wanted, because they are slow to load.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from scanrefund.errors import UsageFault


@contextmanager
def receipt_extra() -> Iterator[None]:
    """Raises UsageFault receipt_extra_missing where what is imported in the block is not installed."""
    try:
        yield
    except ImportError:
        raise UsageFault("receipt_extra_missing") from None
