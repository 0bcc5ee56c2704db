"""The sentences people read: catalogues by language, the failure table, and the voice that joins them."""
