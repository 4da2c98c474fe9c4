"""The replacement guard: what a commit would do to data, reach and permissions, told offline."""
