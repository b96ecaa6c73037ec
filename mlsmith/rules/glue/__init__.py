"""Glue code (GLU)."""
