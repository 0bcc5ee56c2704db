"""An interrupt waits for the end of a line, but not for ever."""

from __future__ import annotations

import signal

import pytest

from scanrefund.cli.whole_lines import WholeLines


def test_an_interrupt_in_a_line_comes_after_it() -> None:
    written = []
    with WholeLines().kept() as whole, pytest.raises(KeyboardInterrupt):  # noqa: PT012  the place is the point
        with whole.line():
            signal.raise_signal(signal.SIGINT)
            written.append("to its end")
        written.append("the next")
    assert written == ["to its end"]


def test_an_interrupt_between_lines_comes_at_once() -> None:
    with WholeLines().kept(), pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def test_a_second_interrupt_does_not_wait_for_a_line_that_nobody_reads() -> None:
    with WholeLines().kept() as whole, pytest.raises(KeyboardInterrupt), whole.line():  # noqa: PT012
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        pytest.fail("went on")


def test_interrupts_are_as_before_when_the_run_is_over() -> None:
    before = signal.getsignal(signal.SIGINT)
    with WholeLines().kept():
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before
