"""Fixtures for every room's tests."""

from tests.postgres import ledger_url, postgres

__all__ = ["ledger_url", "postgres"]
