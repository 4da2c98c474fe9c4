"""Tests of the graph proof."""
