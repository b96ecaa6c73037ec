"""Dependency management (DEP)."""
