"""Rules for the network: zones, address ranges, endpoints, the way out."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from config import aws
from config.attributes import INTERNET, NOTIFIER
from config.errors import listed
from config.graph import endpoints, tiers
from config.model.optouts import SingleZone
from config.model.valkey import NodesValkey
from config.nodes import links, placed_links

if TYPE_CHECKING:
    from ipaddress import IPv4Network

    from config.model.environment import Environment
    from config.rules.finding import Findings, Path


COMPASS = {"northeast": "ne", "northwest": "nw", "southeast": "se", "southwest": "sw"}


def zones_are_the_regions(environment: Environment) -> Findings:
    """Zones lie in the environment's region and have distinct ids."""
    zones = environment.network.zones
    for zone in zones:
        if zone[:-1] != environment.region:
            yield ("network", "zones", zone), f"is not a zone of {environment.region}"
        elif not zones[zone].startswith(f"{_short(environment.region)}-"):
            path = ("network", "zones", zone)
            example = f"{_short(environment.region)}-az1"
            yield (
                path,
                f"{zones[zone]} is no zone of {environment.region}: those begin as {example}",
            )
    for one, other in combinations(zones, 2):
        if zones[one] == zones[other]:
            path = ("network", "zones", other)
            yield path, f"{zones[other]} is the id of {one} already: each zone has its own"


def _short(region: str) -> str:
    """`use1` of us-east-1, as the ids of its zones begin."""
    area, *words, number = region.split("-")
    return area + "".join(COMPASS.get(word, word[0]) for word in words) + number


def zones_suffice(environment: Environment) -> Findings:
    """Databases, caches and the balancer need a number of zones."""
    count = len(environment.network.zones)
    kinds: dict[str, str] = {}
    for name, store in environment.stores.items():
        several = not isinstance(store, NodesValkey) or not isinstance(store.multi_az, SingleZone)
        kinds |= {f"{store.kind} {name}": store.kind} if several else {}
    if environment.balancer:
        kinds["the balancer"] = "balancer"
    for who, kind in kinds.items():
        needed = aws.ZONES_NEEDED.get(kind, 1)
        if count < needed:
            message = f"{count} zone(s) are fewer than the {needed} that {who} needs"
            yield ("network", "zones"), message


def endpoints_are_offered(environment: Environment) -> Findings:
    """Each endpoint that is used exists in at least one of the zones."""
    for service, zones in endpoints(environment).items():
        if not zones:
            yield ("network", "zones"), f"none of these zones offers the endpoint {service}"
        lists = aws.PREFIX_LISTS.get(service)
        if lists is not None and environment.region not in lists:
            message = (
                f"the prefix list of {service} in {environment.region} is not known: add it to"
                " config/aws.py"
            )
            yield ("region",), message


def address_ranges_fit(environment: Environment) -> Findings:
    """The VPC and its subnets are of a size that AWS allows and everything needs."""
    network = environment.network
    if not aws.LARGEST_VPC <= network.cidr.prefixlen <= aws.SMALLEST_VPC:
        yield ("network", "cidr"), f"a VPC is between /{aws.LARGEST_VPC} and /{aws.SMALLEST_VPC}"
        return
    if network.tiers:
        yield from _listed_ranges(environment)
        return
    subnets = len(network.zones) * len(tiers(environment))
    prefix = network.cidr.prefixlen + (subnets - 1).bit_length()
    if prefix > aws.SMALLEST_SUBNET:
        message = (
            f"too small: {subnets} subnets of at least /{aws.SMALLEST_SUBNET} do not fit; choose"
            f" /{network.cidr.prefixlen - (prefix - aws.SMALLEST_SUBNET)} or larger"
        )
        yield ("network", "cidr"), message


def _listed_ranges(environment: Environment) -> Findings:
    network = environment.network
    if set(network.tiers) != set(tiers(environment)):
        balancer = " and a balancer" if environment.balancer else ""
        needed = listed(tiers(environment))
        message = f"with `nat: {network.way_out}`{balancer} the tiers are {needed}"
        yield ("network", "tiers"), message
    ranges: list[tuple[Path, IPv4Network]] = []
    for tier, cidrs in network.tiers.items():
        path: Path = ("network", "tiers", tier)
        if len(cidrs) != len(network.zones):
            yield path, f"has {len(cidrs)} range(s) for {len(network.zones)} zone(s)"
        for index, cidr in enumerate(cidrs):
            if not cidr.subnet_of(network.cidr):
                yield (*path, index), f"{cidr} is not inside {network.cidr}"
            if cidr.prefixlen > aws.SMALLEST_SUBNET:
                yield (*path, index), f"{cidr} is smaller than /{aws.SMALLEST_SUBNET}"
            ranges.append(((*path, index), cidr))
    for (_, one), (path, other) in combinations(ranges, 2):
        if one.overlaps(other):
            yield path, f"{other} overlaps {one}"


def the_internet_is_reachable(environment: Environment) -> Findings:
    """Who needs the internet has a way out, or the file says why it may do without."""
    without = environment.network.way_out == "none"
    for path, target, link in placed_links(environment):
        external = environment.externals.get(target)
        if not (target == INTERNET or (external and external.hosts)):
            continue
        if without and not link.unreachable:
            yield (
                path,
                (
                    "needs the internet, and `nat: none` leaves no way out: choose another, or"
                    " say `unreachable:` with the reason why it may do without"
                ),
            )
        if link.unreachable and not without:
            yield path, "is reachable by the network's NAT: remove `unreachable`"


def a_way_out_is_used(environment: Environment) -> Findings:
    """NAT costs money by the hour: somebody has to have a link that needs it."""
    outside = {name for name, external in environment.externals.items() if external.hosts}
    needed = any(target in outside | {INTERNET} for _, target, _ in links(environment))
    if environment.network.way_out != "none" and not needed:
        message = (
            "costs money and nobody may use it: link to `internet` or to an external with `hosts`,"
            " or choose none"
        )
        yield ("network", "nat"), message


def externals_are_used(environment: Environment) -> Findings:
    """An outside service that nobody links to opens no way."""
    used = {target for _, target, _ in links(environment)}
    for name, external in environment.externals.items():
        described = external.hosts or external.endpoint
        if described and not external.cidrs and name not in {*used, INTERNET, NOTIFIER}:
            yield ("externals", name), "nobody uses it: link to it by `uses`, or remove it"


RULES = (
    zones_are_the_regions,
    zones_suffice,
    endpoints_are_offered,
    address_ranges_fit,
    the_internet_is_reachable,
    a_way_out_is_used,
    externals_are_used,
)
