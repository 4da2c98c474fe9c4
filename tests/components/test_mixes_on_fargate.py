"""What the documented systems don't use of Fargate, read from templates of the mixes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.components.conftest import Readings
from tests.systems.policies import resources_for
from tests.systems.reading import Reading, Thing


@pytest.fixture(scope="module")
def demo(mixes: Readings) -> Reading:
    return mixes["demo"]


@pytest.fixture(scope="module")
def works(mixes: Readings) -> Reading:
    return mixes["works"]


def service(reading: Reading, name: str) -> Thing:
    return reading.one("AWS::ECS::Service", ServiceName=name)


def containers(reading: Reading, node: str) -> dict[str, dict[str, Any]]:
    (task,) = [t for t in reading.all("AWS::ECS::TaskDefinition") if t.node == node]
    return {each["Name"]: each for each in task["ContainerDefinitions"]}


def test_two_services_share_a_host_by_path_and_the_longer_path_is_tried_first(
    demo: Reading,
) -> None:
    rules = demo.all("AWS::ElasticLoadBalancingV2::ListenerRule")
    in_order = sorted(rules, key=lambda rule: rule["Priority"])
    fields = [[each["Field"] for each in rule["Conditions"]] for rule in in_order]
    assert fields == [["host-header", "path-pattern"], ["host-header"]]
    paths = in_order[0]["Conditions"][1]["PathPatternConfig"]["Values"]
    assert paths == ["/api", "/api/*"]


def test_without_a_way_out_every_service_that_tasks_need_has_an_endpoint(demo: Reading) -> None:
    names = [each["ServiceName"] for each in demo.all("AWS::EC2::VPCEndpoint")]
    services = {str(name).removeprefix("com.amazonaws.us-east-2.") for name in names}
    assert services == {"ecr.api", "ecr.dkr", "logs", "s3", "secretsmanager"}
    assert not demo.all("AWS::EC2::NatGateway")


def test_the_schedule_starts_a_machine_that_runs_the_task_to_its_end(demo: Reading) -> None:
    schedule = demo.one("AWS::Scheduler::Schedule")
    assert schedule["ScheduleExpression"] == "cron(0 6 ? * MON *)"
    assert schedule["ScheduleExpressionTimezone"] == "Europe/Berlin"
    machine = demo.at(schedule["Target"]["Arn"])
    run = machine["Definition"]["States"]["Run"]
    assert run["Resource"] == "arn:aws:states:::ecs:runTask.sync"
    assert containers(demo, "report")["app"]["Command"] == ["node", "report.js"]


def test_groups_have_stacks_of_their_own_in_the_order_of_their_calls(works: Reading) -> None:
    assert {"compute", "compute-front", "compute-back"} <= set(works.templates)
    assert {"observability-front", "observability-back"} <= set(works.templates)
    artifacts = json.loads((works.folder / "manifest.json").read_text())["artifacts"]
    front = artifacts["works-prod-compute-front"]["dependencies"]
    assert {"works-prod-compute", "works-prod-compute-back"} <= set(front)
    assert "works-prod-compute-front" not in artifacts["works-prod-compute-back"]["dependencies"]


def test_a_service_calls_another_by_its_name(works: Reading) -> None:
    told = {e["Name"]: e["Value"] for e in containers(works, "shop")["app"]["Environment"]}
    assert told["STOCK_URL"] == "http://stock:9000"
    names = service(works, "stock")["ServiceConnectConfiguration"]
    (served,) = names["Services"]
    assert (served["PortName"], served["ClientAliases"]) == (
        "stock",
        [{"Port": 9000, "DnsName": "stock"}],
    )
    assert service(works, "shop")["ServiceConnectConfiguration"]["Enabled"] is True


def test_a_sidecar_gets_what_it_asks_for(works: Reading) -> None:
    found = containers(works, "shop")["collector"]
    assert found["Essential"] is False
    assert found["MemoryReservation"] == 128
    (role,) = [
        role
        for role in works.all("AWS::IAM::Role")
        if role.node == "shop" and resources_for(role, "xray:PutTraceSegments")
    ]
    assert resources_for(role, "xray:PutTraceSegments") == ["*"]


def test_spot_takes_its_share_over_the_base(works: Reading) -> None:
    found = service(works, "stock")
    assert found["CapacityProviderStrategy"] == [
        {"CapacityProvider": "FARGATE", "Base": 1, "Weight": 20},
        {"CapacityProvider": "FARGATE_SPOT", "Weight": 80},
    ]
    assert "LaunchType" not in found.properties


def test_only_who_asks_for_a_shell_gets_one_and_it_is_logged(works: Reading) -> None:
    shells = {s["ServiceName"]: s["EnableExecuteCommand"] for s in works.all("AWS::ECS::Service")}
    assert shells == {"stock": True, "shop": False, "worker": False, "clock": False}
    execute = works.one("AWS::ECS::Cluster")["Configuration"]["ExecuteCommandConfiguration"]
    assert execute["Logging"] == "OVERRIDE"
    assert works.at(execute["LogConfiguration"]["CloudWatchLogGroupName"])["KmsKeyId"]


def test_a_proxy_and_a_replica_have_logins_of_their_own(works: Reading) -> None:
    (admin,) = [f for f in works.all("AWS::Lambda::Function") if f.node == "orders-admin"]
    told = admin["Environment"]["Variables"]
    assert json.loads(told["EXTENSIONS"]) == ["pg_trgm", "vector"]
    logins = {each["login"]: each for each in json.loads(told["CREDENTIALS"]).values()}
    proxy, replica = works.one("AWS::RDS::DBProxy"), "OrdersReplica"
    assert set(logins) == {"app", "app_proxy", "app_reader", "owner"}
    assert logins["app_proxy"]["host"] == proxy.att("Endpoint")
    assert replica in logins["app_reader"]["host"]
    assert set(logins["app_proxy"]["colours"]) == {"blue", "green"}


def test_app_runner_and_fargate_share_a_database(works: Reading) -> None:
    runner = works.one("AWS::AppRunner::Service")
    assert runner.node == "old"
    machines = [m for m in works.all("AWS::StepFunctions::StateMachine") if m.node == "orders"]
    deployed = json.dumps([machine["Definition"] for machine in machines])
    assert "apprunner:startDeployment" in deployed
    assert "ecs:updateService" in deployed
