"""Who has which colour in all pictures."""

MODEL, KRIGING, BLIND = "#1f5fa8", "#8a8a8a", "#c4562b"
INK, QUIET = "#222222", "#b5b5b5"
