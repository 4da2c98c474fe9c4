"""A compose.yaml that runs an environment on a developer's machine."""
