"""Servers that stand in for what AWS runs."""
