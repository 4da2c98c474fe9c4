"""5. Compute layer: the cluster, its tasks, how many there are."""

import json

import pytest

from tests.systems.parts import (
    FARGATE,
    container_of,
    counts_of,
    of_node,
    policies_of,
    secrets_of,
    service_of,
    task_of,
)
from tests.systems.reading import Reading

SERVICES = ("app", "worker", "beat")
# CPU in units of 1/1024 vCPU, memory in MB.
SIZES = {
    "app": {"dev": (512, 1024), "staging": (1024, 2048), "prod": (2048, 4096)},
    "worker": {"dev": (256, 512), "staging": (512, 1024), "prod": (1024, 2048)},
    "beat": {"dev": (256, 512), "staging": (256, 512), "prod": (512, 1024)},
}
# Deviation: production's four workers are the least, since they follow the queue; 12 is ours.
COUNTS = {
    "app": {"dev": (1, 1), "staging": (2, 2), "prod": (3, 10)},
    "worker": {"dev": (1, 1), "staging": (2, 2), "prod": (4, 12)},
    "beat": {"dev": (1, 1), "staging": (1, 1), "prod": (1, 1)},
}


def test_the_cluster_has_container_insights(read: Reading, stage: str) -> None:
    # "Full monitoring" is production's: there they see single tasks, too.
    insights = {"dev": "enabled", "staging": "enabled", "prod": "enhanced"}
    assert read.one("AWS::ECS::Cluster")["ClusterSettings"] == [
        {"Name": "containerInsights", "Value": insights[stage]}
    ]


def test_exactly_the_documents_services_run_on_fargate(read: Reading) -> None:
    services = read.all("AWS::ECS::Service")
    assert {service.node for service in services} == {*SERVICES}
    assert [s for s in services if s["CapacityProviderStrategy"] != FARGATE] == []
    tasks = read.all("AWS::ECS::TaskDefinition")
    assert [t for t in tasks if t["RequiresCompatibilities"] != ["FARGATE"]] == []


@pytest.mark.parametrize("service", SERVICES)
def test_tasks_have_the_environments_size(read: Reading, stage: str, service: str) -> None:
    task = task_of(read, service)
    assert (int(task["Cpu"]), int(task["Memory"])) == SIZES[service][stage]


@pytest.mark.parametrize("service", SERVICES)
def test_there_are_as_many_tasks_as_the_environment_wants(
    read: Reading, stage: str, service: str
) -> None:
    assert counts_of(read, service) == COUNTS[service][stage]


@pytest.mark.parametrize("service", SERVICES)
def test_all_run_the_one_image_of_the_system(read: Reading, service: str) -> None:
    registry = "111111111111.dkr.ecr.us-east-1.amazonaws.com"
    assert read.one("AWS::ECR::Repository")["RepositoryName"] == "socialflow/app"
    assert container_of(read, service)["Image"].startswith(f"{registry}/socialflow/app@")


def test_the_worker_is_celerys(read: Reading) -> None:
    command = container_of(read, "worker")["Command"]
    assert command[:4] == ["celery", "--app", "socialflow", "worker"]


# Celery Beat: a single task.


def test_beat_keeps_its_lock_in_the_broker(read: Reading) -> None:
    container = container_of(read, "beat")
    assert container["Command"][:4] == ["celery", "--app", "socialflow", "beat"]
    assert "redbeat.RedBeatScheduler" in container["Command"]
    assert read.at(secrets_of(container)["CELERY_BROKER_URL"]).node == "broker/app"


def test_a_deployment_of_beat_stops_the_old_one_first(read: Reading) -> None:
    beat = service_of(read, "beat")
    assert beat["DeploymentConfiguration"]["MinimumHealthyPercent"] == 0
    assert beat["DeploymentConfiguration"]["MaximumPercent"] == 100
    assert beat["AvailabilityZoneRebalancing"] == "DISABLED"


# Auto scaling, which the document gives to production.


@pytest.mark.parametrize(
    ("policy", "metric", "target"),
    [
        ("Cpu", "ECSServiceAverageCPUUtilization", 70),
        ("Memory", "ECSServiceAverageMemoryUtilization", 75),
        ("Requests", "ALBRequestCountPerTarget", 1000),
    ],
)
def test_production_follows_its_load(
    read: Reading, stage: str, policy: str, metric: str, target: int
) -> None:
    policies = policies_of(read, "app")
    assert policies.keys() == ({"Cpu", "Memory", "Requests"} if stage == "prod" else set())
    if policies:
        found = policies[policy]
        assert found["PredefinedMetricSpecification"]["PredefinedMetricType"] == metric
        # The document gives no number of requests: 1000 is ours.
        assert found["TargetValue"] == target


@pytest.mark.parametrize("service", ["app", "worker"])
def test_tasks_come_fast_and_go_slowly(read: Reading, stage: str, service: str) -> None:
    policies = policies_of(read, service)
    assert bool(policies) is (stage == "prod")
    for policy in policies.values():
        assert policy["ScaleOutCooldown"] == 60
        assert policy["ScaleInCooldown"] == 300


def test_production_has_workers_by_the_depth_of_their_queue(read: Reading, stage: str) -> None:
    policies = policies_of(read, "worker")
    assert policies.keys() == ({"Queue"} if stage == "prod" else set())
    if policies:
        metrics = policies["Queue"]["CustomizedMetricSpecification"]["Metrics"]
        queries = {each["Id"]: each for each in metrics}
        depth = queries["jobs"]["MetricStat"]["Metric"]
        assert (depth["Namespace"], depth["MetricName"]) == (
            "Stackyard/socialflow-prod",
            "QueueDepth",
        )
        assert depth["Dimensions"] == [{"Name": "Service", "Value": "worker"}]
        assert queries["backlog"]["Expression"] == "jobs / IF(tasks > 0, tasks, 1)"


def test_that_depth_is_published_every_minute(read: Reading, stage: str) -> None:
    functions = [f for f in read.all("AWS::Lambda::Function") if f.node == "broker-depth"]
    assert len(functions) == (1 if stage == "prod" else 0)
    for function in functions:
        variables = function["Environment"]["Variables"]
        assert variables["NAMESPACE"] == "Stackyard/socialflow-prod"
        assert json.loads(variables["QUEUES"]) == {"worker": ["celery"]}
        assert read.at(variables["URL_SECRET_ARN"]).node == "broker/depth"
        (rule,) = [
            rule
            for rule in read.all("AWS::Events::Rule")
            if [target["Arn"] for target in rule["Targets"]] == [function.att("Arn")]
        ]
        assert rule["ScheduleExpression"] == "rate(1 minute)"


# ECS: rolling updates with new task definitions.


@pytest.mark.parametrize("service", ["app", "worker"])
def test_updates_are_rolling_and_roll_back_when_they_fail(read: Reading, service: str) -> None:
    deployment = service_of(read, service)["DeploymentConfiguration"]
    assert deployment.get("Strategy", "ROLLING") == "ROLLING"
    assert (deployment["MinimumHealthyPercent"], deployment["MaximumPercent"]) == (100, 200)
    assert deployment["DeploymentCircuitBreaker"] == {"Enable": True, "Rollback": True}


def test_migrations_run_as_a_task_of_their_own(read: Reading) -> None:
    container = container_of(read, "migrate")
    assert container["Command"] == ["alembic", "upgrade", "head"]
    (secret,) = secrets_of(container).values()
    assert "login owner" in read.at(secret)["Description"]
    assert of_node(read, "AWS::StepFunctions::StateMachine", "migrate")
