"""Publishes how long the services' job queues in the cache are."""
