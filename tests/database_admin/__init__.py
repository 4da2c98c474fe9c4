"""Tests of the credentials' rotation, against a real PostgreSQL."""
