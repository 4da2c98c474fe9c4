"""Tests of the replacement guard."""
