"""The cluster of an environment: Fargate only, measured, with names and shells where asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from stackyard.cluster import OPEN_CHANNELS
from tests.assemblies import new_app
from tests.components.building import Made, made, stack_in
from tests.components.fargate import CLUSTER, Ground

KIND = "AWS::ECS::Cluster"
NAMES = "AWS::ServiceDiscovery::HttpNamespace"
INSIGHTS = f"/aws/ecs/containerinsights/{CLUSTER}/performance"


@pytest.fixture(scope="module")
def grounds(folder: Path) -> tuple[Ground, Ground]:
    """A cluster with all that there is, and one with nothing."""
    app = new_app(folder)
    full, bare = stack_in(folder, "demo-full", app=app), stack_in(folder, "demo-bare", app=app)
    return Ground(full, with_names=True, with_shells=True), Ground(bare, enhanced=False)


@pytest.fixture(scope="module")
def full(grounds: tuple[Ground, Ground]) -> Made:
    return made(grounds[0].stack)


@pytest.fixture(scope="module")
def bare(grounds: tuple[Ground, Ground]) -> Made:
    return made(grounds[1].stack)


def test_it_buys_from_fargate_and_its_spot_market_only(bare: Made) -> None:
    cluster = bare.only(KIND)
    assert cluster["ClusterName"] == CLUSTER
    assert cluster["CapacityProviders"] == ["FARGATE", "FARGATE_SPOT"]
    # A default would decide for services that say nothing, and all of ours say.
    assert "DefaultCapacityProviderStrategy" not in cluster


def test_services_are_measured_and_each_task_only_where_that_is_wanted(
    full: Made, bare: Made
) -> None:
    for found, value in ((full, "enhanced"), (bare, "enabled")):
        expected = [{"Name": "containerInsights", "Value": value}]
        assert found.only(KIND)["ClusterSettings"] == expected


def test_the_measurements_are_encrypted_and_have_an_end_from_the_first_line(bare: Made) -> None:
    """ECS makes this group itself, for ever and without our key, if it comes first."""
    (key,) = bare.whole("AWS::KMS::Key")
    logs = bare.name_of("AWS::Logs::LogGroup", LogGroupName=INSIGHTS)
    assert bare.whole("AWS::Logs::LogGroup")[logs]["Properties"] == {
        "LogGroupName": INSIGHTS,
        "KmsKeyId": f"<{key}.Arn>",
        "RetentionInDays": 30,
    }
    (cluster,) = bare.whole(KIND).values()
    assert cluster["DependsOn"] == [logs]


def test_nothing_more_is_made_than_was_asked_for(bare: Made, grounds: Any) -> None:
    assert not bare.whole(NAMES)
    assert "Configuration" not in bare.only(KIND)
    assert len(bare.whole("AWS::Logs::LogGroup")) == 1
    assert grounds[1].cluster.namespace_arn is None
    assert grounds[1].cluster.shell == ()


def test_services_find_each_other_in_a_namespace_without_dns(full: Made) -> None:
    assert full.only(NAMES)["Name"] == CLUSTER
    assert not full.whole("AWS::ServiceDiscovery::PrivateDnsNamespace")


def test_all_that_is_typed_into_a_shell_is_kept_under_the_key(full: Made) -> None:
    (key,) = full.whole("AWS::KMS::Key")
    logs = full.name_of("AWS::Logs::LogGroup", RetentionInDays=365)
    assert full.only(KIND)["Configuration"] == {
        "ExecuteCommandConfiguration": {
            "KmsKeyId": f"<{key}.Arn>",
            "Logging": "OVERRIDE",
            "LogConfiguration": {
                "CloudWatchLogGroupName": f"<{logs}>",
                "CloudWatchEncryptionEnabled": True,
            },
        }
    }
    group = full.whole("AWS::Logs::LogGroup")[logs]["Properties"]
    assert group["KmsKeyId"] == f"<{key}.Arn>"


def test_a_shell_needs_its_channels_the_key_and_this_log(grounds: Any, full: Made) -> None:
    (key,) = full.whole("AWS::KMS::Key")
    logs = full.name_of("AWS::Logs::LogGroup", RetentionInDays=365)
    stack = grounds[0].stack
    found = [
        (list(each.actions), [str(stack.resolve(r)) for r in each.resources])
        for each in grounds[0].cluster.shell
    ]
    assert found == [
        (OPEN_CHANNELS, ["*"]),
        (["kms:Decrypt", "kms:GenerateDataKey"], [str({"Fn::GetAtt": [key, "Arn"]})]),
        (["logs:DescribeLogGroups"], ["*"]),
        (
            ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
            [str({"Fn::GetAtt": [logs, "Arn"]})],
        ),
    ]


def test_others_name_it_or_wait_for_it(grounds: Any, bare: Made) -> None:
    cluster = grounds[1].cluster
    (logical_id,) = bare.whole(KIND)
    assert cluster.name == CLUSTER
    assert cluster.arn == f"arn:aws:ecs:us-east-1:111111111111:cluster/{CLUSTER}"
    assert grounds[1].stack.resolve(cluster.ref) == {"Ref": logical_id}


def test_it_is_the_node_that_alarms_and_reports_know(bare: Made) -> None:
    (cluster,) = bare.whole(KIND).values()
    assert cluster["Metadata"] == {"Stackyard::Node": "cluster"}
