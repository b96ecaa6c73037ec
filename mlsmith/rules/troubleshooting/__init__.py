"""Troubleshooting, silent training bugs (TRB)."""
