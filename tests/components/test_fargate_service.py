"""A service of ECS: when it exists, what it waits for, and what its tasks run on."""

from __future__ import annotations

from pathlib import Path

import pytest
from aws_cdk import aws_cloudwatch as cloudwatch

from config.graph import Edge
from stackyard.edges import ways
from tests.components.building import REGION, Made, stack_in
from tests.components.fargate import (
    CLUSTER,
    SERVICE,
    Ground,
    definition_of,
    fargate_in,
    service_of,
    waits_for,
)
from tests.components.nag import acknowledged, judged, needed

ELB = "AWS::ElasticLoadBalancingV2"


@pytest.fixture(scope="module")
def services(folder: Path) -> Made:
    ground = Ground(stack_in(folder), with_shells=True)
    alarm = cloudwatch.CfnAlarm(
        ground.stack,
        "Errors",
        alarm_name="demo-web-errors",
        comparison_operator="GreaterThanThreshold",
        evaluation_periods=1,
    )
    out = ways((Edge("web", "orders", (5432,)),), group_ids={"orders": "sg-o"}, region=REGION)
    served = {"port": 8080, "routes": [{"path": "/*"}], "health": {"path": "/up", "grace": 120}}
    scale = {"min": 2, "max": 6, "cpu": 60}
    fargate_in(
        ground,
        "web",
        balancer=ground.balancer(),
        priorities=[10],
        out=out,
        rollback=[alarm],
        **{**served, "scale": scale, "shell": {"reason": "A pilot"}},
    )
    fargate_in(ground, "plain", image="other")
    fargate_in(ground, "worker", scale={"min": 3, "max": 3}, spot={"percent": 80, "base": 1})
    return judged(ground.stack)


def test_no_service_exists_before_its_image_is_released(services: Made) -> None:
    found = {e["Properties"]["ServiceName"]: e for e in services.whole(SERVICE).values()}
    assert {name: each["Condition"] for name, each in found.items()} == {
        "demo-plain": "OtherReleaseExists",
        "demo-web": "BackendReleaseExists",
        "demo-worker": "BackendReleaseExists",
    }


def test_what_it_starts_by_is_there_before_it(services: Made) -> None:
    waiting = {
        each["Type"] for each in services.section("Resources").values() if "Condition" in each
    }
    assert waiting == {SERVICE, "AWS::ECS::TaskDefinition"}


def test_it_belongs_to_the_cluster_and_waits_until_that_is_there(services: Made) -> None:
    """A name alone would let CloudFormation make the service first."""
    (cluster,) = services.whole("AWS::ECS::Cluster")
    assert {each["Cluster"] for each in services.of(SERVICE)} == {f"<{cluster}>"}


def test_it_waits_for_its_ways_its_rule_and_the_alarms_that_watch_it(services: Made) -> None:
    assert waits_for(services, "web") == {
        "AWS::CloudWatch::Alarm",
        "AWS::EC2::SecurityGroup",
        "AWS::EC2::SecurityGroupEgress",
        "AWS::EC2::SecurityGroupIngress",
        f"{ELB}::ListenerRule",
        f"{ELB}::TargetGroup",
    }
    assert waits_for(services, "worker") == {"AWS::EC2::SecurityGroup"}


def test_the_way_to_what_it_uses_is_open_before_it_starts(services: Made) -> None:
    (way,) = (
        name
        for name, each in services.whole("AWS::EC2::SecurityGroupIngress").items()
        if each["Properties"]["GroupId"] == "sg-o"
    )
    web = services.whole(SERVICE)[services.name_of(SERVICE, ServiceName="demo-web")]
    assert way in web["DependsOn"]


def test_its_roles_can_do_their_work_as_soon_as_they_are_there(services: Made) -> None:
    """A policy of its own could come after the task that needs it."""
    for kind in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy"):
        assert not services.whole(kind)
    definition = services.name_of("AWS::ECS::TaskDefinition", Family=f"{CLUSTER}-web")
    assert service_of(services, "web")["TaskDefinition"] == f"<{definition}>"


def test_its_tasks_lie_inside_in_their_own_group(services: Made) -> None:
    group = services.name_of("AWS::EC2::SecurityGroup", GroupDescription="Service web on Fargate")
    assert service_of(services, "web")["NetworkConfiguration"] == {
        "AwsvpcConfiguration": {
            "Subnets": ["subnet-1", "subnet-2"],
            "SecurityGroups": [f"<{group}.GroupId>"],
            "AssignPublicIp": "DISABLED",
        }
    }


@pytest.mark.parametrize(("node", "count"), [("plain", 2), ("web", None), ("worker", 3)])
def test_a_deploy_sets_the_number_of_tasks_only_where_nothing_else_does(
    services: Made, node: str, count: int | None
) -> None:
    assert service_of(services, node).get("DesiredCount") == count


def test_a_shell_opens_only_where_there_is_a_reason(services: Made) -> None:
    opens = {n: service_of(services, n)["EnableExecuteCommand"] for n in ("plain", "web", "worker")}
    assert opens == {"plain": False, "web": True, "worker": False}


def test_its_tasks_are_of_the_newest_platform_and_carry_its_tags(services: Made) -> None:
    web = service_of(services, "web")
    assert (web["PlatformVersion"], web["PropagateTags"]) == ("LATEST", "SERVICE")
    assert web["EnableECSManagedTags"] is True


def test_a_share_of_the_tasks_over_the_base_runs_on_spot(services: Made) -> None:
    worker = service_of(services, "worker")
    assert worker["CapacityProviderStrategy"] == [
        {"CapacityProvider": "FARGATE", "Base": 1, "Weight": 20},
        {"CapacityProvider": "FARGATE_SPOT", "Weight": 80},
    ]
    plain = service_of(services, "plain")
    assert plain["CapacityProviderStrategy"] == [{"CapacityProvider": "FARGATE", "Weight": 1}]


def test_to_turn_spot_on_or_off_needs_a_new_deployment_but_no_new_service(services: Made) -> None:
    """CloudFormation can't replace a service that has a name."""
    nonces = {
        "plain": "FARGATE-0-1",
        "web": "FARGATE-0-1",
        "worker": "FARGATE-1-20 FARGATE_SPOT-0-80",
    }
    for node, nonce in nonces.items():
        service = service_of(services, node)
        assert "LaunchType" not in service
        assert service["ForceNewDeployment"] == {
            "EnableForceNewDeployment": True,
            "ForceNewDeploymentNonce": nonce,
        }


def test_the_balancer_lets_it_start_before_it_judges(services: Made) -> None:
    assert service_of(services, "web")["HealthCheckGracePeriodSeconds"] == 120
    assert (
        not {"LoadBalancers", "HealthCheckGracePeriodSeconds"}
        & service_of(services, "worker").keys()
    )


def test_reports_know_which_node_a_service_and_its_tasks_are(services: Made) -> None:
    for kind in (SERVICE, "AWS::ECS::TaskDefinition"):
        found = [each["Metadata"]["Stackyard::Node"] for each in services.whole(kind).values()]
        assert found == ["web", "plain", "worker"]
    assert definition_of(services, "web")["Family"] == f"{CLUSTER}-web"


def test_every_exception_is_needed_where_it_stands(services: Made, folder: Path) -> None:
    assert services
    assert acknowledged(folder) == needed(folder)
