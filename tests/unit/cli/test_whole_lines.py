"""An interrupt waits until nothing is half done, but not for ever."""

from __future__ import annotations

import signal

import pytest

from scanrefund.cli.whole_lines import WholeLines


def test_an_interrupt_is_raised_where_it_is_asked_for() -> None:
    with WholeLines().kept() as whole:
        whole.check()
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            whole.check()


def test_a_second_interrupt_does_not_wait() -> None:
    with WholeLines().kept():
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


def test_interrupts_are_as_before_when_the_run_is_over() -> None:
    before = signal.getsignal(signal.SIGINT)
    with WholeLines().kept():
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before
