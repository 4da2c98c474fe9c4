"""The description of the AI community platform, its MVP, fact by fact, on the templates."""
