"""Is a text certain enough for money? Pure: symbols in, verdicts out.

A QR code of model 2 carries Reed-Solomon checks: one read is certain. Code 128 has a single check character,
and its misreads look right (18 digits, a wallet's prefix). So a barcode is believed when

  - a QR code in the same frame says the same,
  - or zxing-cpp and pyzbar, two different engines, say the same,
  - or three frames say the same after the same treatment,

and in each case it is no shorter than any number at a counter, and nothing in the window contradicts it: the
pattern of a character or two stands by chance in much that is no barcode. Two treatments of one engine prove
nothing: they make the same mistake. A QR code in the middle of another one is its ornament, as a logo is, and
goes unreported; one that means money is heard all the same. A product barcode is only ever named: one read
names it in a still picture, a video waits for three frames, because payment pages out of focus give product
numbers now and then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from scanrefund.model.shown import Kind, Shown
from scanrefund.scan.engines import BARS_CHARACTERS_MIN, PRODUCT_SYMBOLOGIES, Box, Engine, Symbol, Symbology
from scanrefund.scan.identify import identify

# Measured on 17,000 hard barcodes held still: two equal frames were wrong twice, three never.
FRAMES_THAT_CONFIRM: Final = 3
# A customer shows one of these at a time: a second one is a misread or another customer's.
ONE_IN_VIEW: Final = frozenset(
    {Kind.PAYMENT_CODE, Kind.WALLET_ORDER_NUMBER, Kind.WALLET_REFUND_NUMBER, Kind.OUR_REFUND_NUMBER}
)

Symbols = Sequence[Symbol]


@dataclass(frozen=True, slots=True)
class Verdict:
    """One text in view: what it is, whether it is certain, and which engines read it where.

    `symbology` is the strongest one read: QR before barcodes. `box` belongs to the newest read of it.
    """

    text: str = field(repr=False)
    shown: Shown
    confirmed: bool
    symbology: Symbology
    engines: tuple[Engine, ...]
    box: Box


def weigh(window: Sequence[Symbols], *, still: bool) -> list[Verdict]:
    """Judge the texts of the newest frame, `window[-1]`, with the frames before it. One verdict per text.

    `still` says that this is a picture and no further frame will come; its window is one frame. Certain
    texts come first, in the order they were read.
    """
    if not window:
        return []
    shown = [symbol for symbol in window[-1] if not _is_ornament(symbol, window[-1])]
    texts = list(dict.fromkeys(symbol.text for symbol in shown))
    verdicts = [_verdict(text, window, still=still) for text in texts]
    return sorted(verdicts, key=lambda verdict: not verdict.confirmed)


def is_settled(symbols: Symbols) -> bool:
    """Whether a single frame's symbols leave nothing to ask: something was read, and all of it is certain."""
    return bool(symbols) and all(verdict.confirmed for verdict in weigh([symbols], still=True))


def hints(window: Sequence[Symbols]) -> frozenset[str]:
    """Treatments that read a barcode in the newest frame: what they read in the next ones may confirm it."""
    newest = window[-1] if window else ()
    return frozenset(
        symbol.treatment for symbol in newest if symbol.treatment and symbol.symbology is Symbology.CODE_128
    )


def _verdict(text: str, window: Sequence[Symbols], *, still: bool) -> Verdict:
    reads = [symbol for symbol in window[-1] if symbol.text == text]
    strongest = min(reads, key=lambda symbol: list(Symbology).index(symbol.symbology))
    return Verdict(
        text=text,
        shown=identify(text, strongest.symbology),
        confirmed=_is_certain(reads, window, still=still),
        symbology=strongest.symbology,
        engines=tuple(sorted({symbol.engine for symbol in reads})),
        box=strongest.box,
    )


def _is_certain(reads: Symbols, window: Sequence[Symbols], *, still: bool) -> bool:
    if any(read.symbology is Symbology.QR for read in reads):
        return True
    if any(read.symbology in PRODUCT_SYMBOLOGIES for read in reads):
        return still or _three_frames(reads, window)
    if len(reads[0].text) < BARS_CHARACTERS_MIN:
        return False
    return (_two_engines(reads) or _three_frames(reads, window)) and not _contradicted(reads, window)


def _two_engines(reads: Symbols) -> bool:
    return {Engine.ZXING, Engine.ZBAR} <= {read.engine for read in reads}


def _three_frames(reads: Symbols, window: Sequence[Symbols]) -> bool:
    return any(_frames_with(read, window) >= FRAMES_THAT_CONFIRM for read in reads)


def _frames_with(read: Symbol, window: Sequence[Symbols]) -> int:
    """In how many frames the same engine read the same bars' text after the same treatment."""
    return sum(any(_same_read(read, other) for other in symbols) for symbols in window)


def _same_read(one: Symbol, other: Symbol) -> bool:
    return (one.text, one.symbology, one.engine, one.treatment) == (
        other.text,
        other.symbology,
        other.engine,
        other.treatment,
    )


def _contradicted(reads: Symbols, window: Sequence[Symbols]) -> bool:
    """Whether anything in the window is a rival: another number of the same kind, or from the same bars."""
    kind = identify(reads[0].text, reads[0].symbology).kind
    return any(
        other.text != reads[0].text and (_is_rival_number(other, kind) or _from_same_bars(other, reads))
        for symbols in window
        for other in symbols
    )


def _is_rival_number(other: Symbol, kind: Kind) -> bool:
    return kind in ONE_IN_VIEW and identify(other.text, other.symbology).kind is kind


def _from_same_bars(other: Symbol, reads: Symbols) -> bool:
    return other.symbology is Symbology.CODE_128 and any(_overlap(other.box, read.box) for read in reads)


def _is_ornament(one: Symbol, symbols: Symbols) -> bool:
    """Whether a code stands in the middle of another, and means no money: two that do are a conflict."""
    return any(
        one.symbology is other.symbology is Symbology.QR
        and one.text != other.text
        and _is_in_the_middle(one.box, other.box)
        and identify(one.text, one.symbology).kind not in ONE_IN_VIEW
        for other in symbols
    )


def _is_in_the_middle(one: Box, other: Box) -> bool:
    """Whether one box lies in the middle half of the other: there that is code however it is turned."""
    return all(
        other[at] + 0.25 * other[at + 2] <= one[at]
        and one[at] + one[at + 2] <= other[at] + 0.75 * other[at + 2]
        for at in (0, 1)
    )


def _overlap(one: Box, other: Box) -> bool:
    across = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    down = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    return across > 0 and down > 0
