"""The order in which the balancer tries its routes.

A listener rule's priority is a number that no other rule may have, even for a moment: if adding a
route renumbered the others, their updates could meet. So each number is made of the route alone:
a band by how exact host and path are, and a place in the band by their hash. Where that is taken, a
route gets the next free one; who was there first in the file keeps its own.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from config.programs import served

if TYPE_CHECKING:
    from collections.abc import Mapping

    from config.model.environment import Environment
    from config.model.fargate import Route

# Ten depths of a path, each for exact paths and for all below; three kinds of host.
DEEPEST = 9
RANKS = 2 * (DEEPEST + 1)
WIDTH = 800


def priorities(environment: Environment) -> Mapping[tuple[str, int], int]:
    """The priority of each route, by service and position."""
    routes = {
        (name, index): route
        for name in environment.services
        if name in served(environment)
        for index, route in enumerate(served(environment)[name].routes)
    }
    found = {key: route.priority for key, route in routes.items() if route.priority}
    taken = set(found.values())
    for key, route in routes.items():
        if key not in found:
            found[key] = next(each for each in _places(key[0], route) if each not in taken)
            taken.add(found[key])
    return found


def _places(service: str, route: Route) -> list[int]:
    """All places of the route's band, its own at the front."""
    host = 2 if route.host is None else int("*" in route.host)
    exact = not route.path.endswith("*")
    depth = sum(bool(part) for part in route.path.split("/")) - (not exact)
    # `/api/*` takes `/api` too, and the exact path goes before it.
    rank = 2 * min(depth, DEEPEST) + exact
    begin = 1 + (host * RANKS + RANKS - 1 - rank) * WIDTH
    digest = sha256(f"{service} {route.host} {route.path}".encode()).digest()
    own = int.from_bytes(digest[:4]) % WIDTH
    return [begin + (own + step) % WIDTH for step in range(WIDTH)]


def patterns(path: str) -> list[str]:
    """What the balancer compares a request's path with; `/api/*` takes `/api` as well."""
    if path == "/*":
        return [path]
    return [path.removesuffix("/*"), path] if path.endswith("/*") else [path]
