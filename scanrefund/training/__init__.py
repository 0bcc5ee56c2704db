"""The practice counter: exercises against a sandbox and a ledger of their own, judged by the ledger."""
