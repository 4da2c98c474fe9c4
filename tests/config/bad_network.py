"""Mistakes in the network: ranges, zones, tiers, endpoints, the way out."""

from __future__ import annotations

from tests.config.files import FARGATE, bad, section

ZONES = "    us-east-1a: use1-az6\n    us-east-1c: use1-az2\n"
NAT = ("nat: none", "nat: per-zone")
# With a NAT nothing is unreachable any more.
REACHABLE = (", unreachable: Errors are dropped without NAT", "")


def tiers(*lines: str) -> tuple[str, str]:
    """The change that adds `tiers:` with one line for each tier."""
    return ("nat: none", "\n    ".join(("nat: none\n  tiers:", *lines)))


RANGES = {
    "a VPC that is a word": bad(
        ("cidr: 10.0.0.0/16", "cidr: large"),
        path="network.cidr",
        says="found 'large', must be an address range such as 10.0.0.0/16",
    ),
    "a VPC with bits behind its prefix": bad(
        ("cidr: 10.0.0.0/16", "cidr: 10.0.0.1/16"),
        path="network.cidr",
        says=("found '10.0.0.1/16'", "no bits set behind its prefix"),
    ),
    "a VPC of IPv6": bad(
        ("cidr: 10.0.0.0/16", 'cidr: "fd00::/64"'),
        path="network.cidr",
        says="must be an address range such as 10.0.0.0/16",
    ),
    "a VPC too large": bad(
        ("cidr: 10.0.0.0/16", "cidr: 10.0.0.0/15"),
        path="network.cidr",
        says="a VPC is between /16 and /28",
    ),
    "a VPC too small for anything": bad(
        ("cidr: 10.0.0.0/16", "cidr: 10.0.0.0/29"),
        path="network.cidr",
        says="a VPC is between /16 and /28",
    ),
    "a VPC too small for its subnets": bad(
        ("cidr: 10.0.0.0/16", "cidr: 10.0.0.0/28"),
        path="network.cidr",
        says="too small: 2 subnets of at least /28 do not fit; choose /27 or larger",
    ),
    "a VPC too small for its tiers": bad(
        ("cidr: 10.0.0.0/16", "cidr: 10.0.0.0/26"),
        NAT,
        REACHABLE,
        path="network.cidr",
        says="too small: 6 subnets of at least /28 do not fit; choose /25 or larger",
    ),
    "addresses of somebody whom nobody knows": bad(
        ('cidrs: [192.0.2.0/24, "2001:db8::/32"]', "cidrs: cloudflair"),
        path="externals.edge.cidrs",
        says="must be a list of address ranges, or one of cloudflare",
    ),
    "an external's address that is none": bad(
        ("192.0.2.0/24", "192.0.2.0/240"),
        path="externals.edge.cidrs.0",
        says="found '192.0.2.0/240', must be an address range",
    ),
    "an external's addresses too broad": bad(
        ("192.0.2.0/24", "0.0.0.0/7"),
        path="externals.edge.cidrs.0",
        says="0.0.0.0/7 is so broad that S3 would call the bucket public",
    ),
    "an external's addresses too broad in IPv6": bad(
        ("2001:db8::/32", "2001:db8::/29"),
        path="externals.edge.cidrs.1",
        says="2001:db8::/29 is so broad",
    ),
}
ZONED = {
    "a zone without its letter": bad(
        ("us-east-1c:", "us-east-1:"),
        path="network.zones.us-east-1",
        says="the name 'us-east-1' must be a zone such as us-east-1a",
    ),
    "a zone's id that is none": bad(
        ("us-east-1c: use1-az2", "us-east-1c: us-east-1c"),
        path="network.zones.us-east-1c",
        says="found 'us-east-1c', must be a zone's id such as use1-az6",
    ),
    "a zone of another region": bad(
        ("us-east-1c:", "us-west-2c:"),
        path="network.zones.us-west-2c",
        says="is not a zone of us-east-1",
    ),
    "one zone twice": bad(
        ("use1-az2", "use1-az6"),
        path="network.zones.us-east-1c",
        says="use1-az6 is the id of us-east-1a already",
        at="us-east-1c:",
    ),
    "no zones": bad(
        ("zones:\n" + ZONES, "zones: {}\n"),
        path="network.zones",
        says="must be a mapping with at least one entry",
    ),
    "one zone for a cache": bad(
        ("    us-east-1c: use1-az2\n", ""),
        (section("tasks"), "\n"),
        ("      database: {env: DATABASE_URL, query: {sslmode: require}}\n", ""),
        ("  database.storage: {below: 10, minutes: 10, tier: warning}\n", ""),
        (section("stores").partition("  cache:")[0], "stores:\n"),
        path="network.zones",
        says="1 zone(s) are fewer than the 2 that valkey cache needs",
        at="  zones:",
    ),
    "an endpoint in none of the zones": bad(
        ("us-east-1a: use1-az6", "us-east-1a: use1-az3"),
        path="network.zones",
        says="none of these zones offers the endpoint email-smtp",
        at="  zones:",
    ),
    "a zone's id of another region": bad(
        ("us-east-1c: use1-az2", "us-east-1c: euw1-az2"),
        path="network.zones.us-east-1c",
        says="euw1-az2 is no zone of us-east-1: those begin as use1-az1",
    ),
    "a region whose prefix lists nobody knows": bad(
        ("region: us-east-1\nregions: [us-east-1]", "region: eu-north-1"),
        ("us-east-1a: use1-az6", "eu-north-1a: eun1-az1"),
        ("us-east-1b: use1-az1", "eu-north-1b: eun1-az2"),
        ("    probe: {path: /health}\n", ""),
        of=FARGATE,
        path="region",
        says="the prefix list of s3 in eu-north-1 is not known: add it to config/aws.py",
    ),
}
TIERS = {
    "tiers of another nat": bad(
        tiers("private: [10.0.0.0/24, 10.0.1.0/24]"),
        path="network.tiers",
        says="with `nat: none` the tiers are isolated",
        at="  tiers:",
    ),
    "a tier that does not exist": bad(
        tiers("isolatd: [10.0.0.0/24, 10.0.1.0/24]"),
        path="network.tiers.isolatd",
        says=("must be one of public, private, isolated", "did you mean 'isolated'?"),
        at="isolatd",
    ),
    "a tier short of a range": bad(
        tiers("isolated: [10.0.0.0/24]"),
        path="network.tiers.isolated",
        says="has 1 range(s) for 2 zone(s)",
        at="isolated:",
    ),
    "ranges that overlap": bad(
        tiers("isolated: [10.0.0.0/23, 10.0.1.0/24]"),
        path="network.tiers.isolated.1",
        says="10.0.1.0/24 overlaps 10.0.0.0/23",
        at="isolated:",
    ),
    "a range outside the VPC": bad(
        tiers("isolated:", "- 10.0.0.0/24", "- 10.1.1.0/24"),
        path="network.tiers.isolated.1",
        says="10.1.1.0/24 is not inside 10.0.0.0/16",
        at="10.1.1.0/24",
    ),
    "a range too small for a subnet": bad(
        tiers("isolated:", "- 10.0.0.0/24", "- 10.0.1.0/29"),
        path="network.tiers.isolated.1",
        says="10.0.1.0/29 is smaller than /28",
        at="10.0.1.0/29",
    ),
}
INTERNET = {
    "an external without NAT": bad(
        REACHABLE,
        path="services.backend.uses.errors",
        says=("needs the internet, and `nat: none` leaves no way out", "say `unreachable:`"),
        at="errors: {env:",
    ),
    "unreachable in spite of a NAT": bad(
        NAT,
        path="services.backend.uses.errors",
        says="is reachable by the network's NAT: remove `unreachable`",
        at="errors: {env:",
    ),
    "the internet without NAT": bad(
        ("notifier: {env: NOTIFIER}", "internet: {reason: Calls any customer's server}"),
        path="services.backend.uses.internet",
        says="`nat: none` leaves no way out",
    ),
    "the internet without a reason": bad(
        NAT,
        REACHABLE,
        ("notifier: {env: NOTIFIER}", "internet: {}"),
        path="services.backend.uses.internet",
        says="a way out to the internet needs a `reason`",
        at="internet: {}",
    ),
}
CASES = {**RANGES, **ZONED, **TIERS, **INTERNET}
