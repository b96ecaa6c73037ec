"""Monitoring and logging (MON)."""
