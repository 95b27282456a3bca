"""Which places a text speaks of, and why: names, hits, cues, score."""
