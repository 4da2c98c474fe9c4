"""Tests of the Compose file."""
