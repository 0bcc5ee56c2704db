"""It is written down: orders, refunds, codes and the book, on one database."""
