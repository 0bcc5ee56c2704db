"""Pages of PDF files → grey Frames. Needs pypdfium2 (extra `pdf`); only the picture child opens a PDF."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np

from scanrefund.errors import PictureFault, UsageFault, os_cause
from scanrefund.scan.frame import Frame

# A scanner's catalogue; a month of printed bills is a tenth of it.
PDF_BYTES_MAX: Final = 200_000_000
PDF_PAGES_MAX: Final = 5_000
# Fine enough for a code of 15 mm with 60 modules a side: two pixels a module.
PAGE_DPI: Final = 200
# A poster is drawn coarser: the size of a sheet, A4 twice over, in pixels.
PAGE_PIXELS_MAX: Final = 8_000_000
_POINTS_PER_INCH: Final = 72


def pages_of(path: Path) -> int:
    """How many pages the file has. Raises UsageFault and PictureFault, see `_opened`; pdf_too_long."""
    with _opened(path) as document:
        count = len(document)
    if count > PDF_PAGES_MAX:
        raise PictureFault("pdf_too_long", path=path, limit=PDF_PAGES_MAX)
    return count


def read_page(path: Path, page: int) -> Frame:
    """A page, counted from 0, at PAGE_DPI, dated by the file's time. Raises like `pages_of`."""
    with _opened(path) as document:
        drawn = document[page]
        width, height = drawn.get_size()
        finest = (PAGE_PIXELS_MAX / max(width * height, 1)) ** 0.5
        bitmap = drawn.render(scale=min(PAGE_DPI / _POINTS_PER_INCH, finest), grayscale=True)
        pixels = np.array(bitmap.to_numpy(), np.uint8).reshape(bitmap.height, bitmap.width)
    return Frame(pixels, datetime.fromtimestamp(path.stat().st_mtime, UTC), f"{path}#page={page + 1}")


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """Raises PictureFault pdf_extra_missing, pdf_damaged, picture_too_large; UsageFault picture_missing."""
    if find_spec("pypdfium2") is None:
        raise PictureFault("pdf_extra_missing", path=path)
    import pypdfium2  # noqa: PLC0415  an extra: only who has PDFs needs it

    try:
        if path.stat().st_size > PDF_BYTES_MAX:
            raise PictureFault("picture_too_large", path=path, limit=f"{PDF_BYTES_MAX // 1_000_000} MB")
        document = pypdfium2.PdfDocument(path)
    except OSError as error:
        raise UsageFault("picture_unreadable", path=path, cause=os_cause(error)) from error
    except pypdfium2.PdfiumError as error:
        raise PictureFault("pdf_damaged", path=path) from error
    try:
        yield document
    except pypdfium2.PdfiumError as error:
        raise PictureFault("pdf_damaged", path=path) from error
    finally:
        document.close()
