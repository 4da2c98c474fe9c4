"""Other people's validators, each held against templates and told as one of our outcomes."""
