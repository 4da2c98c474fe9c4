"""Tests of what the delivery pipeline runs."""
