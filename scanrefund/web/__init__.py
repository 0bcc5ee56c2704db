"""A door: what is served over HTTP. The counter page, and the addresses that take the wallets' notices."""
