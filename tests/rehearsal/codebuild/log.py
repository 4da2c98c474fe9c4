"""The log of a build, in which no secret is shown."""

import re
from collections.abc import Iterable

MASK = "***"
# https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html#build-spec.env
ACCESS_KEY_ID = re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b")


class Log:
    """Lines of CodeBuild and of the commands, in their order."""

    def __init__(self) -> None:
        self._text: list[str] = []
        self._hidden: list[str] = []

    def hide(self, values: Iterable[str]) -> None:
        """Mask these values wherever they stand, also in what was written before."""
        given = {value.strip() for value in values} - {""}
        # A value that contains another one goes first: else the rest of it would stay.
        self._hidden = sorted({*self._hidden, *given}, key=len, reverse=True)

    def say(self, line: str) -> None:
        """Add a line of CodeBuild's own; without its time, which differs in every run."""
        self._text.append(f"[Container] {line}")

    def add(self, output: bytes) -> None:
        """Add what commands have written."""
        if output:
            self._text.append(output.decode(errors="replace").removesuffix("\n"))

    def mask(self, text: str) -> str:
        """Return the text without secrets."""
        for value in self._hidden:
            text = text.replace(value, MASK)
        return ACCESS_KEY_ID.sub(MASK, text)

    @property
    def lines(self) -> tuple[str, ...]:
        """All lines; masked as one text, as a secret may have several lines."""
        return tuple(self.mask("\n".join(self._text)).split("\n"))
