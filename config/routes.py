"""The order in which the balancer tries its routes.

A listener rule's priority is a number that no other rule may have, even for a moment: if adding a
route renumbered the others, their update could meet. So each number is made of the route alone:
bands by how exact the host is and how long the path, and a place within the band by the name.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from config.graph import served

if TYPE_CHECKING:
    from collections.abc import Mapping

    from config.model.environment import Environment
    from config.model.fargate import Route

LONGEST_PATH = 100
WIDTH = 160


def priorities(environment: Environment) -> Mapping[tuple[str, int], int]:
    """The priority of each route, by service and position."""
    return {
        (name, index): route.priority or _priority(route)
        for name, service in served(environment).items()
        for index, route in enumerate(service.routes)
    }


def _priority(route: Route) -> int:
    if route.host is None:
        host = 2
    else:
        host = 1 if "*" in route.host else 0
    # An exact path is one longer than all that lie below it.
    length = len(route.path.rstrip("*")) + (not route.path.endswith("*"))
    band = host * (LONGEST_PATH + 2) + LONGEST_PATH + 1 - min(length, LONGEST_PATH + 1)
    digest = sha256(f"{route.host} {route.path}".encode()).digest()
    return 1 + band * WIDTH + int.from_bytes(digest[:4]) % WIDTH


def patterns(path: str) -> list[str]:
    """What the balancer compares a request's path with; `/api/*` takes `/api` as well."""
    if path == "/*":
        return [path]
    return [path.removesuffix("/*"), path] if path.endswith("/*") else [path]
