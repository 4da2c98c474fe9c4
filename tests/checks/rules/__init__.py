"""Tests of our own rules: an example that passes and one that is found, for each."""
