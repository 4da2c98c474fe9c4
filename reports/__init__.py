"""What a cloud assembly says to people: summaries, evidence, checks."""
