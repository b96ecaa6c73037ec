"""Rules: one folder an area, one file a rule; `kit` is the one door for rule authors."""
