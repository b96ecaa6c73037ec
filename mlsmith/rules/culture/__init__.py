"""Cultural differences (CUL)."""
