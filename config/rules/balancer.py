"""Rules for the load balancer: routes that can't meet, a certificate for every host."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.model.balancer import Certificate
from config.model.fargate import Fargate
from config.programs import served
from config.routes import FULL, WIDTH, is_ranked, priorities

# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html
MOST_TARGET_GROUPS = 100

if TYPE_CHECKING:
    from config.model.environment import Environment
    from config.rules.finding import Findings


def routes_have_a_balancer(environment: Environment) -> Findings:
    """Routes are the balancer's, and a balancer without any costs money for nothing."""
    routed = served(environment)
    if routed and not environment.balancer:
        message = "is required, because services have `routes`: `balancer: {certificate: …}`"
        yield ("balancer",), message
    if environment.balancer and not routed:
        yield ("balancer",), "no service has `routes`: remove it, or give a service some"


def routes_are_apart(environment: Environment) -> Findings:
    """No two routes are the same, or of the same priority."""
    seen: dict[tuple[str | None, str], str] = {}
    taken: dict[int, str] = {}
    chosen = priorities(environment)
    for name, service in environment.services.items():
        for index, route in enumerate(service.routes if isinstance(service, Fargate) else ()):
            path, priority = ("services", name, "routes", index), chosen[name, index]
            if priority == FULL:
                yield path, f"is one too many: of routes as exact as this there may be {WIDTH}"
                continue
            if not route.priority and not is_ranked(route):
                yield path, "is so deep that its order among others is open: say a `priority:`"
            if first := seen.get((route.host, route.path)):
                yield path, f"{first} has this route already"
                continue
            if other := taken.get(priority):
                message = (
                    f"has the same priority as another route of {other}, {priority}: say another"
                    " `priority:`"
                )
                yield path, message
            seen[route.host, route.path] = taken[priority] = name


def targets_fit_a_balancer(environment: Environment) -> Findings:
    """AWS raises other limits of a balancer on request, and not this one."""
    groups = sum(2 if service.shifts else 1 for service in served(environment).values())
    if groups > MOST_TARGET_GROUPS:
        message = (
            f"would have {groups} target groups, and takes {MOST_TARGET_GROUPS} (a service whose"
            " releases shift traffic has two): divide the file into two systems"
        )
        yield ("balancer",), message


def certificates_are_here(environment: Environment) -> Findings:
    """A certificate is of the balancer's region and account, and names its hosts."""
    balancer = environment.balancer
    if balancer is None:
        return
    path = ("balancer", "certificate")
    if isinstance(balancer.certificate, Certificate):
        names = (balancer.certificate.domain, *balancer.certificate.also)
        for service, spec in served(environment).items():
            for index, route in enumerate(spec.routes):
                if route.host and not any(_covers(name, route.host) for name in names):
                    where = ("services", service, "routes", index, "host")
                    yield where, f"the certificate is for {', '.join(names)} only: add it to `also`"
        return
    region, account = balancer.certificate.split(":")[3:5]
    if (region, account) != (environment.region, environment.account):
        message = (
            f"is of account {account} in {region}: the balancer needs one of"
            f" {environment.account} in {environment.region}"
        )
        yield path, message


def _covers(name: str, host: str) -> bool:
    head, _, rest = host.partition(".")
    return name == host or (name.startswith("*.") and head != "*" and rest == name[2:])


RULES = (
    routes_have_a_balancer,
    routes_are_apart,
    targets_fit_a_balancer,
    certificates_are_here,
)
