"""systems/*.yaml as one frozen, typed Environment; knows nothing of the CDK."""
