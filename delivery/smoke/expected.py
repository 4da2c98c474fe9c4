"""What is expected of a service: said by options, or derived from the system's file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from config.model.environment import Environment

# What the answers and the variables of a service are called, whichever system it is of.
DATABASE, REDIS = "database", "redis"
FAIL_CLOSED = "RATE_LIMITER_FAIL_CLOSED"


class UnusableError(Exception):
    """The expectations can't be made out; says what is missing."""


@dataclass(frozen=True)
class Expectations:
    """The paths to ask, what `<name>.connected` has to be true for, and the version, if any.

    `requires` is looked up in the details, or in the answer of the health path without them.
    """

    health: str
    details: str | None = None
    requires: tuple[str, ...] = ()
    version: str | None = None

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths to ask, each once."""
        return tuple(dict.fromkeys((self.health, self.details or self.health)))


def expectations(
    environment: Environment,
    service: str,
    *,
    health: str | None = None,
    details: str | None = None,
    requires: tuple[str, ...] | None = None,
    version: str | None = None,
) -> Expectations:
    """What the file says of a service; what is given besides wins. UnusableError says why not."""
    program = environment.services.get(service)
    if program is None:
        known = ", ".join(sorted(environment.services))
        raise UnusableError(f"{environment.name} has no service {service!r}; known: {known}")
    health = health or (program.health.path if program.health else None)
    if health is None:
        raise UnusableError(f"{environment.name}: {service} has no health path: give one")
    details = details or (program.probe.path if program.probe else None)
    if requires is None:
        # A health path alone promises nothing but a 200.
        requires = tuple(_needs(environment, service)) if details else ()
    return Expectations(health, details, requires, version)


def _needs(environment: Environment, service: str) -> list[str]:
    """What the service can't do without."""
    program = environment.services[service]
    stores = (environment.stores.get(name) for name in program.uses)
    needs = [DATABASE] if any(store and store.kind == "postgres" for store in stores) else []
    # Without it the service falls back to its memory, and is well enough.
    return needs + [REDIS] * (program.env.get(FAIL_CLOSED, "").lower() == "true")
