"""Effort estimation (EFF)."""
