"""Mutants: our own templates with one mistake each, made by operators, not picked."""
