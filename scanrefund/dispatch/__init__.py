"""Until the wallet has answered: one road for first tries and retries."""
