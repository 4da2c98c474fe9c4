"""Encryption in transit, further out: file systems, search, distributions, authorities."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from checks.rules.rule import Fault, rule
from checks.rules.values import is_false, is_literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Resource
    from checks.rules.rule import Scene

DOCS = "https://docs.aws.amazon.com"


@rule(
    "encryption-volume-tls",
    "ECS::TaskDefinition",
    title="tasks reach their file systems with TLS",
    why="files cross the network in clear; ECS mounts without TLS where nothing is said",
    source=f"{DOCS}/AmazonECS/latest/developerguide/efs-volumes.html",
)
def volume_tls(resource: Resource, _: Scene) -> Iterator[Fault]:
    """Each EFS volume."""
    for place, volume in enumerate(resource.mappings("Volumes")):
        config = volume.get("EFSVolumeConfiguration")
        if isinstance(config, dict) and config.get("TransitEncryption", "DISABLED") == "DISABLED":
            yield Fault(
                message="a file system is mounted without TLS",
                remedy="set TransitEncryption to ENABLED",
                property=f"Volumes.{place}.EFSVolumeConfiguration.TransitEncryption",
            )


@rule(
    "encryption-search-tls",
    "OpenSearchService::Domain",
    title="search domains speak TLS, among their nodes, too",
    why="documents and passwords cross the network in clear",
    source=f"{DOCS}/opensearch-service/latest/developerguide/infrastructure-security.html",
)
def search_tls(resource: Resource, _: Scene) -> Iterator[Fault]:
    """Both switches are off where nothing is said."""
    for path in ("DomainEndpointOptions.EnforceHTTPS", "NodeToNodeEncryptionOptions.Enabled"):
        if resource.get(path) is None or is_false(resource.get(path)):
            yield Fault(
                message="it speaks without TLS", remedy=f"set {path} to true", property=path
            )


@rule(
    "encryption-distribution-tls",
    "CloudFront::Distribution",
    "ApiGateway::DomainName",
    title="what CloudFront and API Gateway serve comes over TLS 1.2 or newer",
    why="everybody on the way reads it, or breaks the old protocol",
    source=f"{DOCS}/AmazonCloudFront/latest/DeveloperGuide/secure-connections-supported-viewer-protocols-ciphers.html",
)
def distribution_tls(resource: Resource, _: Scene) -> Iterator[Fault]:
    """Viewers are sent to HTTPS, and the oldest protocol is 1.2."""
    if resource.kind == "AWS::ApiGateway::DomainName":
        if resource.get("SecurityPolicy", "TLS_1_0") == "TLS_1_0":
            yield _old("SecurityPolicy")
        return
    inside = "DistributionConfig"
    behaviours = resource.mappings(f"{inside}.DefaultCacheBehavior")
    for each in (*behaviours, *resource.mappings(f"{inside}.CacheBehaviors")):
        if each.get("ViewerProtocolPolicy") == "allow-all":
            yield Fault(
                message="it serves plain HTTP",
                remedy="set ViewerProtocolPolicy to redirect-to-https",
                property=f"{inside}.DefaultCacheBehavior.ViewerProtocolPolicy",
            )
    oldest = resource.get(f"{inside}.ViewerCertificate.MinimumProtocolVersion")
    if is_literal(oldest) and not oldest.startswith(("TLSv1.2", "TLSv1.3")):
        yield _old(f"{inside}.ViewerCertificate.MinimumProtocolVersion")


def _old(path: str) -> Fault:
    return Fault(message="it speaks TLS below 1.2", remedy="begin with TLS 1.2", property=path)


@rule(
    "encryption-certificate-authority",
    "RDS::DBInstance",
    title="databases show a certificate of an authority that is still valid",
    why="rds-ca-2019 ended in August 2024: clients that check certificates don't connect",
    source=f"{DOCS}/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL-certificate-rotation.html",
)
def certificate_authority(resource: Resource, _: Scene) -> Iterator[Fault]:
    """Those of the generation g1; RDS takes one of them where nothing is said."""
    said = resource.get("CACertificateIdentifier")
    if is_literal(said) and not re.fullmatch(r"rds-ca-(rsa2048|rsa4096|ecc384)-g\d+", said):
        yield Fault(
            message=f"{said} is no authority that is valid today",
            remedy="set rds-ca-rsa2048-g1, or leave it away",
            property="CACertificateIdentifier",
        )
