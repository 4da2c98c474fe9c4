"""The whole of a system, tried out on servers of the tests' own."""
