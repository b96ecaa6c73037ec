"""Experiment management (EXP)."""
