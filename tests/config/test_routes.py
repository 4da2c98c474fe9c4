"""The order of the balancer's routes: by exactness, and stable whatever stands beside them."""

from __future__ import annotations

import random
from collections import Counter
from itertools import pairwise

import pytest

from config.document import Document
from config.errors import ConfigError
from config.load import parse
from config.routes import patterns, priorities

LABELS = ("api", "app", "shop", "static", "admin", "v1", "v2", "users", "orders", "assets")


def system(services: dict[str, list[dict[str, object]]]) -> Document:
    """A system with the routes of some services."""
    return Document(
        data={
            "environment": "prod",
            "account": "1" * 12,
            "region": "us-east-1",
            "network": {
                "cidr": "10.0.0.0/16",
                "zones": {"us-east-1a": "use1-az6", "us-east-1b": "use1-az1"},
                "nat": "none",
            },
            "balancer": {"certificate": f"arn:aws:acm:us-east-1:{'1' * 12}:certificate/1"},
            "images": {"app": {"repository": "app"}},
            "services": {
                name: {
                    "kind": "fargate",
                    "image": "app",
                    "port": 8080,
                    "health": {"path": "/"},
                    "routes": routes,
                }
                for name, routes in services.items()
            },
            "channels": {t: {"email": ["a@example.com"]} for t in ("critical", "warning")},
        }
    )


def chosen(*routes: tuple[str | None, str]) -> list[int]:
    """The priorities of one service's routes, in their order."""
    spec = [{"host": host, "path": path} if host else {"path": path} for host, path in routes]
    found = priorities(parse(system({"web": spec}), system="demo"))
    return [found["web", index] for index in range(len(routes))]


# Each goes before all that stand below it.
ORDER: tuple[tuple[str | None, str], ...] = (
    ("a.example.com", "/api/orders/1"),
    ("a.example.com", "/api/orders"),
    ("a.example.com", "/api/orders/*"),
    ("a.example.com", "/api"),
    ("a.example.com", "/api/*"),
    ("a.example.com", "/"),
    ("a.example.com", "/*"),
    ("*.shop.eu.example.com", "/*"),
    ("*.eu.example.com", "/api/*"),
    ("*.eu.example.com", "/*"),
    ("*.example.com", "/api/orders"),
    ("*.example.com", "/api/*"),
    ("*.example.com", "/*"),
    (None, "/api/orders"),
    (None, "/api"),
    (None, "/api/*"),
    (None, "/*"),
)


def test_the_more_exact_route_goes_first():
    found = chosen(*ORDER)

    assert found == sorted(found)
    assert len(set(found)) == len(found)


@pytest.mark.parametrize("path", ["/" + "a" * 99, "/" + "a" * 98, "/" + "a/" * 8 + "b/*"])
def test_the_longest_paths_have_a_place(path: str):
    host = "a.example.com"
    exact, below, everything = chosen((host, path), (host, "/a/*"), (None, "/*"))

    assert 1 <= exact < below < everything <= 50000


def test_an_exact_path_goes_before_the_longest_that_takes_it():
    prefix = "/" + "a" * 97
    exact, below = chosen((None, prefix), (None, f"{prefix}/*"))

    assert exact < below


def test_a_route_keeps_its_priority_whatever_is_beside_it():
    alone = chosen(("a.example.com", "/api/*"))[0]
    others = random.Random(1).sample([r for r in ORDER if r != ("a.example.com", "/api/*")], 8)

    for count in range(len(others) + 1):
        around = [*others[:count], ("a.example.com", "/api/*")]
        assert chosen(*around)[-1] == alone
        assert chosen(*reversed(around))[0] == alone


def test_a_route_s_own_priority_counts():
    spec: list[dict[str, object]] = [{"path": "/a", "priority": 50000}, {"path": "/b"}]
    found = priorities(parse(system({"web": spec}), system="demo"))

    assert found["web", 0] == 50000 > found["web", 1]


def generated(count: int, seed: int) -> set[tuple[str | None, str]]:
    """Some routes, as systems have them: hosts, wildcards or none, and paths of some depth."""
    source = random.Random(seed)
    found: set[tuple[str | None, str]] = set()
    while len(found) < count:
        name = f"{source.choice(LABELS)}{source.randrange(50)}.example.com"
        host = source.choice([name, name, f"*.{name}", None])
        depth = "/".join(source.choices(LABELS, k=source.randrange(5)))
        path = f"/{depth}" if depth else ""
        found.add((host, source.choice([f"{path}/*", path or "/"])))
    return found


@pytest.mark.parametrize("seed", range(3))
def test_thousands_of_routes_do_not_collide(seed: int):
    found = chosen(*sorted(generated(2000, seed), key=str))

    assert min(found) >= 1
    assert max(found) <= 50000
    assert max(Counter(found).values()) == 1


def test_almost_all_routes_of_a_system_stay_when_one_goes():
    routes = sorted(generated(60, 3), key=str)
    whole = dict(zip(routes, chosen(*routes), strict=True))
    for gone in routes:
        rest = [route for route in routes if route != gone]
        found = zip(rest, chosen(*rest), strict=True)
        moved = [route for route, priority in found if whole[route] != priority]
        # Only who had to give way to it may move.
        assert len(moved) <= 1


def test_a_taken_place_goes_to_who_was_first_in_the_file():
    own = chosen(("a.example.com", "/api"))[0]
    routes: list[dict[str, object]] = [
        {"path": "/x", "priority": own},
        {"host": "a.example.com", "path": "/api"},
    ]
    found = priorities(parse(system({"web": routes}), system="demo"))

    assert found["web", 0] == own
    assert 0 < abs(found["web", 1] - own) < 800


def test_a_request_meets_the_route_that_says_most_of_it():
    """Of all routes that fit a path, priorities choose an exact one or else the longest."""
    source = random.Random(7)
    paths = ["/*", "/api", "/api/*", "/api/v1", "/api/v1/*", "/api/v1/users", "/api/v1/users/*"]
    order = dict(zip(paths, chosen(*((None, path) for path in paths)), strict=True))
    for _ in range(200):
        parts = source.choices(["api", "v1", "users", "x"], k=source.randrange(1, 5))
        request = f"/{'/'.join(parts)}"
        fitting = [path for path in paths if fits(path, request)]
        best = min(fitting, key=order.__getitem__)
        exact = request if request in paths else None
        assert best == (exact or max(fitting, key=len)), request


def fits(path: str, request: str) -> bool:
    """Whether the balancer takes a request for a route."""
    return any(
        request.startswith(pattern[:-1]) if pattern.endswith("*") else request == pattern
        for pattern in patterns(path)
    )


def test_a_prefix_takes_what_it_is_the_prefix_of():
    assert patterns("/api/*") == ["/api", "/api/*"]
    assert patterns("/*") == ["/*"]
    assert patterns("/api") == ["/api"]


def test_a_deeper_path_goes_before():
    found = chosen(*((None, "/a" * depth) for depth in range(9, 0, -1)))

    assert all(one < other for one, other in pairwise(found))


@pytest.mark.parametrize(
    "route", [{"path": "/" + "a/" * 10 + "*"}, {"host": "*.a.b.c.d.example.com", "path": "/*"}]
)
def test_what_is_too_deep_to_be_ranked_has_to_say_its_priority(route: dict[str, str]):
    with pytest.raises(ConfigError, match="say a `priority:`"):
        parse(system({"web": [route]}), system="demo")

    parse(system({"web": [{**route, "priority": 5}]}), system="demo")


def test_a_band_that_is_full_is_told_and_never_a_traceback() -> None:
    routes: list[dict[str, object]] = [{"host": f"h{n}.example.com"} for n in range(501)]
    with pytest.raises(ConfigError) as told:
        parse(system({"web": routes}), system="demo")
    (problem,) = told.value.problems
    assert problem.path == "services.web.routes.500"
    assert "is one too many: of routes as exact as this there may be 500" in problem.message


def test_more_services_than_a_balancer_has_target_groups_are_told() -> None:
    def served(count: int) -> dict[str, list[dict[str, object]]]:
        return {f"s{n}": [{"host": f"h{n}.example.com"}] for n in range(count)}

    parse(system(served(100)), system="demo")
    with pytest.raises(ConfigError, match="would have 101 target groups, and takes 100"):
        parse(system(served(101)), system="demo")
