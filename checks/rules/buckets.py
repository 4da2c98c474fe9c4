"""Buckets that the public or other sites could use, and who wrote down who did."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from checks.estate import listed
from checks.rules.rule import Fault, rule
from checks.rules.values import attributes, is_literal, is_true

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Estate, Resource
    from checks.rules.rule import Scene

DOCS = "https://docs.aws.amazon.com"
CONTROLS = f"{DOCS}/securityhub/latest/userguide"
BLOCKS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
WRITING = {"PUT", "POST", "DELETE"}
BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"


@lru_cache(maxsize=8)
def log_targets(estate: Estate) -> dict[Resource, set[str]]:
    """The buckets that logs are written to, and which services write them."""
    found: dict[Resource, set[str]] = {}
    for bucket in estate.of("AWS::S3::Bucket"):
        if target := estate.at(bucket.get("LoggingConfiguration.DestinationBucketName")):
            found.setdefault(target, set()).add("s3")
    for balancer in estate.of(BALANCER):
        said = {
            str(each.get("Key")): each.get("Value")
            for each in balancer.mappings("LoadBalancerAttributes")
        }
        if target := estate.at(said.get("access_logs.s3.bucket")):
            found.setdefault(target, set()).add("elasticloadbalancing")
    return found


@rule(
    "exposure-bucket-blocks",
    "S3::Bucket",
    title="all four blocks against public access are on",
    why="one policy or ACL makes objects public otherwise; a block that is left out of the property"
    " is off, and an update that takes the property away takes all four away",
    source=f"{CONTROLS}/s3-controls.html#s3-8",
)
def bucket_blocks(resource: Resource, _: Scene) -> Iterator[Fault]:
    """Each of them."""
    said = resource.get("PublicAccessBlockConfiguration")
    if isinstance(said, str):
        return
    missing = [
        name
        for name in BLOCKS
        if not (isinstance(said, dict) and (is_true(said.get(name)) or "<" in str(said.get(name))))
    ]
    if missing:
        yield Fault(
            message=f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} not on",
            remedy="set all four to true",
            property="PublicAccessBlockConfiguration",
        )


@rule(
    "exposure-bucket-acl",
    "S3::Bucket",
    title="ACLs of buckets are switched off",
    why="an ACL gives away objects one by one, where no policy shows it",
    source=f"{CONTROLS}/s3-controls.html#s3-12",
)
def bucket_acl(resource: Resource, _: Scene) -> Iterator[Fault]:
    """The bucket's owner owns all objects, and no canned ACL opens it."""
    for number, each in enumerate(resource.mappings("OwnershipControls.Rules")):
        owner = each.get("ObjectOwnership")
        if is_literal(owner) and owner != "BucketOwnerEnforced":
            yield Fault(
                message=f"{owner} lets ACLs decide who reads objects",
                remedy="set ObjectOwnership to BucketOwnerEnforced",
                property=f"OwnershipControls.Rules.{number}.ObjectOwnership",
            )
    canned = resource.get("AccessControl")
    if isinstance(canned, str) and (canned.startswith("Public") or canned == "AuthenticatedRead"):
        yield Fault(
            message=f"{canned} opens it to everybody",
            remedy="take AccessControl away",
            property="AccessControl",
        )


@rule(
    "exposure-bucket-cors",
    "S3::Bucket",
    title="only known sites write to buckets from a browser",
    why="with * any page that a signed-in user opens writes in their name",
    source=f"{DOCS}/AmazonS3/latest/userguide/ManageCorsUsing.html",
)
def bucket_cors(resource: Resource, _: Scene) -> Iterator[Fault]:
    """No writing method for every origin, and none over plain HTTP."""
    for number, each in enumerate(resource.mappings("CorsConfiguration.CorsRules")):
        methods = {str(method).upper() for method in listed(each.get("AllowedMethods"))}
        origins = [str(origin) for origin in listed(each.get("AllowedOrigins"))]
        open_ones = [o for o in origins if o in ("*", "http://*", "https://*") or _plain(o)]
        writing = "/".join(sorted(methods & WRITING))
        if writing and open_ones:
            yield Fault(
                message=f"pages of {', '.join(open_ones)} may {writing}",
                remedy="name the https origins that write",
                property=f"CorsConfiguration.CorsRules.{number}.AllowedOrigins",
            )


def _plain(origin: str) -> bool:
    """Whether pages from an origin can be changed on their way; one's own machine has no way."""
    return origin.startswith("http://") and not origin.startswith(
        ("http://localhost", "http://127.0.0.1")
    )


@rule(
    "exposure-bucket-logs",
    "S3::Bucket",
    title="who reached objects is written down",
    why="after a leak nobody can say what was read",
    source=f"{CONTROLS}/s3-controls.html#s3-9",
    severity="warning",
)
def bucket_logs(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """Server access logs, in another bucket; one that holds logs needs none."""
    path = "LoggingConfiguration.DestinationBucketName"
    if resource in log_targets(scene.estate):
        return
    if not resource.get(path):
        yield Fault(
            message="nobody writes down who reads and writes it",
            remedy=f"set {path}",
            property=path,
        )


@rule(
    "exposure-log-loop",
    "S3::Bucket",
    title="no bucket writes its access logs into itself",
    why="each log is an access that makes another log, without end",
    source=f"{DOCS}/AmazonS3/latest/userguide/ServerLogs.html",
)
def log_loop(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """Another bucket takes them."""
    path = "LoggingConfiguration.DestinationBucketName"
    said = resource.get("LoggingConfiguration")
    own = isinstance(said, dict) and not said.get("DestinationBucketName")
    if own or (resource.get(path) and scene.estate.at(resource.get(path)) is resource):
        yield Fault(
            message="it logs into itself",
            remedy="log into a bucket that only holds logs",
            property=path,
        )


@rule(
    "exposure-balancer-logs",
    "ElasticLoadBalancingV2::LoadBalancer",
    title="requests to balancers are written down",
    why="after an attack or an outage nobody can say who asked for what",
    source=f"{CONTROLS}/elb-controls.html#elb-5",
)
def balancer_logs(resource: Resource, _: Scene) -> Iterator[Fault]:
    """Access logs are on, and a bucket is said."""
    said = attributes(resource, "LoadBalancerAttributes")
    if resource.get("Type", "application") == "gateway":
        return
    if said.get("access_logs.s3.enabled", "false") == "false":
        yield Fault(
            message="nobody writes down requests",
            remedy="set access_logs.s3.enabled to true",
            property="LoadBalancerAttributes",
        )
    elif not said.get("access_logs.s3.bucket"):
        yield Fault(
            message="access logs are on and go nowhere: ELB refuses that",
            remedy="set access_logs.s3.bucket",
            property="LoadBalancerAttributes",
        )
