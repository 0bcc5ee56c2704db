"""Which port the counter's own sandbox takes."""

from __future__ import annotations

from scanrefund.cli.sandbox_beside import SANDBOX_PORT, first_port


def test_the_training_leaves_the_shops_port_free() -> None:
    assert first_port(training=True) == 0
    assert first_port(training=False) == SANDBOX_PORT
