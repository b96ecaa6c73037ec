"""Flags taken out with the branch that they kept dead: found, proven to have one value, rewritten, swept, checked."""
