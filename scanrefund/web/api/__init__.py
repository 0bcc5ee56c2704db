"""The HTTP API for a till's own software: the same desk, under `/api/v1`."""
