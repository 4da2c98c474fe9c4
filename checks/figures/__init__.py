"""Figures: what a file says in numbers and words stands in the templates, exactly."""
