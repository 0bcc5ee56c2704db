"""The words: frozen values every room shares. Standard library only; no clock, no disk, no network."""
