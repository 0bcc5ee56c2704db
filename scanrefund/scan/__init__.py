"""Light becomes digits, digits become meaning: frames, symbols, confirmation, names."""
