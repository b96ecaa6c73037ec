"""Unintended feedback loops (FBL)."""
