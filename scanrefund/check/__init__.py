"""May this refund go? Pure: no clock, no disk, no network."""
