"""Encryption in transit: databases, caches, buckets, topics and queues that insist on TLS."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from checks.graph.policies import Statement
from checks.rules.conditions import acts, asked, is_everybody
from checks.rules.grants import Grants, grants
from checks.rules.rule import Fault, rule
from checks.rules.values import is_false, number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Resource
    from checks.rules.rule import Scene

DOCS = "https://docs.aws.amazon.com"
# Engines, the parameter that insists on TLS, and the first major version whose default it is.
INSISTING = {
    "postgres": ("rds.force_ssl", 15.0),
    "aurora-postgresql": ("rds.force_ssl", 17.0),
    "mysql": ("require_secure_transport", 9.7),
    "mariadb": ("require_secure_transport", 11.8),
    "aurora-mysql": ("require_secure_transport", 99.0),
}
MESSAGES = {
    "AWS::SNS::Topic": ("sns:Publish",),
    "AWS::SQS::Queue": ("sqs:SendMessage", "sqs:ReceiveMessage"),
}
ON = ("1", "ON", "TRUE")
OLDEST_TLS = 1.2


@rule(
    "encryption-cache-tls",
    "ElastiCache::ReplicationGroup",
    title="caches speak TLS only",
    why="passwords and data cross the network in clear; ElastiCache does so where nothing is said",
    source=f"{DOCS}/AmazonElastiCache/latest/dg/in-transit-encryption.html",
)
def cache_tls(resource: Resource, _: Scene) -> Iterator[Fault]:
    """Switched on, and required."""
    said = resource.get("TransitEncryptionEnabled")
    if said is None or is_false(said):
        yield Fault(
            message="it speaks without TLS",
            remedy="set TransitEncryptionEnabled to true",
            property="TransitEncryptionEnabled",
        )
    elif resource.get("TransitEncryptionMode") == "preferred":
        yield Fault(
            message="it still takes connections without TLS",
            remedy="set TransitEncryptionMode to required",
            property="TransitEncryptionMode",
        )


@rule(
    "encryption-database-tls",
    "RDS::DBInstance",
    "RDS::DBCluster",
    title="databases refuse connections without TLS",
    why="one client with a wrong setting sends its password and data in clear",
    source=f"{DOCS}/AmazonRDS/latest/UserGuide/PostgreSQL.Concepts.General.SSL.html",
)
def database_tls(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """The parameter group insists on it, or the version does by itself."""
    engine = resource.get("Engine")
    if not isinstance(engine, str) or engine not in INSISTING:
        return
    cluster = resource.kind == "AWS::RDS::DBCluster"
    if resource.get("DBClusterIdentifier") and not cluster:
        return  # the cluster's group decides
    name, since = INSISTING[engine]
    path = "DBClusterParameterGroupName" if cluster else "DBParameterGroupName"
    said = resource.get(path)
    group = scene.estate.at(said)
    if said is not None and group is None and not str(said).startswith("default."):
        return  # somebody else's group
    parameters = group.get("Parameters") if group else {}
    value = parameters.get(name) if isinstance(parameters, dict) else None
    version = _version(resource.get("EngineVersion"))
    by_default = version is None or version >= since
    if _is_off(value) or (value is None and not by_default):
        yield Fault(
            message=f"{name} is not on: it takes connections without TLS",
            remedy=f'set {name} to "1" in its parameter group',
            property=path,
        )


def _is_off(value: Any) -> bool:
    return value is not None and "<" not in str(value) and str(value).upper() not in ON


def _version(value: Any) -> float | None:
    match = re.match(r"(\d+(?:\.\d+)?)", str(value)) if value is not None else None
    return number(match[1]) if match else None


@rule(
    "encryption-proxy-tls",
    "RDS::DBProxy",
    title="database proxies refuse connections without TLS",
    why="programs that forget TLS are served all the same, password included",
    source=f"{DOCS}/AmazonRDS/latest/UserGuide/rds-proxy.howitworks.html#rds-proxy-security.tls",
)
def proxy_tls(resource: Resource, _: Scene) -> Iterator[Fault]:
    """RequireTLS; a proxy takes both without it."""
    said = resource.get("RequireTLS")
    if said is None or is_false(said):
        yield Fault(
            message="it takes connections without TLS",
            remedy="set RequireTLS to true",
            property="RequireTLS",
        )


def _denies_plain(found: Grants, target: Resource, uses: tuple[str, ...]) -> list[Statement]:
    """The statements that deny every use of a resource without TLS, and ask nothing else."""
    return [
        each
        for each in found.of(target)
        if each.effect == "Deny"
        and is_everybody(each)
        and all(acts(each, use) for use in uses)
        and any(found.covers(pattern, target) for pattern in each.resources)
        and [(key, str(*values[:1]).lower()) for _, key, values in asked(each)]
        == [("aws:securetransport", "false")]
    ]


@rule(
    "encryption-bucket-tls",
    "S3::Bucket",
    title="buckets deny every request without TLS",
    why="objects and signatures cross the internet in clear where a client asks for http",
    source=f"{DOCS}/securityhub/latest/userguide/s3-controls.html#s3-5",
)
def bucket_tls(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """For everybody, every action, the bucket and all that lies in it."""
    found = grants(scene.estate)
    denying = _denies_plain(found, resource, ("s3:GetObject", "s3:PutObject", "s3:ListBucket"))
    patterns = [pattern for each in denying for pattern in each.resources]
    whole = any(not pattern.endswith("/*") for pattern in patterns)
    inside = any(pattern == "*" or pattern.endswith("/*") for pattern in patterns)
    if not (whole and inside):
        yield Fault(
            message="no policy denies what comes without TLS"
            if not denying
            else "only a part of it is closed to what comes without TLS",
            remedy="deny s3:* to everybody when aws:SecureTransport is false, on it and on /*",
        )
    for statement in found.of(resource):
        for _, key, values in asked(statement):
            least = number(values[0]) if key == "s3:tlsversion" and values else None
            if least is not None and least < OLDEST_TLS and statement.effect == "Deny":
                yield Fault(
                    message=f"only TLS below {least:g} is denied",
                    remedy=f"deny what is below {OLDEST_TLS:g}",
                    property=statement.path,
                    at=statement.holder,
                )


@rule(
    "encryption-message-tls",
    "SNS::Topic",
    "SQS::Queue",
    title="topics and queues deny every request without TLS",
    why="messages cross the network in clear where a client asks for http",
    source=f"{DOCS}/sns/latest/dg/sns-security-best-practices.html#enforce-encryption-data-in-transit",
    severity="warning",
)
def message_tls(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """For everybody, sending as well as receiving."""
    if not _denies_plain(grants(scene.estate), resource, MESSAGES[resource.kind]):
        yield Fault(
            message="no policy denies what comes without TLS",
            remedy="deny its use to everybody when aws:SecureTransport is false",
        )
