"""Where orders come from: CSV (`file`), JSON (`told`), a wallet's bill (`bill`), its own word (`fetch`).

Each source tells rows of one shape; `orders_desk` books them, whatever they came from.
"""
