"""What must be true of a deployed environment, asked of each service's own API.

Every module has a function `facts` that yields what it looked at, and what is wrong with it where
something is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.rehearsal.wiring import alarms, network, programs, references, secrets, stores
from tests.rehearsal.wiring.fact import Fact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.rehearsal.deployed import Deployed

MODULES = (references, network, stores, secrets, programs, alarms)


def facts(deployed: Deployed) -> Iterator[Fact]:
    """Everything that is looked at."""
    for module in MODULES:
        yield from module.facts(deployed)


__all__ = ["Fact", "facts"]
