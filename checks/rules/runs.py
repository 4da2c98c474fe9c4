"""Functions that end in time: before their queue, their schedule or Lambda loses patience."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from checks.rules.ecs import inside, is_open, placed
from checks.rules.rule import Fault, rule
from checks.rules.values import number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Estate, Resource
    from checks.rules.rule import Scene

DOCS = "https://docs.aws.amazon.com"
FUNCTION = "AWS::Lambda::Function"
ROTATION = "AWS::SecretsManager::RotationSchedule"
SCHEDULES = ("AWS::Events::Rule", "AWS::Scheduler::Schedule")
UNSAID_TIMEOUT, SHORTEST, LONGEST = 3, 3, 900
SHORTEST_ROTATION = 30
UNSAID_VISIBILITY = 30
UNSAID_AGE, UNSAID_RETRIES = 21600, 2
# Lambda waits a minute before the first retry and two before the second.
RETRIED_AFTER = (0, 60, 180)
# After how many of its units a field of cron begins again.
ROUND = {60: 60, 3600: 24}
UNITS = {"minute": 60, "hour": 3600, "day": 86400}


def timeout_of(function: Resource) -> float | None:
    """The seconds that a function has."""
    return number(function.get("Timeout", UNSAID_TIMEOUT))


def period_of(schedule: Resource) -> float | None:
    """The seconds between two runs; None where they are not regular or not known."""
    said = schedule.get("ScheduleExpression")
    if not isinstance(said, str) or is_open(said):
        return None
    if rate := re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", said.strip()):
        return int(rate[1]) * UNITS[rate[2]]
    cron = re.fullmatch(r"cron\(([^)]*)\)", said.strip())
    fields = cron[1].split() if cron else []
    for field, unit in zip(fields, (60, 3600), strict=False):
        if field == "*":
            return unit
        if step := re.fullmatch(r"(?:\*|\d+)/(\d+)", field):
            return int(step[1]) * unit
        if "," in field or "-" in field:
            return _closest(field, unit)
    return UNITS["day"] if len(fields) == 6 else None


def _closest(field: str, unit: int) -> float | None:
    """The shortest time between the values of a cron field."""
    if "-" in field:
        return unit
    values = sorted({int(each) for each in field.split(",") if each.isdigit()})
    again = [each + ROUND[unit] for each in values[:1]]
    return min((b - a for a, b in pairwise(values + again)), default=0) * unit or None


def schedules_of(estate: Estate, target: Resource) -> list[tuple[Resource, float]]:
    """The schedules that start something, each with its seconds."""
    found = []
    for each in estate.users_of(target, *SCHEDULES):
        targets = [inside(each.get("Target"), "Arn")]
        targets += [entry.get("Arn") for _, entry in placed(each.get("Targets"), "")]
        if any(estate.at(arn) is target for arn in targets) and (period := period_of(each)):
            found.append((each, period))
    return found


@rule(
    "timeouts-function",
    "Lambda::Function",
    title="a function says how long it may run: in a network, for a rotation, and within 900 s",
    why="what is not said is 3 seconds, in which a function in a network barely connects; a"
    " rotation that is cut leaves a secret half changed",
    source=f"{DOCS}/lambda/latest/dg/configuration-timeout.html",
)
def function(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """Long enough for what it does."""
    rotates = bool(scene.estate.users_of(resource, ROTATION))
    seconds, said = timeout_of(resource), resource.get("Timeout")
    longest = LONGEST if resource.get("CapacityProviderConfig") is None else 5400
    if seconds is None:
        return
    if rotates and seconds < SHORTEST_ROTATION:
        message = f"has {seconds:g} s to rotate a secret"
        remedy = f"set Timeout to {SHORTEST_ROTATION} or more"
    elif said is None and resource.get("VpcConfig.SubnetIds"):
        message = f"stands in a network and has {seconds:g} s, as nobody says otherwise"
        remedy = "say Timeout"
    elif not SHORTEST <= seconds <= longest:
        message, remedy = f"has {seconds:g} s", f"set Timeout to {SHORTEST} to {longest}"
    else:
        return
    yield Fault(message=message, remedy=remedy, property="Timeout")


@rule(
    "timeouts-queue",
    "Lambda::EventSourceMapping",
    title="a queue hides a message for six times as long as its function may take",
    why="a message that shows up again while it is worked on is done twice",
    source=f"{DOCS}/lambda/latest/dg/services-sqs-configure.html",
)
def queue(mapping: Resource, scene: Scene) -> Iterator[Fault]:
    """The window in which batches are gathered counts, too."""
    source = scene.estate.at(mapping.get("EventSourceArn"))
    worker = scene.estate.at(mapping.get("FunctionName"))
    if not source or source.kind != "AWS::SQS::Queue" or not worker or worker.kind != FUNCTION:
        return
    hidden = number(source.get("VisibilityTimeout", UNSAID_VISIBILITY))
    seconds = timeout_of(worker)
    window = number(mapping.get("MaximumBatchingWindowInSeconds", 0)) or 0
    if hidden is not None and seconds is not None and hidden < 6 * seconds + window:
        yield Fault(
            message=f"hides a message for {hidden:g} s, and its function may take {seconds:g}",
            remedy=f"set VisibilityTimeout to {6 * seconds + window:g} or more",
            property="VisibilityTimeout",
            at=source,
        )


@rule(
    "timeouts-schedule",
    "Lambda::Function",
    title="a function that runs by a schedule ends before its next run",
    why="two runs at once do the same work twice, and pile up when each takes longer",
    source=f"{DOCS}/lambda/latest/dg/configuration-timeout.html",
)
def schedule(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """Its longest run is shorter than the period."""
    seconds = timeout_of(resource)
    for each, period in schedules_of(scene.estate, resource):
        if seconds is not None and seconds >= period:
            yield Fault(
                message=f"may run for {seconds:g} s, and {each.logical_id} starts it every"
                f" {period:g}",
                remedy="make its Timeout shorter, or the schedule slower",
                property="Timeout",
            )


@rule(
    "timeouts-stale-runs",
    "Lambda::Function",
    title="runs by a schedule are not tried again when the next one is there",
    why="after a failure old runs come back beside new ones, for up to six hours",
    source=f"{DOCS}/lambda/latest/dg/invocation-async-error-handling.html",
)
def stale_runs(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """Retries and age of events fit into the period."""
    seconds = timeout_of(resource) or 0
    configs = scene.estate.users_of(resource, "AWS::Lambda::EventInvokeConfig")
    # A configuration of a version says nothing of what is called without one.
    config = next((each for each in configs if each.get("Qualifier") == "$LATEST"), None)
    for _, period in schedules_of(scene.estate, resource):
        age = number(config.get("MaximumEventAgeInSeconds", UNSAID_AGE) if config else UNSAID_AGE)
        tried = config.get("MaximumRetryAttempts", UNSAID_RETRIES) if config else UNSAID_RETRIES
        retries = number(tried)
        if retries in (0, 1, 2):
            last = RETRIED_AFTER[int(retries)] + retries * seconds
            if retries and last >= period and (age is None or age >= period):
                yield Fault(
                    message=f"a failed run is tried again until {last:g} s later, and the next one"
                    f" comes after {period:g}",
                    remedy="set MaximumRetryAttempts to 0",
                    property="MaximumRetryAttempts" if config else "",
                    at=config or resource,
                )
        if config and age is not None and age > max(period, 60):
            yield Fault(
                message=f"runs wait for {age:g} s, and a new one comes every {period:g}",
                remedy=f"set MaximumEventAgeInSeconds to {max(period, 60):g} or less",
                property="MaximumEventAgeInSeconds",
                at=config,
            )
