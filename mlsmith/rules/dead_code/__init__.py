"""Dead experimental code (DEX)."""
