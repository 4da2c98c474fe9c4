"""Compute: the API and the frontend on Fargate, behind a balancer, highly available."""

from typing import Any

import pytest

from tests.systems.daadaar_fargate.conftest import container_of, variables_of
from tests.systems.reading import Reading, Thing
from tests.systems.ways import Way, declared_ways, ways_in, ways_out

ZONES = ["us-east-1a", "us-east-1c"]
HOSTS = {"api": "api.daadaar.com", "web": "www.daadaar.com"}
PORTS = {"api": 8080, "web": 3000}
LISTENER = "AWS::ElasticLoadBalancingV2::Listener"
WAYS = {
    Way("internet", "balancer", "tcp/443"),
    Way("internet", "balancer", "tcp/80"),
    Way("balancer", "api", "tcp/8080"),
    Way("balancer", "web", "tcp/3000"),
    Way("web", "api", "tcp/8080"),
    Way("api", "database", "tcp/5432"),
    # Upstash; and Sentry, PostHog, and what tasks pull and log.
    Way("api", "internet", "tcp/6379"),
    Way("api", "internet", "tcp/443"),
    Way("web", "internet", "tcp/443"),
    Way("api", "endpoint:s3", "tcp/443"),
    Way("web", "endpoint:s3", "tcp/443"),
    Way("api", "endpoint:secretsmanager", "tcp/443"),
    Way("web", "endpoint:secretsmanager", "tcp/443"),
    Way("migrate", "database", "tcp/5432"),
    Way("migrate", "internet", "tcp/443"),
    Way("migrate", "endpoint:s3", "tcp/443"),
    Way("migrate", "endpoint:secretsmanager", "tcp/443"),
    Way("database-admin", "database", "tcp/5432"),
    Way("database-admin", "endpoint:secretsmanager", "tcp/443"),
}

# "Designed for high availability, security, and global delivery".


def test_every_zone_has_its_own_way_out(read: Reading) -> None:
    gateways = [gateway["SubnetId"] for gateway in read.all("AWS::EC2::NatGateway")]
    assert read.zones(gateways) == ZONES


def test_services_and_balancer_are_in_both_zones(read: Reading, service: Thing) -> None:
    network = service["NetworkConfiguration"]["AwsvpcConfiguration"]
    balancer = read.one("AWS::ElasticLoadBalancingV2::LoadBalancer")
    assert read.zones(network["Subnets"]) == read.zones(balancer["Subnets"]) == ZONES
    assert network["AssignPublicIp"] == "DISABLED"


def test_who_reaches_whom(read: Reading) -> None:
    assert ways_out(read) == {way for way in WAYS if way.source != "internet"}
    assert ways_in(read) == {way for way in WAYS if way.target not in ("internet", "endpoint:s3")}
    assert declared_ways(read.environment) == WAYS


# Backend: ECS (Fargate), containerized.


def test_exactly_the_api_and_the_frontend_run(read: Reading) -> None:
    assert [service["ServiceName"] for service in read.all("AWS::ECS::Service")] == ["api", "web"]
    assert read.all("AWS::AppRunner::Service", "AWS::EC2::Instance") == []


def test_the_service_runs_on_fargate_from_an_image_of_its_own(
    read: Reading, service: Thing
) -> None:
    (capacity,) = service["CapacityProviderStrategy"]
    assert capacity["CapacityProvider"] == "FARGATE"
    task = read.at(service["TaskDefinition"])
    assert task["RequiresCompatibilities"] == ["FARGATE"]
    registry = "111111111111.dkr.ecr.us-east-1.amazonaws.com"
    repository = f"{registry}/daadaar-fargate/{service['ServiceName']}@"
    assert container_of(read, service)["Image"].startswith(repository)


# Scaling behind an application load balancer, by CPU and memory.


def test_the_service_is_behind_an_application_load_balancer(read: Reading, service: Thing) -> None:
    balancer = read.one("AWS::ElasticLoadBalancingV2::LoadBalancer")
    assert (balancer["Type"], balancer["Scheme"]) == ("application", "internet-facing")
    (balanced,) = service["LoadBalancers"]
    name = service["ServiceName"]
    assert balanced["ContainerPort"] == PORTS[name]
    assert read.at(balanced["TargetGroupArn"])["Port"] == PORTS[name]
    rule = _rule(read, HOSTS[name])
    assert rule["ListenerArn"] == read.one(LISTENER, Port=443).ref
    targets = rule["Actions"][0]["ForwardConfig"]["TargetGroups"]
    assert balanced["TargetGroupArn"] in [target["TargetGroupArn"] for target in targets]


def test_http_is_redirected_to_https(read: Reading) -> None:
    (action,) = read.one(LISTENER, Port=80)["DefaultActions"]
    assert action["RedirectConfig"] == {
        "Protocol": "HTTPS",
        "Port": "443",
        "StatusCode": "HTTP_301",
    }
    assert read.one(LISTENER, Port=443)["Protocol"] == "HTTPS"


@pytest.mark.parametrize(
    ("metric", "percent"),
    [("ECSServiceAverageCPUUtilization", 70), ("ECSServiceAverageMemoryUtilization", 75)],
)
def test_the_service_scales_by(read: Reading, service: Thing, metric: str, percent: int) -> None:
    target = _scaling(read, service)
    configs: list[dict[str, Any]] = [
        policy["TargetTrackingScalingPolicyConfiguration"]
        for policy in read.all(
            "AWS::ApplicationAutoScaling::ScalingPolicy", ScalingTargetId=target.ref
        )
    ]
    assert len(configs) == 2
    by_metric = {
        config["PredefinedMetricSpecification"]["PredefinedMetricType"]: config["TargetValue"]
        for config in configs
    }
    assert by_metric[metric] == percent


def test_the_service_never_has_less_than_two_tasks(read: Reading, service: Thing) -> None:
    target = _scaling(read, service)
    assert (target["MinCapacity"], target["MaxCapacity"]) == (2, 6)
    assert service.get("DesiredCount") is None


# Frontend: "AWS Amplify or EC2/ECS", and it is ECS.


def test_the_frontend_is_no_amplify(read: Reading, web: Thing) -> None:
    assert [thing for thing in read.things if thing.kind.startswith("AWS::Amplify::")] == []
    assert web["Cluster"] == read.one("AWS::ECS::Cluster").ref


def test_the_frontend_calls_the_api_inside_the_vpc(read: Reading, api: Thing, web: Thing) -> None:
    assert variables_of(read, web)["API_URL"] == "http://api:8080"
    (offered,) = api["ServiceConnectConfiguration"]["Services"]
    assert offered["ClientAliases"] == [{"DnsName": "api", "Port": 8080}]
    namespace = api["ServiceConnectConfiguration"]["Namespace"]
    assert web["ServiceConnectConfiguration"]["Namespace"] == namespace


def _rule(read: Reading, host: str) -> Thing:
    (rule,) = [
        rule
        for rule in read.all("AWS::ElasticLoadBalancingV2::ListenerRule")
        if rule["Conditions"] == [{"Field": "host-header", "HostHeaderConfig": {"Values": [host]}}]
    ]
    return rule


def _scaling(read: Reading, service: Thing) -> Thing:
    return read.one(
        "AWS::ApplicationAutoScaling::ScalableTarget",
        ResourceId=f"service/daadaar-fargate-prod/{service.att('Name')}",
    )
