"""Rules of EventBridge: patterns that can match, of what is there, and targets that take them."""

from __future__ import annotations

import json
import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from checks.estate import listed
from checks.rules.naming import known_at, names_of
from checks.rules.rule import Fault, rule
from checks.rules.values import is_literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Resource
    from checks.rules.rule import Scene

GUIDE = "https://docs.aws.amazon.com/eventbridge/latest/userguide"
FIELDS = {
    "account",
    "detail",
    "detail-type",
    "id",
    "region",
    "resources",
    "source",
    "time",
    "version",
    "$or",
}
# How the types of events of a service begin, besides what CloudTrail tells of every service.
# https://docs.aws.amazon.com/eventbridge/latest/ref/events.html
KNOWN_TYPES = (
    "CloudFormation Stack Status Change",
    "CodeBuild Build State Change",
    "CodePipeline Pipeline Execution State Change",
    "ECS Deployment State Change",
    "ECS Service Action",
    "ECS Task State Change",
    "RDS DB Cluster Event",
    "RDS DB Instance Event",
    "Scheduled Event",
    "Secret Label Updated",
    "Step Functions Execution Status Change",
)
TYPES = {
    "aws.acm": ("ACM ",),
    "aws.cloudformation": ("CloudFormation ",),
    "aws.cloudwatch": ("CloudWatch ",),
    "aws.codebuild": ("CodeBuild ", "Codebuild "),
    "aws.codepipeline": ("CodePipeline ",),
    "aws.ecr": ("ECR ",),
    "aws.ecs": ("ECS ",),
    "aws.health": ("AWS Health ",),
    "aws.rds": ("RDS ",),
    "aws.states": ("Step Functions ",),
}
ANY_SERVICE = ("AWS API Call via CloudTrail", "AWS Service Event via CloudTrail", "AWS Console ")
# Their events name resources by ARNs of the very same service.
SAME = {
    "aws.secretsmanager",
    "aws.rds",
    "aws.ecs",
    "aws.states",
    "aws.s3",
    "aws.ecr",
    "aws.codebuild",
}
# Which literal values of `detail` name whom.
NAMES = {
    "project-name": ("AWS::CodeBuild::Project", "Name"),
    "SourceIdentifier": ("AWS::RDS::DBInstance", "DBInstanceIdentifier"),
    "repository-name": ("AWS::ECR::Repository", "RepositoryName"),
}
VALUES = {
    "build-status": re.compile(r"IN_PROGRESS|SUCCEEDED|FAILED|STOPPED"),
    "EventCategories": re.compile(r"[a-z][a-z ,]*"),
    "labelUpdated": re.compile(r"AWS(CURRENT|PENDING|PREVIOUS)"),
    "stack-id": re.compile(r"arn:[\w-]+:cloudformation:\S+"),
    "status-details.status": re.compile(r"[A-Z]+(_[A-Z]+)+"),
}


def pattern_of(resource: Resource) -> Any:
    """The pattern of a rule, also where it is written as text."""
    said = resource.get("EventPattern")
    if not isinstance(said, str):
        return said
    try:
        return json.loads(said)
    except ValueError:
        return said


@rule(
    "events-rule",
    "Events::Rule",
    title="rules of events are on, wait for something and hand it to somebody",
    why="what was to follow an event never happens, and nothing says so",
    source=f"{GUIDE}/eb-rules.html",
)
def waits(resource: Resource, _: Scene) -> Iterator[Fault]:
    """A state that is not off, a pattern or a schedule, a target."""
    if resource.get("State") == "DISABLED":
        yield Fault(message="it is switched off", remedy="take State away", property="State")
    pattern = resource.get("EventPattern")
    if not pattern and not resource.get("ScheduleExpression"):
        yield Fault(
            message="it waits for nothing",
            remedy="say a pattern or a schedule",
            property="EventPattern",
        )
    if not resource.mappings("Targets"):
        yield Fault(message="nobody gets its events", remedy="name a target", property="Targets")
    if resource.get("ScheduleExpression") and resource.get("EventBusName", "default") != "default":
        yield Fault(
            message="only the default bus has schedules",
            remedy="leave EventBusName out",
            property="EventBusName",
        )


@rule(
    "events-pattern",
    "Events::Rule",
    title="patterns match events that there are, of things that are there",
    why="a pattern with a slip matches nothing, for ever, without a word",
    source=f"{GUIDE}/eb-event-patterns.html",
)
def pattern(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """Known fields, lists of values, types that the source has, names of the estate."""
    found = pattern_of(resource)
    if found is None or (isinstance(found, str) and not is_literal(found)):
        return
    if not isinstance(found, dict):
        yield _mismatch("EventPattern", "it is no JSON object")
        return
    for name in sorted(set(found) - FIELDS):
        yield _mismatch(f"EventPattern.{name}", f"events have no field {name}")
    yield from _leaves(found, "EventPattern", scene)
    yield from _kinds(found)
    sources = [str(each) for each in listed(found.get("source"))]
    for each in listed(found.get("resources")):
        if is_literal(each) and not each.startswith(("arn:", "*")):
            yield _mismatch("EventPattern.resources", f"{each} is no ARN, and events name ARNs")
        service = each.split(":")[2] if is_literal(each) and each.count(":") > 4 else ""
        if service and len(sources) == 1 and sources[0] in SAME and service != sources[0][4:]:
            yield _mismatch("EventPattern.resources", f"{each} is not of {sources[0]}")


def _kinds(found: dict[str, Any]) -> Iterator[Fault]:
    """Types of events that their sources have; AWS's own ones come from nobody else."""
    sources = [each for each in listed(found.get("source")) if isinstance(each, str)]
    kinds = [each for each in listed(found.get("detail-type")) if is_literal(each)]
    for source in sources:
        if source.lower().startswith("aws.") and source != source.lower():
            yield _mismatch("EventPattern.source", f"{source} is not written like that")
        prefixes = TYPES.get(source, ())
        for said in kinds if prefixes else []:
            if not said.startswith((*prefixes, *ANY_SERVICE)):
                yield _mismatch("EventPattern.detail-type", f"{source} has no event '{said}'")
    for said in kinds:
        near = get_close_matches(said, KNOWN_TYPES, n=1, cutoff=0.95)
        if near and said not in KNOWN_TYPES:
            yield _mismatch("EventPattern.detail-type", f"'{said}' is not quite '{near[0]}'")
    for said in kinds if sources else []:
        owners = {each for each, known in TYPES.items() if said.startswith(known)}
        if owners and not owners & set(sources):
            yield _mismatch("EventPattern.source", f"'{said}' comes from {', '.join(owners)}")


def _leaves(value: dict[str, Any], path: str, scene: Scene) -> Iterator[Fault]:
    for name, inner in value.items():
        place = f"{path}.{name}"
        if isinstance(inner, dict):
            yield from _leaves(inner, place, scene)
        elif not isinstance(inner, list):
            yield _mismatch(place, "values of a pattern stand in a list")
        elif not inner:
            yield _mismatch(place, "an empty list matches nothing")
        else:
            for each in inner:
                if problem := _wrong_value(place, each, scene):
                    yield _mismatch(place, problem)


def _wrong_value(place: str, value: Any, scene: Scene) -> str:
    if not isinstance(value, str):
        return ""
    name = place.rpartition(".")[2]
    expected = next((VALUES[each] for each in VALUES if place.endswith(f".{each}")), None)
    if expected and is_literal(value) and not expected.fullmatch(value):
        return f"{name} is never '{value}'"
    if known := NAMES.get(name):
        found = known_at(scene.estate, value)
        if found is not None and found.kind != known[0]:
            return f"{found.ref} is a {found.kind}"
        names = names_of(scene.estate, *known)
        if is_literal(value) and names and not {"*", value.lower()} & names:
            return f"nothing here is called {value}"
    return ""


def _mismatch(path: str, message: str) -> Fault:
    return Fault(message=message, remedy="see the event's structure", property=path)
