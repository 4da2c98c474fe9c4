"""A small backend, as a team's container would be: configured by variables of its environment."""
