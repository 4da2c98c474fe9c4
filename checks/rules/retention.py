"""How long things are kept: versions, lifecycles, logs, images, dead letters, queues in caches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from checks.rules.buckets import log_targets
from checks.rules.rule import Fault, rule
from checks.rules.values import is_literal, number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Resource
    from checks.rules.rule import Scene

DOCS = "https://docs.aws.amazon.com"
S3 = f"{DOCS}/AmazonS3/latest/userguide"
FEWEST_OLD_DAYS = 7
FEWEST_ACCESS_LOG_DAYS = 90
FEWEST_LOG_DAYS = {True: 30, False: 7}
# What CloudWatch Logs takes; anything else fails the deployment.
LOG_DAYS = {
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557),
    *(2922, 3288, 3653),
}
INFREQUENT = ("STANDARD_IA", "ONEZONE_IA")
FEWEST_INFREQUENT_DAYS = 30
DAYS = {
    "ExpirationInDays": ("ExpirationInDays",),
    "NoncurrentVersionExpirationInDays": ("NoncurrentVersionExpirationInDays",),
    "NoncurrentVersionExpiration": ("NoncurrentVersionExpiration", "NoncurrentDays"),
    "AbortIncompleteMultipartUpload": ("AbortIncompleteMultipartUpload", "DaysAfterInitiation"),
}


def _rules(bucket: Resource) -> Iterator[tuple[str, dict[str, Any]]]:
    for place, each in enumerate(bucket.mappings("LifecycleConfiguration.Rules")):
        yield f"LifecycleConfiguration.Rules.{place}", each


def _days(each: dict[str, Any], name: str) -> float | None:
    found: Any = each
    for key in DAYS[name]:
        found = found.get(key) if isinstance(found, dict) else None
    return number(found)


def _old_days(each: dict[str, Any]) -> float | None:
    new = _days(each, "NoncurrentVersionExpiration")
    return _days(each, "NoncurrentVersionExpirationInDays") if new is None else new


@rule(
    "durability-versions",
    "S3::Bucket",
    title="buckets keep what is overwritten or deleted",
    why="one wrong delete is final otherwise",
    source=f"{S3}/Versioning.html",
    production=True,
)
def versions(resource: Resource, _: Scene) -> Iterator[Fault]:
    """Versioning is enabled."""
    said = resource.get("VersioningConfiguration.Status", "Suspended")
    if is_literal(said) and said != "Enabled":
        yield Fault(
            message="what is overwritten or deleted is gone",
            remedy="set VersioningConfiguration.Status to Enabled",
            property="VersioningConfiguration.Status",
        )


@rule(
    "durability-old-versions",
    "S3::Bucket",
    title=f"old versions stay for {FEWEST_OLD_DAYS} days or more",
    why="a mistake on a Friday is noticed on Monday, when the way back is gone",
    source=f"{S3}/intro-lifecycle-rules.html",
)
def old_versions(resource: Resource, _: Scene) -> Iterator[Fault]:
    """Wherever a rule ends them."""
    for place, each in _rules(resource):
        days = _old_days(each)
        if days is not None and days < FEWEST_OLD_DAYS and each.get("Status") == "Enabled":
            yield Fault(
                message=f"old versions are gone after {days:g} days",
                remedy=f"keep them for {FEWEST_OLD_DAYS} days or more",
                property=f"{place}.NoncurrentVersionExpiration",
            )


@rule(
    "durability-lifecycle",
    "S3::Bucket",
    title="lifecycle rules are on, and don't contradict themselves",
    why="a rule that is off does nothing for years; one that ends an object before it moves it"
    " is refused",
    source=f"{S3}/lifecycle-transition-general-considerations.html",
)
def lifecycle(resource: Resource, _: Scene) -> Iterator[Fault]:
    """Whole days, moved before they end, and to a class that takes them by then."""
    for place, each in _rules(resource):
        status = each.get("Status", "missing")
        if is_literal(status) and status != "Enabled":
            yield Fault(
                message="the rule is off",
                remedy="set Status to Enabled, or take the rule away",
                property=f"{place}.Status",
            )
        for name, keys in DAYS.items():
            days = _days(each, name)
            if days is not None and (days < 1 or days % 1):
                yield Fault(
                    message=f"{days:g} is no number of days that S3 takes",
                    remedy="take a whole number, 1 or more",
                    property=f"{place}.{'.'.join(keys)}",
                )
        yield from _transitions(place, each)


def _transitions(place: str, each: dict[str, Any]) -> Iterator[Fault]:
    end = _days(each, "ExpirationInDays")
    moves = each.get("Transitions", [each.get("Transition")])
    for move in moves if isinstance(moves, list) else []:
        days = number(move.get("TransitionInDays")) if isinstance(move, dict) else None
        if days is None:
            continue
        if end is not None and end <= days:
            yield Fault(
                message=f"objects end after {end:g} days and are to move after {days:g}",
                remedy="let them move first",
                property=f"{place}.Transitions",
            )
        if move.get("StorageClass") in INFREQUENT and days < FEWEST_INFREQUENT_DAYS:
            yield Fault(
                message=f"{move['StorageClass']} takes nothing that is {days:g} days old",
                remedy=f"wait {FEWEST_INFREQUENT_DAYS} days",
                property=f"{place}.Transitions",
            )


@rule(
    "durability-lifecycle-end",
    "S3::Bucket",
    title="old versions, logs and unfinished uploads end at some time",
    why="nobody sees them, and everybody pays for them, for ever",
    source=f"{DOCS}/securityhub/latest/userguide/s3-controls.html#s3-10",
    severity="warning",
)
def lifecycle_end(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """A rule for each that there is."""
    logs = resource in log_targets(scene.estate)
    found = [each for _, each in _rules(resource)]
    versioned = resource.get("VersioningConfiguration.Status") == "Enabled"
    ends = {
        "old versions": not versioned or any(_old_days(each) is not None for each in found),
        "logs": not logs or any(_days(each, "ExpirationInDays") is not None for each in found),
        "parts of unfinished uploads": logs
        or any(_days(each, "AbortIncompleteMultipartUpload") is not None for each in found),
    }
    for what, ended in ends.items():
        if not ended and not isinstance(resource.get("LifecycleConfiguration"), str):
            yield Fault(
                message=f"{what} are kept for ever",
                remedy="end them with a lifecycle rule",
                property="LifecycleConfiguration",
            )


@rule(
    "durability-access-logs",
    "S3::Bucket",
    title=f"access logs stay for {FEWEST_ACCESS_LOG_DAYS} days or more",
    why="a break-in is noticed months later on average, and then nobody can say what was taken",
    source=f"{DOCS}/wellarchitected/latest/security-pillar/sec_detect_investigate_events_app_service_logging.html",
    production=True,
)
def access_logs(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """Buckets that logs are written to don't end them sooner."""
    if resource not in log_targets(scene.estate):
        return
    for place, each in _rules(resource):
        days = _days(each, "ExpirationInDays")
        if days is not None and days < FEWEST_ACCESS_LOG_DAYS and each.get("Status") == "Enabled":
            yield Fault(
                message=f"access logs are gone after {days:g} days",
                remedy=f"keep them for {FEWEST_ACCESS_LOG_DAYS} days or more",
                property=f"{place}.ExpirationInDays",
            )


@rule(
    "durability-log-retention",
    "Logs::LogGroup",
    title="logs stay for a month in production, a week elsewhere, and not for ever",
    why="too short, and nobody finds the cause of an outage; without a word they are kept and paid"
    " for for ever, with the personal data in them",
    source=f"{DOCS}/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html#SettingLogRetention",
)
def log_retention(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """A number of days that CloudWatch Logs takes."""
    said = resource.get("RetentionInDays")
    days, least = number(said), FEWEST_LOG_DAYS[scene.production]
    if said is None:
        yield Fault(
            message="it is kept for ever",
            remedy="set RetentionInDays",
            property="RetentionInDays",
        )
    elif days is not None and days not in LOG_DAYS:
        yield Fault(
            message=f"CloudWatch Logs takes no {days:g} days",
            remedy="take 30, 90, 180, 365 or another number of its list",
            property="RetentionInDays",
        )
    elif days is not None and days < least:
        yield Fault(
            message=f"it is kept for {days:g} days",
            remedy=f"keep it for {least} days or more",
            property="RetentionInDays",
        )
