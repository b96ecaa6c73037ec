"""Testing and leakage (TST)."""
