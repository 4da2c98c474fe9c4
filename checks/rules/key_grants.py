"""Keys are open to the services that have to use them: logs are made, alarms and events arrive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.rules.conditions import acts
from checks.rules.grants import Grants, grants
from checks.rules.rule import Fault, rule
from checks.rules.senders import sendings
from checks.rules.values import is_literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Resource
    from checks.graph.policies import Statement
    from checks.rules.rule import Scene

DOCS = "https://docs.aws.amazon.com"
FOR_LOGS = ("kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey")
FOR_MESSAGES = ("kms:Decrypt", "kms:GenerateDataKey")
CONTEXT = "kms:EncryptionContext:aws:logs:arn"


@rule(
    "encryption-key-logs",
    "Logs::LogGroup",
    title="the key of a log group lets CloudWatch Logs use it",
    why="the log group is not made, and the deployment fails",
    source=f"{DOCS}/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html",
)
def key_logs(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """Its policy names the service of the region, for this group."""
    found = grants(scene.estate)
    key = found.key_of(resource)
    if not key or isinstance(key.get("KeyPolicy"), str):
        return
    lets = [
        each
        for each in found.of(key)
        if _serves_logs(found, each, resource) and any(found.covers(p, key) for p in each.resources)
    ]
    missing = [a for a in FOR_LOGS if not any(acts(each, a) for each in lets)]
    if missing:
        yield Fault(
            message=f"the policy of {key.logical_id} lets CloudWatch Logs not use it"
            f" ({', '.join(missing)})",
            remedy="allow them to logs.<region>.amazonaws.com, for the account's log groups",
            property="KmsKeyId",
        )


def _is_for(found: Grants, arn: str, group: Resource) -> bool:
    """A pattern that takes the group in; a name that AWS makes up needs one with an open end."""
    made_up = not isinstance(group.get("LogGroupName"), str)
    return found.covers(arn, group) and (not made_up or arn.endswith("*") or "<" in arn)


def _serves_logs(found: Grants, statement: Statement, group: Resource) -> bool:
    region = group.region
    arns = statement.condition(CONTEXT)
    return (
        statement.allows
        and any(
            kind == "Service"
            and who.startswith("logs.")
            and (
                not region
                or "<" in who
                or who in ("logs.amazonaws.com", f"logs.{region}.amazonaws.com")
            )
            for kind, who in statement.principals
        )
        and (not arns or any(_is_for(found, arn, group) for arn in arns))
        and found.is_source(statement.condition("aws:SourceAccount"), [], group, None)
    )


@rule(
    "encryption-key-messages",
    "SNS::Topic",
    "SQS::Queue",
    title="the key of a topic or queue lets those who send to it use it",
    why="alarms and events are lost without a word: the sender may publish, and not encrypt",
    source=f"{DOCS}/sns/latest/dg/sns-key-management.html",
)
def key_messages(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """Its policy names the services that publish; AWS's own keys can't."""
    found = grants(scene.estate)
    named, key = resource.get("KmsMasterKeyId"), found.key_of(resource, "KmsMasterKeyId")
    senders = {each.service: each for each in sendings(scene.estate).get(resource, [])}
    for service, sending in senders.items():
        if is_literal(named) and named.startswith("alias/aws/"):
            missing = list(FOR_MESSAGES)
        elif key and not isinstance(key.get("KeyPolicy"), str):
            source = sending.source
            missing = [a for a in FOR_MESSAGES if not found.admits(key, service, a, source=source)]
        else:
            continue
        if missing:
            yield Fault(
                message=f"{sending.by.logical_id} ({service}.amazonaws.com) may not use its key"
                f" ({', '.join(missing)})",
                remedy="use a key whose policy allows this to the service",
                property="KmsMasterKeyId",
            )
