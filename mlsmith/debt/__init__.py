"""What the findings cost: the score, the baseline, the gate, the hotspots. Reads findings, never source."""
