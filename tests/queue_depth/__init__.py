"""Tests of the queue depth function, against a real Valkey."""
