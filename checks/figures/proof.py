"""Every figure of a file beside its templates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.figures import functions, platform, programs, secrets, stores, variables, watched

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from checks.estate import Estate
    from checks.finding import Finding
    from config.model.environment import Environment

PARTS = (programs, stores, secrets, functions, platform, variables, watched)


def compare(worlds: Sequence[Estate], environment: Environment) -> Iterator[Finding]:
    """What stands in the templates and differs from what the file says, after a release."""
    for part in PARTS:
        for figure in part.figures(environment, worlds[0]):
            if found := figure.finding(environment.name):
                yield found
