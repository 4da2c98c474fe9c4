"""What a service opens by itself: function URLs, logins, tags that move, builds, subscriptions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.estate import listed
from checks.rules.documents import is_wide
from checks.rules.rule import Fault, rule
from checks.rules.values import is_false, is_literal, is_true

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Resource
    from checks.rules.rule import Scene

DOCS = "https://docs.aws.amazon.com"
CONTROLS = f"{DOCS}/securityhub/latest/userguide"


@rule(
    "exposure-function-url",
    "Lambda::Url",
    title="addresses of functions ask who calls",
    why="with NONE anybody who learns the address runs the function, at your cost",
    source=f"{DOCS}/lambda/latest/dg/urls-auth.html",
)
def function_url(resource: Resource, _: Scene) -> Iterator[Fault]:
    """IAM looks at each call."""
    if resource.get("AuthType") == "NONE":
        yield Fault(
            message="anybody may call the function",
            remedy="set AuthType to AWS_IAM, or put a balancer or CloudFront before it",
            property="AuthType",
        )


@rule(
    "exposure-lambda-permission",
    "Lambda::Permission",
    title="functions are invoked by one known source",
    why="a service acts for every AWS customer: without a source another account's topic or bucket"
    " invokes the function, too",
    source=f"{CONTROLS}/lambda-controls.html#lambda-1",
)
def lambda_permission(resource: Resource, _: Scene) -> Iterator[Fault]:
    """A source is named, nobody is everybody, and invoking is all that is allowed."""
    who, action = resource.get("Principal"), resource.get("Action")
    known = any(resource.get(name) for name in ("SourceArn", "SourceAccount", "EventSourceToken"))
    if who == "*" and not (known or resource.get("PrincipalOrgID")):
        if resource.get("FunctionUrlAuthType") != "AWS_IAM":
            yield Fault(
                message="anybody may invoke the function",
                remedy="name the account or service that may",
                property="Principal",
            )
    elif isinstance(who, str) and who.endswith(".amazonaws.com") and not known:
        yield Fault(
            message=f"{who} may invoke the function for anybody's account",
            remedy="set SourceArn, or SourceAccount where the source is not known yet",
            property="SourceArn",
        )
    if isinstance(action, str) and "*" in action:
        yield Fault(
            message=f"{action} is more than invoking",
            remedy="allow lambda:InvokeFunction",
            property="Action",
        )


@rule(
    "exposure-cache-login",
    "ElastiCache::ReplicationGroup",
    "ElastiCache::ServerlessCache",
    title="caches ask for a login",
    why="whoever reaches the port reads and empties the cache otherwise",
    source=f"{DOCS}/AmazonElastiCache/latest/dg/Clusters.RBAC.html",
)
def cache_login(resource: Resource, _: Scene) -> Iterator[Fault]:
    """A group of users, or a password for all."""
    names = ("UserGroupIds", "UserGroupId", "AuthToken")
    if str(resource.get("Engine", "redis")).lower() == "memcached":
        return
    if not any(resource.get(name) for name in names):
        serverless = resource.kind == "AWS::ElastiCache::ServerlessCache"
        yield Fault(
            message="everybody who reaches it may do everything",
            remedy="give it a user group whose default user is off",
            property="UserGroupId" if serverless else "UserGroupIds",
        )


@rule(
    "exposure-build-privileged",
    "CodeBuild::Project",
    title="builds run without privileges of the host",
    why="a privileged container reaches the machine under it, and the role's credentials with it",
    source=f"{CONTROLS}/codebuild-controls.html#codebuild-5",
)
def build_privileged(resource: Resource, _: Scene) -> Iterator[Fault]:
    """Only building images with Docker needs them."""
    if is_true(resource.get("Environment.PrivilegedMode")):
        yield Fault(
            message="the build has the privileges of its host",
            remedy="set PrivilegedMode to false",
            property="Environment.PrivilegedMode",
        )


@rule(
    "exposure-image-tags",
    "ECR::Repository",
    title="a tag of an image never moves",
    why="who may push replaces what runs under a known tag; without a word tags are mutable",
    source=f"{CONTROLS}/ecr-controls.html#ecr-2",
)
def image_tags(resource: Resource, _: Scene) -> Iterator[Fault]:
    """Immutable, with named exceptions at most."""
    said = resource.get("ImageTagMutability", "MUTABLE")
    filters = resource.mappings("ImageTagMutabilityExclusionFilters")
    every = said == "IMMUTABLE_WITH_EXCLUSION" and any(
        each.get("ImageTagMutabilityExclusionFilterValue") == "*" for each in filters
    )
    if str(said).startswith("MUTABLE") or every:
        yield Fault(
            message="any push may move its tags",
            remedy="set ImageTagMutability to IMMUTABLE",
            property="ImageTagMutability",
        )


@rule(
    "exposure-image-scan",
    "ECR::Repository",
    title="images are scanned when they are pushed",
    why="known holes in packages are found by nobody otherwise",
    source=f"{CONTROLS}/ecr-controls.html#ecr-1",
    severity="warning",
)
def image_scan(resource: Resource, _: Scene) -> Iterator[Fault]:
    """The registry's own scan, at each push."""
    scans = resource.get("ImageScanningConfiguration.ScanOnPush")
    if scans is None or is_false(scans):
        yield Fault(
            message="nobody looks for holes in its images",
            remedy="set ScanOnPush to true",
            property="ImageScanningConfiguration.ScanOnPush",
        )


@rule(
    "exposure-subscription",
    "SNS::Subscription",
    "SNS::Topic",
    title="notifications are not sent over plain HTTP",
    why="everybody on the way reads and changes them",
    source=f"{DOCS}/sns/latest/dg/sns-security-best-practices.html",
)
def subscription(resource: Resource, _: Scene) -> Iterator[Fault]:
    """Neither by protocol nor by address."""
    inline = resource.kind == "AWS::SNS::Topic"
    for number, each in enumerate(
        resource.mappings("Subscription") if inline else [dict(resource.properties)]
    ):
        plain = isinstance(each.get("Endpoint"), str) and each["Endpoint"].startswith("http://")
        if each.get("Protocol") == "http" or plain:
            yield Fault(
                message="messages go out unencrypted",
                remedy="subscribe an https address",
                property=f"Subscription.{number}.Protocol" if inline else "Protocol",
            )


@rule(
    "exposure-public-endpoint",
    "EKS::Cluster",
    "OpenSearchService::Domain",
    title="what administers or searches is not on the internet",
    why="one stolen credential is enough then, from anywhere",
    source=f"{CONTROLS}/eks-controls.html#eks-1",
)
def public_endpoint(resource: Resource, _: Scene) -> Iterator[Fault]:
    """The endpoint lies in a network, or only known addresses reach it."""
    if resource.kind == "AWS::OpenSearchService::Domain":
        if not resource.get("VPCOptions"):
            yield Fault(
                message="the domain lies outside of any network",
                remedy="set VPCOptions",
                property="VPCOptions",
            )
        return
    blocks = listed(resource.get("ResourcesVpcConfig.PublicAccessCidrs")) or ["0.0.0.0/0"]
    if not is_false(resource.get("ResourcesVpcConfig.EndpointPublicAccess")) and any(
        map(is_wide, blocks)
    ):
        yield Fault(
            message="everybody reaches the control plane",
            remedy="set EndpointPublicAccess to false, or name addresses in PublicAccessCidrs",
            property="ResourcesVpcConfig.PublicAccessCidrs",
        )


@rule(
    "exposure-instance-metadata",
    "EC2::Instance",
    "EC2::LaunchTemplate",
    title="instances give their credentials to IMDSv2 only",
    why="with version 1 one request that a program is made to send hands out its role",
    source=f"{CONTROLS}/ec2-controls.html#ec2-8",
)
def instance_metadata(resource: Resource, _: Scene) -> Iterator[Fault]:
    """A token is asked for."""
    inside = "" if resource.kind == "AWS::EC2::Instance" else "LaunchTemplateData."
    path = f"{inside}MetadataOptions.HttpTokens"
    tokens = resource.get(path)
    if tokens is None or (is_literal(tokens) and tokens != "required"):
        yield Fault(
            message="it answers requests without a token",
            remedy="set HttpTokens to required",
            property=path,
        )
