"""Compute: cluster, task definition, service, auto scaling."""

from typing import Any

from tests.systems.reading import Reading, Thing

# ECS cluster.


def test_the_cluster_has_the_documents_name(prod: Reading, dev: Reading) -> None:
    assert prod.one("AWS::ECS::Cluster")["ClusterName"] == "fckdoomscroll-prod"
    assert dev.one("AWS::ECS::Cluster")["ClusterName"] == "fckdoomscroll-dev"


def test_the_service_is_launched_on_the_latest_fargate(read: Reading, service: Thing) -> None:
    assert service["Cluster"] == read.one("AWS::ECS::Cluster").ref
    # Deviation: as a strategy of one provider, which may be changed in place.
    (capacity,) = service["CapacityProviderStrategy"]
    assert capacity["CapacityProvider"] == "FARGATE"
    assert service["PlatformVersion"] == "LATEST"


# ECS service: its name and task definition.


def test_service_and_family_have_the_documents_names(prod: Reading, dev: Reading) -> None:
    names = [
        (service["ServiceName"], read.at(service["TaskDefinition"])["Family"])
        for read in (prod, dev)
        for service in read.all("AWS::ECS::Service")
    ]
    assert names == [("fckdoomscroll-service", "fckdoomscroll"), ("app", "fckdoomscroll-dev-app")]


def test_a_task_has_half_a_cpu_and_a_gigabyte(task: Thing) -> None:
    assert task["Cpu"] == "512"
    assert task["Memory"] == "1024"
    assert task["RequiresCompatibilities"] == ["FARGATE"]


def test_the_container_is_app_on_port_3000(container: dict[str, Any]) -> None:
    assert container["Name"] == "app"
    assert container["PortMappings"] == [{"ContainerPort": 3000, "Protocol": "tcp"}]


def test_the_container_logs_for_30_days(read: Reading, container: dict[str, Any]) -> None:
    assert container["LogConfiguration"]["LogDriver"] == "awslogs"
    group = read.at(container["LogConfiguration"]["Options"]["awslogs-group"])
    assert group["RetentionInDays"] == 30


def test_the_log_group_has_the_documents_name(prod: Reading) -> None:
    assert (
        prod.one("AWS::Logs::LogGroup", LogGroupName="/ecs/fckdoomscroll")["RetentionInDays"] == 30
    )


def test_the_container_runs_the_image_of_the_documents_repository(
    container: dict[str, Any],
) -> None:
    # Deviation: a digest, where the document's tasks would follow a tag.
    registry = "111111111111.dkr.ecr.us-east-1.amazonaws.com"
    assert container["Image"].startswith(f"{registry}/fckdoomscroll/app@")


# ECS service: how many, and how they are replaced.


def test_two_tasks_are_wanted_and_no_deploy_sets_that_back(read: Reading, service: Thing) -> None:
    assert read.one("AWS::ApplicationAutoScaling::ScalableTarget")["MinCapacity"] == 2
    assert service.get("DesiredCount") is None


def test_releases_roll_without_downtime(service: Thing) -> None:
    rollout = service["DeploymentConfiguration"]
    assert rollout.get("Strategy", "ROLLING") == "ROLLING"
    assert rollout["MinimumHealthyPercent"] == 100
    assert rollout["MaximumPercent"] == 200


def test_the_services_health_is_what_the_balancer_finds(read: Reading, service: Thing) -> None:
    (balanced,) = service["LoadBalancers"]
    group = read.at(balanced["TargetGroupArn"])
    assert (balanced["ContainerName"], balanced["ContainerPort"]) == ("app", 3000)
    assert group["HealthCheckPath"] == "/api/health"
    assert group["HealthCheckIntervalSeconds"] == 30
    assert group["HealthCheckTimeoutSeconds"] == 5
    assert group["HealthyThresholdCount"] == 2
    assert group["UnhealthyThresholdCount"] == 3


# Auto scaling.


def test_average_cpu_is_held_at_70_percent(read: Reading) -> None:
    # Deviation: target tracking decides by how many tasks, where the document adds one at a time.
    policy = read.one("AWS::ApplicationAutoScaling::ScalingPolicy")
    assert policy["PolicyType"] == "TargetTrackingScaling"
    config = policy["TargetTrackingScalingPolicyConfiguration"]
    metric = config["PredefinedMetricSpecification"]["PredefinedMetricType"]
    assert metric == "ECSServiceAverageCPUUtilization"
    assert config["TargetValue"] == 70


def test_scaling_out_cools_down_for_a_minute_and_in_for_five(read: Reading) -> None:
    policy = read.one("AWS::ApplicationAutoScaling::ScalingPolicy")
    config = policy["TargetTrackingScalingPolicyConfiguration"]
    assert config["ScaleOutCooldown"] == 60
    assert config["ScaleInCooldown"] == 300
    assert not config.get("DisableScaleIn")


def test_there_are_two_to_ten_tasks(read: Reading, service: Thing) -> None:
    target = read.one("AWS::ApplicationAutoScaling::ScalableTarget")
    assert (target["MinCapacity"], target["MaxCapacity"]) == (2, 10)
    cluster = read.one("AWS::ECS::Cluster")["ClusterName"]
    assert target["ResourceId"] == f"service/{cluster}/{service.att('Name')}"
    assert target["ScalableDimension"] == "ecs:service:DesiredCount"
