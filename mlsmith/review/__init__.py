"""Approvals of configuration changes: who approved which change, signed, in plain git."""
