"""What the delivery pipeline runs."""
