"""Each figure of the file has to stand in the templates."""

from __future__ import annotations

import pytest

from tests.checks.planting import garden


@pytest.mark.parametrize(
    ("kind", "node", "path", "value", "words"),
    [
        ("RDS::DBInstance", "database", "DBInstanceClass", "db.t4g.micro", "class"),
        ("RDS::DBInstance", "database", "MultiAZ", False, "multi_az"),
        ("RDS::DBInstance", "database", "BackupRetentionPeriod", 1, "backup_days"),
        ("ElastiCache::ReplicationGroup", "jobs", "NumCacheClusters", 1, "nodes"),
        ("ECS::TaskDefinition", "app", "Memory", "512", "memory"),
        ("ECS::TaskDefinition", "app", "RuntimePlatform.CpuArchitecture", "X86_64", "architecture"),
        (
            "ECS::Service",
            "app",
            "DeploymentConfiguration.CanaryConfiguration.CanaryPercent",
            90,
            "percent",
        ),
        ("ECS::Service", "app", "EnableExecuteCommand", True, "shell"),
        ("S3::Bucket", "uploads", "VersioningConfiguration.Status", "Suspended", "versioned"),
    ],
)
def test_a_figure_that_differs_is_told(
    kind: str, node: str, path: str, value: object, words: str
) -> None:
    planted = garden()
    holder = planted.one(kind, node)["Properties"]
    *steps, last = path.split(".")
    for step in steps:
        holder = holder[step]
    holder[last] = value
    (found,) = planted.figures()
    assert words in found.message
    assert "the file says" in found.message


def test_a_variable_that_holds_something_else_is_told() -> None:
    planted = garden()
    containers = planted.one("ECS::TaskDefinition", "app")["Properties"]["ContainerDefinitions"]
    secrets = {each["Name"]: each for each in containers[0]["Secrets"]}
    database, redis = secrets["DATABASE_URL"], secrets["REDIS_URL"]
    database["ValueFrom"], redis["ValueFrom"] = redis["ValueFrom"], database["ValueFrom"]
    told = [each.message for each in planted.figures()]
    assert (
        "the file says secret of database/app (services.app.uses.database.env.DATABASE_URL),"
        " and secret of jobs/app stands here" in told
    )


def test_a_program_that_is_told_another_release_than_it_runs_is_told() -> None:
    planted = garden()
    containers = planted.one("ECS::TaskDefinition", "app")["Properties"]["ContainerDefinitions"]
    (release,) = (each for each in containers[0]["Environment"] if each["Name"] == "RELEASE")
    release["Value"] = "sha256:none"
    (told,) = planted.figures()
    assert "(app.release_env), and sha256:none stands here" in told.message


def test_an_alarm_that_is_gone_or_tells_another_tier_is_told() -> None:
    planted = garden()
    observability = planted.stack("observability")
    alarms = [n for n, r in observability.items() if r["Type"] == "AWS::CloudWatch::Alarm"]
    gone = observability.pop(alarms[0])["Properties"]["AlarmName"]
    other = observability[alarms[1]]["Properties"]
    other["Threshold"] = other["Threshold"] * 7
    told = " ".join(each.message for each in planted.figures())
    assert gone in told
    assert "stands here" in told
