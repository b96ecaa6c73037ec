"""Rules of mlsmith for the house of Acme."""
