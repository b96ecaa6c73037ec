"""Privacy and data safety (PRV)."""
