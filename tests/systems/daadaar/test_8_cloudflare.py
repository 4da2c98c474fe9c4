"""Global delivery and security: Cloudflare is in front, AWS only lets it read."""

from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network
from typing import Any

from tests.systems.policies import listed
from tests.systems.reading import Reading, Thing, texts

# As https://www.cloudflare.com/ips/ lists them.
CLOUDFLARE = [
    "173.245.48.0/20",
    "103.21.244.0/22",
    "103.22.200.0/22",
    "103.31.4.0/22",
    "141.101.64.0/18",
    "108.162.192.0/18",
    "190.93.240.0/20",
    "188.114.96.0/20",
    "197.234.240.0/22",
    "198.41.128.0/17",
    "162.158.0.0/15",
    "104.16.0.0/13",
    "104.24.0.0/14",
    "172.64.0.0/13",
    "131.0.72.0/22",
    "2400:cb00::/32",
    "2606:4700::/32",
    "2803:f800::/32",
    "2405:b500::/32",
    "2405:8100::/32",
    "2a06:98c0::/29",
    "2c0f:f248::/32",
]
# S3 takes a policy that names broader ranges for a public one, and Block Public Access refuses it.
NARROW = {4: 8, 6: 32}


# CDN: media.daadaar.com.


def test_media_are_read_without_credentials_from_cloudflare_and_nowhere_else(
    read: Reading, media: Thing
) -> None:
    (allowed,) = [s for s in _policy(read, media) if s["Effect"] == "Allow"]
    assert allowed["Action"] == "s3:GetObject"
    assert allowed["Resource"] == f"{media.att('Arn')}/*"
    assert allowed["Principal"] == {"AWS": "*"}
    assert allowed["Condition"].keys() == {"IpAddress"}
    assert allowed["Condition"]["IpAddress"].keys() == {"aws:SourceIp"}


def test_cloudflares_addresses_are_those_that_it_publishes(read: Reading, media: Thing) -> None:
    assert _merged(_addresses(read, media)) == _merged(CLOUDFLARE)


def test_the_policy_is_none_that_s3_calls_public(read: Reading, media: Thing) -> None:
    ranges = [ip_network(each) for each in _addresses(read, media)]
    assert ranges
    assert [each for each in ranges if each.prefixlen < NARROW[each.version]] == []


def test_everything_else_that_the_policy_says_is_a_refusal(read: Reading, media: Thing) -> None:
    denied = [s for s in _policy(read, media) if s["Effect"] == "Deny"]
    assert [(s["Principal"], s["Action"], s["Condition"]) for s in denied] == [
        ({"AWS": "*"}, "s3:*", {"Bool": {"aws:SecureTransport": "false"}}),
        ({"AWS": "*"}, "s3:*", {"NumericLessThan": {"s3:TlsVersion": 1.2}}),
    ]
    everything = [media.att("Arn"), f"{media.att('Arn')}/*"]
    assert [statement["Resource"] for statement in denied] == [everything] * 2
    assert len(_policy(read, media)) == 1 + len(denied)


def test_public_access_is_blocked_in_all_four_ways(read: Reading) -> None:
    buckets = read.all("AWS::S3::Bucket")
    assert [bucket["PublicAccessBlockConfiguration"] for bucket in buckets] == [
        {
            "BlockPublicAcls": True,
            "BlockPublicPolicy": True,
            "IgnorePublicAcls": True,
            "RestrictPublicBuckets": True,
        }
    ] * len(buckets)
    owners = [bucket["OwnershipControls"]["Rules"] for bucket in buckets]
    assert owners == [[{"ObjectOwnership": "BucketOwnerEnforced"}]] * len(buckets)


def test_no_other_bucket_is_open_to_people_without_credentials(read: Reading, media: Thing) -> None:
    others = [bucket for bucket in read.all("AWS::S3::Bucket") if bucket is not media]
    opened = [
        statement
        for bucket in others
        for statement in _policy(read, bucket)
        if statement["Effect"] == "Allow"
        and "*" in [text for text in texts(listed(statement["Principal"])) if text != "AWS"]
    ]
    assert others
    assert opened == []


# DNS, CDN, DDoS, WAF: Cloudflare's, with no double of them at AWS.


def test_dns_cdn_and_firewall_are_not_at_aws(read: Reading) -> None:
    theirs = (
        "AWS::CertificateManager::",
        "AWS::CloudFront::",
        "AWS::GlobalAccelerator::",
        "AWS::Shield::",
        "AWS::WAF",
        "AWS::Route53::HostedZone",
        "AWS::Route53::RecordSet",
    )
    assert [thing for thing in read.things if thing.kind.startswith(theirs)] == []


def _policy(read: Reading, bucket: Thing) -> list[dict[str, Any]]:
    policy = read.one("AWS::S3::BucketPolicy", Bucket=bucket.ref)["PolicyDocument"]
    said: list[dict[str, Any]] = policy["Statement"]
    return said


def _addresses(read: Reading, media: Thing) -> list[str]:
    (allowed,) = [s for s in _policy(read, media) if s["Effect"] == "Allow"]
    addresses: list[str] = allowed["Condition"]["IpAddress"]["aws:SourceIp"]
    return addresses


def _merged(addresses: list[str]) -> set[IPv4Network | IPv6Network]:
    networks = [ip_network(each) for each in addresses]
    return {
        *collapse_addresses(each for each in networks if isinstance(each, IPv4Network)),
        *collapse_addresses(each for each in networks if isinstance(each, IPv6Network)),
    }
