"""Where orders come from: CSV (`file`), JSON (`told`), the wallets' bills (`bill`), the wallet's own word (`fetch`).

Each source tells rows of one shape; `orders_desk` books them, whatever they came from.
"""
