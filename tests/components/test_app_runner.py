"""App Runner: what waits for the first release, and what stands before it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from config.graph import Edge
from stackyard.edges import ways
from stackyard.iam import Statement
from stackyard.node import SecretValue, Wiring, may_read
from tests.components.building import (
    ACCOUNT,
    REGION,
    Made,
    Properties,
    made,
    role_of,
    service_in,
    stack_in,
    statements,
)

KIND = "AWS::AppRunner::Service"
WIRING = Wiring(
    variables={"MODE": "fast", "BUCKET": "b"},
    secrets={
        "TOKEN": SecretValue(arn="arn:t", key_arn="k", region=REGION),
        "PASSWORD": SecretValue(arn="arn:s", key_arn="k", region=REGION, json_key="password"),
    },
    statements=[Statement(actions=["s3:GetObject"], resources=["arn:b/*"])],
    wildcards={"arn:b/*": "The objects of one bucket"},
)
HEALTH = {"path": "/up", "interval": 7, "timeout": 3, "healthy": 2, "unhealthy": 4}


@pytest.fixture(scope="module")
def services(folder: Path) -> Made:
    stack = stack_in(folder)
    out = ways((Edge("web", "orders", (5432,)),), group_ids={"orders": "sg-orders"}, region=REGION)
    scale = {"min": 2, "max": 3, "concurrency": 9}
    public = service_in(
        stack, wiring=WIRING, out=out, health=HEALTH, cpu=512, memory=1024, scale=scale, log_days=30
    )
    private = service_in(stack, "inner", public=False)
    for service, release in (public, private):
        release.only_when_released(service.released)
    return made(stack)


@pytest.fixture(scope="module")
def web(services: Made) -> Properties:
    return services.only(KIND, ServiceName="demo-web")


def image_of(service: Properties) -> dict[str, Any]:
    """What a service says of its image."""
    found: dict[str, Any] = service["SourceConfiguration"]["ImageRepository"]
    return found


def test_the_service_and_what_hangs_on_it_wait_for_the_release(services: Made) -> None:
    waiting = [KIND, "AWS::Scheduler::Schedule"]
    for kind in waiting:
        for name, each in services.whole(kind).items():
            expected = "InnerReleaseExists" if name.startswith("Inner") else "WebReleaseExists"
            assert each["Condition"] == expected, name
    assert len(services.whole("AWS::Scheduler::Schedule")) == 4


def test_group_connector_and_roles_are_there_before_it(services: Made) -> None:
    for kind in ("SecurityGroup", "SecurityGroupIngress"):
        assert services.whole(f"AWS::EC2::{kind}")
        assert not [e for e in services.whole(f"AWS::EC2::{kind}").values() if "Condition" in e]
    for each in services.whole("AWS::AppRunner::VpcConnector").values():
        assert "Condition" not in each
    roles = services.whole("AWS::IAM::Role").items()
    own = [each for name, each in roles if "PullRole" in name or "RunRole" in name]
    assert len(own) == 4
    assert not [each for each in own if "Condition" in each]


def test_it_runs_the_released_digest_and_deploys_nothing_by_itself(web: Properties) -> None:
    image = image_of(web)
    registry = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
    assert image["ImageIdentifier"] == f"{registry}/demo/backend@<WebReleaseDigest>"
    assert image["ImageRepositoryType"] == "ECR"
    assert image["ImageConfiguration"]["Port"] == "8080"
    assert web["SourceConfiguration"]["AutoDeploymentsEnabled"] is False


def test_secrets_reach_it_as_references_and_variables_as_values(web: Properties) -> None:
    configuration = image_of(web)["ImageConfiguration"]
    assert configuration["RuntimeEnvironmentVariables"] == [
        {"Name": "BUCKET", "Value": "b"},
        {"Name": "MODE", "Value": "fast"},
    ]
    assert configuration["RuntimeEnvironmentSecrets"] == [
        {"Name": "PASSWORD", "Value": "arn:s:password::"},
        {"Name": "TOKEN", "Value": "arn:t"},
    ]


def test_the_program_may_do_what_its_links_grant_and_nothing_more(
    services: Made, web: Properties
) -> None:
    role = role_of(services, web["InstanceConfiguration"]["InstanceRoleArn"])
    links, *reading = statements(role)
    assert links == {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:b/*"}
    # App Runner takes the program's own role to resolve its secrets.
    assert reading == [each.document for each in may_read(*WIRING.secrets.values())]
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "tasks.apprunner.amazonaws.com"}


def test_app_runner_itself_may_only_pull_from_the_one_repository(
    services: Made, web: Properties
) -> None:
    authentication = web["SourceConfiguration"]["AuthenticationConfiguration"]
    role = role_of(services, authentication["AccessRoleArn"])
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "build.apprunner.amazonaws.com"}
    assert [each["Resource"] for each in statements(role)] == [
        "*",
        f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/demo/backend",
    ]
    assert statements(role)[0]["Action"] == "ecr:GetAuthorizationToken"


def test_all_that_it_sends_goes_through_its_group_in_the_network(
    services: Made, web: Properties
) -> None:
    egress = web["NetworkConfiguration"]["EgressConfiguration"]
    assert egress["EgressType"] == "VPC"
    connectors = services.whole("AWS::AppRunner::VpcConnector")
    name = egress["VpcConnectorArn"][1:].removesuffix(".VpcConnectorArn>")
    group = services.name_of(
        "AWS::EC2::SecurityGroup", GroupDescription="App Runner service demo-web"
    )
    assert connectors[name]["Properties"] == {
        "SecurityGroups": [f"<{group}.GroupId>"],
        "Subnets": ["subnet-1", "subnet-2"],
    }


def test_the_way_to_what_it_uses_is_open_before_it_starts(services: Made) -> None:
    (ingress,) = services.whole("AWS::EC2::SecurityGroupIngress")
    service = services.whole(KIND)[services.name_of(KIND, ServiceName="demo-web")]
    assert ingress in service["DependsOn"]


def test_size_scale_and_health_are_the_files(services: Made, web: Properties) -> None:
    instance = web["InstanceConfiguration"]
    assert (instance["Cpu"], instance["Memory"]) == ("512", "1024")
    scaling = web["AutoScalingConfigurationArn"][1:].removesuffix(".AutoScalingConfigurationArn>")
    found = services.whole("AWS::AppRunner::AutoScalingConfiguration")[scaling]["Properties"]
    assert found == {"MinSize": 2, "MaxSize": 3, "MaxConcurrency": 9}
    assert web["HealthCheckConfiguration"] == {
        "Protocol": "HTTP",
        "Path": "/up",
        "Interval": 7,
        "Timeout": 3,
        "HealthyThreshold": 2,
        "UnhealthyThreshold": 4,
    }


def test_a_private_service_has_no_public_address_and_needs_no_health_path(services: Made) -> None:
    inner = services.only(KIND, ServiceName="demo-inner")
    ingress = inner["NetworkConfiguration"]["IngressConfiguration"]
    assert ingress == {"IsPubliclyAccessible": False}
    assert "HealthCheckConfiguration" not in inner
    assert services.only(KIND, ServiceName="demo-web")["NetworkConfiguration"][
        "IngressConfiguration"
    ] == {"IsPubliclyAccessible": True}


def test_its_own_logs_have_an_end(services: Made) -> None:
    inputs = [each["Target"]["Input"] for each in services.of("AWS::Scheduler::Schedule")]
    service = services.name_of(KIND, ServiceName="demo-web")
    for log in ("application", "service"):
        group = f"/aws/apprunner/demo-web/<{service}.ServiceId>/{log}"
        assert f'{{"LogGroupName":"{group}","RetentionInDays":30}}' in inputs
