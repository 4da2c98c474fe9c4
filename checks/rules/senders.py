"""Who sends to whom by a resource's policy: alarms, rules, subscriptions, buckets, rotations."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from checks.estate import listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from checks.estate import Estate, Resource

ACTIONS = ("AlarmActions", "OKActions", "InsufficientDataActions")
BUCKET = (
    ("LambdaConfigurations", "Function"),
    ("TopicConfigurations", "Topic"),
    ("QueueConfigurations", "Queue"),
)


@dataclass(frozen=True)
class Sending:
    """A resource that makes a service send to a target, and the property that says so.

    `source` is what the service names as the source of what it sends; what is `fixed` is the same
    each time, so that nothing is lost that could not be sent again.
    """

    service: str
    by: Resource
    path: str
    target: Resource
    source: Resource | None
    fixed: bool = False


def _sendings(estate: Estate) -> Iterator[tuple[Any, ...]]:
    for alarm in estate.of("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"):
        for name in ACTIONS:
            for value in listed(alarm.get(name)):
                yield "cloudwatch", alarm, name, value, alarm
    for each in estate.of("AWS::Events::Rule"):
        for number, target in enumerate(each.mappings("Targets")):
            fixed = bool(each.get("ScheduleExpression") or target.get("Input"))
            if not target.get("RoleArn"):
                yield "events", each, f"Targets.{number}.Arn", target.get("Arn"), each, fixed
    for each in estate.of("AWS::SNS::Subscription"):
        yield "sns", each, "Endpoint", each.get("Endpoint"), estate.at(each.get("TopicArn"))
    for each in estate.of("AWS::SecretsManager::RotationSchedule"):
        source = estate.at(each.get("SecretId"))
        yield "secretsmanager", each, "RotationLambdaARN", each.get("RotationLambdaARN"), source
    for each in estate.of("AWS::Logs::SubscriptionFilter"):
        source = estate.at(each.get("LogGroupName"))
        yield "logs", each, "DestinationArn", each.get("DestinationArn"), source
    yield from _of_buckets(estate)


def _of_buckets(estate: Estate) -> Iterator[tuple[Any, ...]]:
    for bucket in estate.of("AWS::S3::Bucket"):
        for name, to in BUCKET:
            place = f"NotificationConfiguration.{name}"
            for number, config in enumerate(bucket.mappings(place)):
                yield "s3", bucket, f"{place}.{number}.{to}", config.get(to), bucket


@lru_cache(maxsize=8)
def sendings(estate: Estate) -> Mapping[Resource, list[Sending]]:
    """What is sent by services without a role, by the one who receives it."""
    found: dict[Resource, list[Sending]] = defaultdict(list)
    for service, by, path, value, source, *fixed in _sendings(estate):
        target = estate.at(value)
        if target and target.kind in ("AWS::Lambda::Alias", "AWS::Lambda::Version"):
            target = estate.at(target.get("FunctionName"))
        if target:
            found[target].append(Sending(service, by, path, target, source, *fixed))
    return found
