"""How much a rule of events takes in: whose events, and which of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from checks.estate import listed
from checks.rules.events import GUIDE, pattern_of
from checks.rules.rule import Fault, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Resource
    from checks.rules.rule import Scene

# Where the events of a service name their subject.
SUBJECTS = {
    "aws.cloudformation": ("stack-id", "stackId"),
    "aws.codebuild": ("project-name",),
    "aws.ecr": ("repository-name",),
    "aws.ecs": ("clusterArn", "group", "taskDefinitionArn", "serviceName"),
    "aws.rds": ("SourceIdentifier", "SourceArn"),
    "aws.s3": ("bucket",),
    "aws.secretsmanager": ("secretId", "arn", "requestParameters"),
    "aws.states": ("stateMachineArn",),
}
# What tells that something is over, or current, from what is only on its way.
STATES = {
    "CloudFormation Stack Status Change": "status",
    "CodeBuild Build State Change": "build-status",
    "Secret Label Updated": "labelUpdated",
}


@rule(
    "events-precise",
    "Events::Rule",
    title="patterns say what kind of event they mean, and whose",
    why="it also fires for what others in the account do, and what follows hits the wrong ones",
    source=f"{GUIDE}/eb-patterns-best-practices.html",
    severity="warning",
)
def precise(resource: Resource, _: Scene) -> Iterator[Fault]:
    """A source and a type; the subject, where events of that service are about one."""
    found = pattern_of(resource)
    if not isinstance(found, dict) or "$or" in found:
        return
    sources = [each for each in listed(found.get("source")) if isinstance(each, str)]
    if "source" not in found:
        yield _broad("EventPattern.source", "it matches events of every source")
    if "detail-type" not in found:
        yield _broad("EventPattern.detail-type", "it matches every kind of event")
    keys = set(_keys(found.get("detail")))
    for kind in listed(found.get("detail-type")):
        if (state := STATES.get(str(kind))) and state not in keys:
            yield _broad("EventPattern.detail", f"it matches '{kind}' from beginning to end")
    if found.get("resources"):
        return
    for source in sources:
        subjects = SUBJECTS.get(source)
        if subjects and not keys & set(subjects):
            yield _broad("EventPattern.detail", f"it matches events of everything in {source}")


def _keys(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _keys(inner)
    elif isinstance(value, list):
        for each in value:
            yield from _keys(each)


def _broad(path: str, message: str) -> Fault:
    return Fault(message=message, remedy="name it in the pattern", property=path)
