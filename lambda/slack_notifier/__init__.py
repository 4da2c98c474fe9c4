"""Posts CloudWatch alarms, AWS events and application notices to a Slack channel."""
