"""The tables of the state: orders, refunds, armed faults, and facts by name."""

from __future__ import annotations

from typing import Final

# A seed and a counter make every number the wallets issue; the offset makes business time.
SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value);
CREATE TABLE IF NOT EXISTS orders (
  wallet TEXT, order_id TEXT, wallet_order_id TEXT UNIQUE, payer_id TEXT,
  amount_fen INTEGER CHECK (amount_fen > 0), state TEXT CHECK (state IN ('paid', 'unpaid', 'closed')),
  paid_at REAL, created_at REAL, notify_url TEXT,
  PRIMARY KEY (wallet, order_id));
CREATE TABLE IF NOT EXISTS refunds (
  wallet TEXT, order_id TEXT, refund_id TEXT, wallet_refund_id TEXT,
  amount_fen INTEGER CHECK (amount_fen > 0), content TEXT,
  status TEXT CHECK (status IN ('SUCCESS', 'PROCESSING', 'ABNORMAL', 'CLOSED')), ends_as TEXT, payee TEXT,
  created_at REAL, settles_at REAL, settled_at REAL, times_sent INTEGER, times_asked INTEGER,
  notify_url TEXT, signed_for TEXT NOT NULL DEFAULT '', account TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (wallet, order_id, refund_id), FOREIGN KEY (wallet, order_id) REFERENCES orders);
CREATE TABLE IF NOT EXISTS faults (
  number INTEGER PRIMARY KEY, wallet TEXT, at TEXT, fault TEXT, times INTEGER, order_id TEXT, delay_s REAL);
CREATE INDEX IF NOT EXISTS orders_by_payment ON orders (wallet, paid_at);
CREATE INDEX IF NOT EXISTS refunds_by_number ON refunds (wallet, refund_id);
CREATE INDEX IF NOT EXISTS refunds_by_start ON refunds (wallet, created_at);
CREATE INDEX IF NOT EXISTS refunds_by_end ON refunds (wallet, settled_at);
CREATE INDEX IF NOT EXISTS refunds_waiting ON refunds (settles_at) WHERE status = 'PROCESSING';
"""
# Columns that came later: folders made before them have refunds without.
LATER_COLUMNS: Final = {
    "notify_url": "TEXT",
    "signed_for": "TEXT NOT NULL DEFAULT ''",
    "account": "TEXT NOT NULL DEFAULT ''",
}
