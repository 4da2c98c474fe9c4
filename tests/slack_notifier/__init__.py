"""Tests of the Slack notifier function."""
