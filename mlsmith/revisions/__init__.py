"""Two revisions become Changes: what is different in behaviour, whatever moved, was renamed or reformatted around it."""
