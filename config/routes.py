"""The order in which the balancer tries its routes.

A listener rule's priority is a number that no other rule may have, even for a moment: if adding a
route renumbered the others, their updates could meet. So each number is made of the route alone:
a band by how exact host and path are, and a place in the band by their hash. Where that is taken, a
route gets the next free one; who was there first in the file keeps its own.
"""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING

from config.programs import served

if TYPE_CHECKING:
    from collections.abc import Mapping

    from config.model.environment import Environment
    from config.model.fargate import Route

# Ten depths of a path, each for exact paths and for all below; five kinds of host: exact, three
# lengths of wildcards, any. What is deeper has to say its priority.
DEEPEST = 9
RANKS = 2 * (DEEPEST + 1)
SHORTEST, LONGEST = 3, 5
WIDTH = 500
FULL = 0


@cache
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
            free = (each for each in _places(key[0], route) if each not in taken)
            # A full band's next route has no place: a rule says so.
            found[key] = next(free, FULL)
            taken.add(found[key])
    return found


def _places(service: str, route: Route) -> list[int]:
    """All places of the route's band, its own at the front."""
    # `/api/*` takes `/api` too, and the exact path goes before it.
    rank = 2 * min(_depth(route), DEEPEST) + (not route.path.endswith("*"))
    begin = 1 + (_host(route) * RANKS + RANKS - 1 - rank) * WIDTH
    digest = sha256(f"{service} {route.host} {route.path}".encode()).digest()
    own = int.from_bytes(digest[:4]) % WIDTH
    return [begin + (own + step) % WIDTH for step in range(WIDTH)]


def is_ranked(route: Route) -> bool:
    """Whether all routes that meet this one are told apart by their bands."""
    labels = route.host.count(".") + 1 if route.host and "*" in route.host else SHORTEST
    return _depth(route) <= DEEPEST and labels <= LONGEST


def _host(route: Route) -> int:
    if route.host is None:
        return LONGEST - SHORTEST + 2
    if "*" not in route.host:
        return 0
    # A balancer's `*` takes dots too: of two wildcards the longer one is the narrower.
    return 1 + LONGEST - max(SHORTEST, min(route.host.count(".") + 1, LONGEST))


def _depth(route: Route) -> int:
    return sum(bool(part) for part in route.path.split("/")) - route.path.endswith("*")


def patterns(path: str) -> list[str]:
    """What the balancer compares a request's path with; `/api/*` takes `/api` as well."""
    if path == "/*":
        return [path]
    return [path.removesuffix("/*"), path] if path.endswith("/*") else [path]
