"""After the money: what people are handed."""
