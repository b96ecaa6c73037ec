"""Configuration debt (CFG)."""
