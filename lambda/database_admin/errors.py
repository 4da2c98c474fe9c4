"""The error every refusal of the rotation raises."""


class RotationError(Exception):
    """A step that must not or cannot be done; its text never holds a secret."""
