"""S3 buckets: closed to the public, encrypted, versioned, over TLS only, with access logs."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3

from config.attributes import BALANCER
from config.model.optouts import AwsKey, Unversioned
from stackyard.iam import Statement
from stackyard.marks import NEXT_RELEASE, acknowledge, belongs_to, keep, planned
from stackyard.node import Grant, Node
from stackyard.place import place_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from constructs import Construct

    from config.model.buckets import Bucket as BucketSpec
    from config.model.buckets import Cors
    from stackyard.key import EnvironmentKey

READ = ["s3:GetObject"]
WRITE = ["s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"]
ACTIONS = {"read": READ, "write": WRITE, "read-write": READ + WRITE}
KEY_ACTIONS = {
    "read": ["kms:Decrypt"],
    # S3 reads the parts of a multipart upload again when it puts them together.
    "write": ["kms:Decrypt", "kms:GenerateDataKey"],
    "read-write": ["kms:Decrypt", "kms:GenerateDataKey"],
}


class LogBucket(s3.Bucket):
    """Where S3 and the balancer write down who reached them, for a year.

    Their log delivery can't use a customer's key, so this one is encrypted with S3's own. What is
    deleted or replaced can be had back for a month: a log that somebody can edit proves nothing.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, of_balancer: bool, of_buckets: bool
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            versioned=True,
            lifecycle_rules=[
                s3.LifecycleRule(
                    expiration=cdk.Duration.days(365),
                    noncurrent_version_expiration=cdk.Duration.days(30),
                )
            ],
        )
        keep(self)
        belongs_to(self, "access-logs")
        acknowledge(
            self,
            "S3DefaultEncryptionKMS",
            reason="Log delivery of balancers and of S3 can write under S3's own keys only",
        )
        _replicated_later(self)
        _told_to_nobody(self)
        acknowledge(
            self,
            "CT.S3.PR.2",
            reason="It holds the access logs of the others; logging its own would never end",
        )
        if not of_buckets:
            acknowledge(
                self, "S1", reason="It holds the access logs of the balancer, and no others to log"
            )
        if of_balancer:
            self._take_from_balancers()

    def _take_from_balancers(self) -> None:
        """Let this account's load balancers write here.

        https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
        """
        place = place_of(self)
        balancers = place.arn("elasticloadbalancing", "loadbalancer/*")
        self.add_to_resource_policy(
            iam.PolicyStatement(
                sid="OnlyThisAccountsBalancers",
                principals=[iam.ServicePrincipal("logdelivery.elasticloadbalancing.amazonaws.com")],
                actions=["s3:PutObject"],
                resources=[self.arn_for_objects(f"{BALANCER}/AWSLogs/{place.account}/*")],
                conditions={"ArnLike": {"aws:SourceArn": balancers}},
            )
        )


class Bucket(s3.Bucket):
    """A bucket of the graph."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        node: str,
        spec: BucketSpec,
        key: EnvironmentKey,
        logs: s3.IBucket | None,
    ) -> None:
        own_key = not isinstance(spec.encryption, AwsKey)
        super().__init__(
            scope,
            construct_id,
            bucket_name=spec.name,
            encryption=s3.BucketEncryption.KMS if own_key else s3.BucketEncryption.S3_MANAGED,
            encryption_key=key if own_key else None,
            bucket_key_enabled=own_key or None,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            versioned=not isinstance(spec.versioned, Unversioned),
            lifecycle_rules=[_lifecycle(spec)],
            cors=[_cors(rule) for rule in spec.cors] or None,
            server_access_logs_bucket=logs,
            server_access_logs_prefix=f"{node}/",
        )
        self._name = spec.name
        self._key_arn = key.arn if own_key else None
        keep(self)
        belongs_to(self, node)
        if isinstance(spec.encryption, AwsKey):
            reason = f"The file encrypts it with S3's own keys: {spec.encryption.reason}"
            for rule in ("S3DefaultEncryptionKMS", "encryption-bucket-key"):
                acknowledge(self, rule, reason=reason)
        if isinstance(spec.versioned, Unversioned):
            reason = f"The file keeps no versions: {spec.versioned.reason}"
            acknowledge(self, "S3BucketVersioningEnabled", reason=reason)
            acknowledge(
                self,
                "S3BucketReplicationEnabled",
                reason=f"S3 copies versioned objects only. {reason}",
            )
        else:
            _replicated_later(self)
        _told_to_nobody(self)

    def open_to(self, *, reader: str, cidrs: Iterable[str]) -> None:
        """Let anybody who comes from these addresses read objects (and nothing else)."""
        self.add_to_resource_policy(
            iam.PolicyStatement(
                sid=f"ReadBy{reader.title().replace('-', '')}",
                principals=[iam.AnyPrincipal()],
                actions=["s3:GetObject"],
                resources=[self.arn_for_objects("*")],
                conditions={"IpAddress": {"aws:SourceIp": list(cidrs)}},
            )
        )

    @property
    def node_for_consumers(self) -> Node:
        """What links may ask of it."""
        return Node(
            values={"name": self.bucket_name, "region": place_of(self).region},
            grant=lambda access: self._grant(access) if access else Grant(),
        )

    @cached_property
    def _consumers_arn(self) -> str:
        """Its ARN in other stacks: literal where the name is, else an output with a known name.

        The name has to be known because acknowledging a wildcard takes the exact text of it.
        """
        if self._name:
            return f"arn:aws:s3:::{self._name}"
        stack, output = cdk.Stack.of(self), f"{self.node.id}Arn"
        cdk.CfnOutput(stack, output, value=self.bucket_arn)
        return cdk.Fn.get_stack_output(stack.stack_name, output, stack.region)

    def _grant(self, access: str) -> Grant:
        arn = self._consumers_arn
        statements = [
            Statement(actions=ACTIONS[access], resources=[f"{arn}/*"]),
            # Without it S3 answers 403 where it should answer 404.
            Statement(actions=["s3:ListBucket"], resources=[arn]),
        ]
        if self._key_arn:
            via = {"kms:ViaService": f"s3.{place_of(self).region}.amazonaws.com"}
            statements.append(
                Statement(
                    actions=KEY_ACTIONS[access],
                    resources=[self._key_arn],
                    conditions={"StringEquals": via},
                )
            )
        reason = "The objects of the one bucket that the file links to, by object actions only"
        return Grant(statements=statements, wildcards={f"{arn}/*": reason})


def _replicated_later(bucket: s3.Bucket) -> None:
    planned(
        bucket,
        "S3BucketReplicationEnabled",
        until=NEXT_RELEASE,
        reason="Copies in a second region come with the plan for backups; until then versions"
        " protect objects from whoever deletes or replaces them",
    )


def _told_to_nobody(bucket: s3.Bucket) -> None:
    acknowledge(
        bucket,
        "CT.S3.PR.4",
        reason="Nothing of the file waits for events of its objects, and events that nobody hears"
        " are no safeguard",
    )
    acknowledge(
        bucket,
        "CT.S3.PR.9",
        reason="Programs may delete their own objects, which locked ones could not be; versions"
        " keep what was deleted, for as long as the file says",
    )


def _lifecycle(spec: BucketSpec) -> s3.LifecycleRule:
    def days(number: int | None) -> cdk.Duration | None:
        return cdk.Duration.days(number) if number else None

    glacier = days(spec.glacier_after_days)
    move = s3.Transition(storage_class=s3.StorageClass.GLACIER, transition_after=glacier)
    return s3.LifecycleRule(
        abort_incomplete_multipart_upload_after=days(7),
        noncurrent_version_expiration=days(spec.expire_old_versions_after_days),
        expiration=days(spec.expire_after_days),
        transitions=[move] if glacier else None,
    )


def _cors(rule: Cors) -> s3.CorsRule:
    return s3.CorsRule(
        allowed_origins=list(rule.origins),
        allowed_methods=[s3.HttpMethods[method] for method in rule.methods],
        allowed_headers=list(rule.headers),
        exposed_headers=list(rule.exposed),
        max_age=rule.max_age,
    )
