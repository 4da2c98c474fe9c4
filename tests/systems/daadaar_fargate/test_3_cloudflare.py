"""Global delivery and security: Cloudflare is in front, AWS lets it read the media."""

from ipaddress import collapse_addresses, ip_network

from tests.systems.daadaar.test_8_cloudflare import CLOUDFLARE
from tests.systems.reading import Reading, Thing

# CDN: media.daadaar.com.


def test_media_are_read_without_credentials_from_cloudflare_and_nowhere_else(
    read: Reading, media: Thing
) -> None:
    policy = read.one("AWS::S3::BucketPolicy", Bucket=media.ref)["PolicyDocument"]
    (allowed,) = [s for s in policy["Statement"] if s["Effect"] == "Allow"]
    assert allowed["Action"] == "s3:GetObject"
    assert allowed["Resource"] == f"{media.att('Arn')}/*"
    assert allowed["Principal"] == {"AWS": "*"}
    assert allowed["Condition"].keys() == {"IpAddress"}
    addresses = allowed["Condition"]["IpAddress"]["aws:SourceIp"]
    for version in (4, 6):
        assert _merged(addresses, version) == _merged(CLOUDFLARE, version)


def test_public_access_is_blocked_in_all_four_ways(read: Reading) -> None:
    for bucket in read.all("AWS::S3::Bucket"):
        assert bucket["PublicAccessBlockConfiguration"] == {
            "BlockPublicAcls": True,
            "BlockPublicPolicy": True,
            "IgnorePublicAcls": True,
            "RestrictPublicBuckets": True,
        }


# DNS, CDN, DDoS, WAF: Cloudflare's, with no double of them at AWS.


def test_dns_cdn_and_firewall_are_not_at_aws(read: Reading) -> None:
    theirs = (
        "AWS::CloudFront::",
        "AWS::GlobalAccelerator::",
        "AWS::Shield::",
        "AWS::WAF",
        "AWS::Route53::HostedZone",
        "AWS::Route53::RecordSet",
    )
    assert [thing for thing in read.things if thing.kind.startswith(theirs)] == []


def test_the_certificate_exists_already_because_its_zone_is_at_cloudflare(read: Reading) -> None:
    assert read.all("AWS::CertificateManager::Certificate") == []
    (certificate,) = read.one("AWS::ElasticLoadBalancingV2::Listener", Port=443)["Certificates"]
    arn = certificate["CertificateArn"]
    assert arn.startswith("arn:aws:acm:us-east-1:111111111111:certificate/")


def _merged(addresses: list[str], version: int) -> list[str]:
    networks = [ip_network(each) for each in addresses]
    return sorted(map(str, collapse_addresses(n for n in networks if n.version == version)))
