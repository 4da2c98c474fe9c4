"""Where things and data are: in the regions and the account that the system is meant for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from checks.rules.every import EVERY, with_others, written
from checks.rules.rule import Fault, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Estate, Resource
    from checks.rules.rule import Scene

PRIVACY = "https://aws.amazon.com/compliance/data-privacy-faq/"
# Patterns begin with a sign that is rare, for speed; what stands before it is read backwards.
REGION = re.compile(r"-(?:north|south|east|west|central)(?:east|west)?-\d(?!\d)")
AREA = re.compile(r"(?<![a-z0-9])(?:us-gov|us-iso[a-z]?|af|ap|ca|cn|eu|il|me|mx|sa|us)$")
ACCOUNT = re.compile(r":(\d{12})(?=:)")
REGISTRY = re.compile(r"\.dkr\.ecr\.")
# Global services that live in one region only.
GLOBAL = "us-east-1"
FROM_THERE = (
    "AWS::CloudFront::",
    "AWS::CertificateManager::",
    "AWS::IAM::",
    "AWS::Route53::",
    "AWS::WAFv2::",
    "AWS::Shield::",
)
# Route 53 asks from there; nothing is kept there.
PROBES = "HealthCheckConfig.Regions"
# Applications of others, which their publishers keep where they like.
SHARED = "AWS::Serverless::Application"
# Paths at which a resource says to which other region its data goes.
COPIES: dict[str, tuple[str, ...]] = {
    "AWS::DynamoDB::GlobalTable": ("Replicas",),
    "AWS::ECR::ReplicationConfiguration": ("ReplicationConfiguration",),
    "AWS::EFS::FileSystem": ("ReplicationConfiguration",),
    "AWS::ElastiCache::GlobalReplicationGroup": ("Members", "RegionalConfigurations"),
    "AWS::KMS::ReplicaKey": ("PrimaryKeyArn",),
    "AWS::RDS::DBInstance": (
        "AutomaticBackupReplicationRegion",
        "SourceDBInstanceAutomatedBackupsArn",
        "SourceRegion",
    ),
    "AWS::RDS::DBCluster": ("SourceRegion",),
    "AWS::RDS::GlobalCluster": ("SourceDBClusterIdentifier",),
    "AWS::S3::Bucket": ("ReplicationConfiguration",),
    "AWS::SecretsManager::Secret": ("ReplicaRegions",),
    "AWS::Backup::BackupPlan": ("BackupPlan.BackupPlanRule",),
}


def _regions(text: str) -> Iterator[str]:
    for match in REGION.finditer(text):
        if area := AREA.search(text, max(match.start() - 8, 0), match.start()):
            yield f"{area[0]}{match[0]}"


def _others(text: str, own: str) -> Iterator[str]:
    """The accounts other than one's own in a text."""
    yield from (each for each in ACCOUNT.findall(text) if each != own)
    for match in REGISTRY.finditer(text):
        account = text[max(match.start() - 12, 0) : match.start()]
        if account.isdigit() and len(account) == 12 and account != own:
            yield account


def _allowed(resource: Resource, scene: Scene) -> frozenset[str]:
    """The regions that are allowed; none where nobody says any."""
    file = scene.environment
    if file is not None:
        return frozenset((*file.regions, file.region))
    return frozenset((resource.region,)) if resource.region else frozenset()


def _texts(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from _texts(each, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for at, each in enumerate(value):
            yield from _texts(each, f"{path}.{at}")


@rule(
    "residency-regions",
    *EVERY,
    title="everything is, and refers to, where the system may live",
    why="data ends up under another law, or a call crosses the world, or meets nothing there",
    source=PRIVACY,
)
def regions(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """Every region in a stack, an ARN, an address or a zone is an allowed one."""
    for each in with_others(resource, scene.estate):
        allowed = _allowed(each, scene)
        if not allowed or each.kind == SHARED:
            continue
        if each.region and each.region not in allowed and not _global(each, each.region):
            yield _elsewhere(each, "", each.region, allowed)
        if set(_regions(written(scene.estate)[each])) <= allowed:
            continue
        copies = COPIES.get(each.kind, ())
        for path, text in _texts(dict(each.properties)):
            if path.startswith((PROBES, *copies)):
                continue
            for region in _regions(text):
                if region not in allowed and not _global(each, region):
                    yield _elsewhere(each, path, region, allowed)
                    break


def _global(resource: Resource, region: str) -> bool:
    return region == GLOBAL and resource.kind.startswith(FROM_THERE)


def _elsewhere(resource: Resource, path: str, region: str, allowed: frozenset[str]) -> Fault:
    return Fault(
        message=f"it is in {region}",
        remedy=f"stay in {', '.join(sorted(allowed))}",
        property=path,
        at=resource,
    )


@rule(
    "residency-copies",
    *(kind.removeprefix("AWS::") for kind in COPIES),
    title="no copy of data leaves the regions of the system",
    why="a copy is under the law of where it lies, and outlives what it was copied from",
    source=PRIVACY,
)
def copies(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """Replicas, backups and snapshots go to allowed regions; to others only if the file says so."""
    allowed = _allowed(resource, scene)
    for place in COPIES[resource.kind] if allowed else ():
        for path, text in _texts(resource.get(place), place):
            for region in _regions(text):
                if region not in allowed:
                    yield Fault(
                        message=f"a copy goes to {region}",
                        remedy=f"keep it in {', '.join(sorted(allowed))}",
                        property=path,
                    )


@rule(
    "residency-account",
    *EVERY,
    title="what is named by its ARN is of the account of its stack",
    why="another account's owner may change it, read it, or take it away",
    source="https://docs.aws.amazon.com/wellarchitected/latest/security-pillar/sec_permissions_analyze_cross_account.html",
    severity="warning",
)
def account(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """No twelve digits but the stack's own; policies are judged where they are written."""
    accounts = _accounts(scene.estate)
    for each in with_others(resource, scene.estate):
        own = accounts.get(each.stack)
        if own is None or each.kind == SHARED or not any(_others(written(scene.estate)[each], own)):
            continue
        for path, text in _texts(dict(each.properties)):
            other = next(_others(text, own), None)
            if other and not _by_aws(text):
                yield Fault(
                    message=f"it is of account {other}, the stack of {own}",
                    remedy="name what is in this account, or accept it with a reason",
                    property=path,
                    at=each,
                )


def _by_aws(text: str) -> bool:
    """Layers and images that AWS publishes out of accounts of its own, and roots of policies."""
    return ":layer:" in text or text.endswith(":root") or "/aws-" in text or "amazon-ecs" in text


def _accounts(estate: Estate) -> dict[str, str]:
    return {each.stack: each.account for each in estate.templates if each.account}
