"""Schedules that fire when they say: rates, cron expressions, windows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from checks.rules.faults import wrong
from checks.rules.naming import known_at
from checks.rules.rule import Fault, rule
from checks.rules.values import is_literal, number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Resource
    from checks.rules.rule import Scene

GUIDE = "https://docs.aws.amazon.com/scheduler/latest/UserGuide"
RATE = re.compile(r"rate\((\d+) (minute|hour|day)(s?)\)")
CRON = re.compile(r"cron\(([^()]*)\)")
AT = re.compile(r"at\(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\)")
MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
MINUTES = {"minute": 1, "hour": 60, "day": 1_440}
# Name, first, last, words that stand for numbers from the first on, and signs of its own.
FIELDS: tuple[tuple[str, int, int, list[str], str], ...] = (
    ("minute", 0, 59, [], ""),
    ("hour", 0, 23, [], ""),
    ("day of the month", 1, 31, [], "?LW"),
    ("month", 1, 12, MONTHS, ""),
    ("day of the week", 1, 7, DAYS, "?L#"),
    ("year", 1970, 2199, [], ""),
)
EXPRESSIONS = {
    "AWS::Events::Rule": "ScheduleExpression",
    "AWS::Scheduler::Schedule": "ScheduleExpression",
    "AWS::SecretsManager::RotationSchedule": "RotationRules.ScheduleExpression",
    "AWS::Synthetics::Canary": "Schedule.Expression",
}


@rule(
    "schedules-expression",
    "Events::Rule",
    "Scheduler::Schedule",
    "SecretsManager::RotationSchedule",
    "Synthetics::Canary",
    title="schedules are written the way that AWS reads them",
    why="rate(1 minutes), or a cron of five fields, is refused when the stack is deployed",
    source=f"{GUIDE}/schedule-types.html",
)
def expression(resource: Resource, _: Scene) -> Iterator[Fault]:
    """A rate with the right number, or a cron of six fields with one question mark."""
    path = EXPRESSIONS[resource.kind]
    said = resource.get(path)
    if not is_literal(said):
        return
    if problem := misread(said):
        yield Fault(
            message=f"{said}: {problem}",
            remedy="write rate(5 minutes), or cron(0 3 * * ? *)",
            property=path,
        )


def misread(said: str) -> str:
    """What is wrong with an expression; nothing where it is right."""
    if match := RATE.fullmatch(said):
        if int(match[1]) < 1:
            return "a rate is one or more"
        if (int(match[1]) == 1) == bool(match[3]):
            return f"the unit of {match[1]} is {match[2]}{'' if int(match[1]) == 1 else 's'}"
        return ""
    if match := CRON.fullmatch(said):
        return _cron(match[1].split())
    return "" if AT.fullmatch(said) else "neither rate(…), cron(…) nor at(…)"


def _cron(fields: list[str]) -> str:
    if len(fields) != len(FIELDS):
        return f"{len(fields)} fields, six are needed"
    if (fields[2] == "?") == (fields[4] == "?"):
        return "one of day of the month and day of the week must be ?, the other not"
    for field, (name, first, last, words, signs) in zip(fields, FIELDS, strict=True):
        for word in words:
            field = field.upper().replace(word, str(words.index(word) + first))  # noqa: PLW2901
        if field in ("*", *signs.replace("#", "")):
            continue
        for part in re.split(r"[,/#-]", re.sub(rf"[{signs}]", "", field) if signs else field):
            if part not in ("", "*") and not (part.isdigit() and int(part) <= last):
                return f"{part} is no {name}"
        if first and re.fullmatch(r"0+", field):
            return f"the {name} begins with {first}"
    return ""


@rule(
    "schedules-rotation",
    "SecretsManager::RotationSchedule",
    title="secrets are rotated by a function at intervals that Secrets Manager takes",
    why="it is refused, or the secret is never changed",
    source="https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_schedule.html",
)
def rotation(schedule: Resource, scene: Scene) -> Iterator[Fault]:
    """Every four hours at most, every 999 days at least; a function and a secret that exist."""
    said = schedule.get("RotationRules.ScheduleExpression")
    days = schedule.get("RotationRules.AutomaticallyAfterDays")
    match = RATE.fullmatch(said) if isinstance(said, str) else None
    minutes = int(match[1]) * MINUTES[match[2]] if match else None
    if minutes is not None and not 240 <= minutes <= 999 * 1_440:
        yield wrong(
            "RotationRules.ScheduleExpression", f"{said} is out of range", "4 hours or more"
        )
    if (number(days) or 1) > 1_000 or (number(days) or 1) < 1:
        yield wrong("RotationRules.AutomaticallyAfterDays", f"{days} days", "1 to 1000 days")
    secret = known_at(scene.estate, schedule.get("SecretId"))
    if not schedule.get("SecretId"):
        yield wrong("SecretId", "it rotates nothing", "name a secret")
    elif secret and len(scene.estate.users_of(secret, schedule.kind)) > 1:
        yield wrong("SecretId", f"{secret.ref} has two schedules", "keep one")
    for name, kinds in (
        ("RotationLambdaARN", ("AWS::Lambda::Function", "AWS::Lambda::Alias")),
        (
            "SecretId",
            ("AWS::SecretsManager::Secret", "AWS::SecretsManager::SecretTargetAttachment"),
        ),
    ):
        found = known_at(scene.estate, schedule.get(name))
        if found is not None and found.kind not in kinds:
            yield wrong(name, f"{found.ref} is a {found.kind}", f"name a {kinds[0]}")


@rule(
    "schedules-window",
    "Scheduler::Schedule",
    title="schedules are on, and their window is shorter than their interval",
    why="one that is off never fires, and one with a window that long fires whenever it likes",
    source=f"{GUIDE}/managing-schedule-flexible-time-windows.html",
)
def window(schedule: Resource, _: Scene) -> Iterator[Fault]:
    """A mode; minutes if it is flexible, a day at most."""
    if schedule.get("State") == "DISABLED":
        yield wrong("State", "it is switched off", "take State away")
    mode, most = schedule.get("FlexibleTimeWindow.Mode"), _window_of(schedule)
    if mode not in ("OFF", "FLEXIBLE") and (mode is None or is_literal(mode)):
        yield wrong("FlexibleTimeWindow.Mode", f"{mode} is no mode", "say OFF or FLEXIBLE")
    if mode == "FLEXIBLE" and (most is None or not 1 <= most <= 1_440):
        yield wrong(WINDOW, "a window is 1 to 1440 minutes", "say how many")
    said = schedule.get("ScheduleExpression")
    match = RATE.fullmatch(said) if isinstance(said, str) else None
    if match and most and mode == "FLEXIBLE" and most >= int(match[1]) * MINUTES[match[2]]:
        yield wrong(WINDOW, f"{most:g} minutes are as long as the interval", "make it shorter")


WINDOW = "FlexibleTimeWindow.MaximumWindowInMinutes"


def _window_of(schedule: Resource) -> float | None:
    value: Any = schedule.get(WINDOW)
    return number(value)
