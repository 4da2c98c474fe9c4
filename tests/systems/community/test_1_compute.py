"""MVP architecture: containers on Fargate, and the load balancer before them."""

import pytest

from tests.systems.parts import (
    BALANCING,
    FARGATE,
    SCALING,
    attributes_of,
    container_of,
    counts_of,
    policies_of,
    service_of,
    task_of,
    tiers,
)
from tests.systems.reading import Reading, Thing

SERVICES = ("app", "worker")
HOSTS = {"staging": "staging.community.example.com", "prod": "community.example.com"}


@pytest.fixture
def targets(read: Reading) -> Thing:
    """The target group that takes production's traffic before the first release shifts it."""
    (registered,) = service_of(read, "app")["LoadBalancers"]
    return read.at(registered["TargetGroupArn"])


# Amazon ECS (Fargate).


def test_everything_runs_on_fargate_without_servers(read: Reading) -> None:
    services = read.all("AWS::ECS::Service")
    assert {service.node for service in services} == {*SERVICES}
    assert [s for s in services if s["CapacityProviderStrategy"] != FARGATE] == []
    servers = ("AWS::EC2::Instance", "AWS::AutoScaling::AutoScalingGroup", "AWS::EKS::Cluster")
    assert read.all(*servers) == []


def test_the_monolith_and_its_worker_are_one_image(read: Reading) -> None:
    registry = "111111111111.dkr.ecr.us-east-1.amazonaws.com"
    images = {container_of(read, service)["Image"] for service in SERVICES}
    assert len(images) == 1
    assert images.pop().startswith(f"{registry}/community/app@")


def test_only_the_application_serves(read: Reading) -> None:
    assert container_of(read, "app")["PortMappings"] == [{"ContainerPort": 3000, "Protocol": "tcp"}]
    assert "PortMappings" not in container_of(read, "worker")
    assert container_of(read, "worker")["Command"] == ["node", "worker.js"]


@pytest.mark.parametrize("service", SERVICES)
def test_tasks_are_in_private_subnets_of_two_zones(read: Reading, service: str) -> None:
    network = service_of(read, service)["NetworkConfiguration"]["AwsvpcConfiguration"]
    assert network["AssignPublicIp"] == "DISABLED"
    assert tiers(read, network["Subnets"]) == {"Private"}
    assert read.zones(network["Subnets"]) == ["us-east-1a", "us-east-1b"]


# The document gives no sizes and counts: these are ours, as long as there is more than one task.


@pytest.mark.parametrize(
    ("service", "size"), [("app", ("1024", "2048")), ("worker", ("512", "1024"))]
)
def test_tasks_have_our_sizes(read: Reading, service: str, size: tuple[str, str]) -> None:
    task = task_of(read, service)
    assert (task["Cpu"], task["Memory"]) == size


@pytest.mark.parametrize("service", SERVICES)
def test_there_is_more_than_one_task_and_there_can_be_more(read: Reading, service: str) -> None:
    assert counts_of(read, service) == (2, 6)


# Application Load Balancer (ALB).


def test_the_balancer_is_public_and_in_both_zones(read: Reading) -> None:
    balancer = read.one(f"{BALANCING}::LoadBalancer")
    assert (balancer["Type"], balancer["Scheme"]) == ("application", "internet-facing")
    assert tiers(read, balancer["Subnets"]) == {"Public"}
    assert read.zones(balancer["Subnets"]) == ["us-east-1a", "us-east-1b"]


def test_tls_ends_at_the_balancer(read: Reading, targets: Thing) -> None:
    listener = read.one(f"{BALANCING}::Listener", Port=443)
    assert listener["Protocol"] == "HTTPS"
    certificate = read.one("AWS::CertificateManager::Certificate")
    assert listener["Certificates"] == [{"CertificateArn": certificate.ref}]
    assert (targets["Protocol"], targets["Port"]) == ("HTTP", 3000)


def test_the_certificate_covers_both_environments(read: Reading) -> None:
    certificate = read.one("AWS::CertificateManager::Certificate")
    names = {certificate["DomainName"], *certificate["SubjectAlternativeNames"]}
    assert names == {*HOSTS.values()}
    assert certificate["ValidationMethod"] == "DNS"


def test_http_only_leads_to_https(read: Reading) -> None:
    (action,) = read.one(f"{BALANCING}::Listener", Port=80)["DefaultActions"]
    assert action["Type"] == "redirect"
    assert action["RedirectConfig"]["Protocol"] == "HTTPS"


def test_each_environment_answers_at_its_own_address(read: Reading, stage: str) -> None:
    (condition,) = read.one(f"{BALANCING}::ListenerRule")["Conditions"]
    assert condition["HostHeaderConfig"] == {"Values": [HOSTS[stage]]}


def test_health_is_asked_of_every_task(read: Reading) -> None:
    groups = read.all(f"{BALANCING}::TargetGroup")
    assert len(groups) == 2
    for group in groups:
        assert group["HealthCheckEnabled"] is True
        # The document gives no path: this one is ours.
        assert group["HealthCheckPath"] == "/api/health"


def test_the_application_follows_its_load(read: Reading) -> None:
    # The document asks for scaling without figures: the targets are ours.
    policies = policies_of(read, "app")
    metrics = {
        policy["PredefinedMetricSpecification"]["PredefinedMetricType"]: policy["TargetValue"]
        for policy in policies.values()
    }
    assert metrics == {
        "ECSServiceAverageCPUUtilization": 70,
        "ECSServiceAverageMemoryUtilization": 75,
    }
    assert len(read.all(f"{SCALING}::ScalableTarget")) == len(SERVICES)


# Stateless design: no local session state.


def test_a_client_is_not_tied_to_a_task(read: Reading) -> None:
    for group in read.all(f"{BALANCING}::TargetGroup"):
        assert "stickiness.enabled" not in attributes_of(group, "TargetGroupAttributes")


# CD: blue/green or canary releases, automated rollback on critical errors.


def test_releases_are_canaries_that_go_back_when_errors_ring(read: Reading, stage: str) -> None:
    deployment = service_of(read, "app")["DeploymentConfiguration"]
    assert deployment["Strategy"] == "CANARY"
    assert deployment["CanaryConfiguration"] == {
        "CanaryPercent": 10,
        "CanaryBakeTimeInMinutes": 5,
    }
    assert deployment["BakeTimeInMinutes"] == 10
    assert deployment["DeploymentCircuitBreaker"] == {"Enable": True, "Rollback": True}
    assert deployment["Alarms"] == {
        "AlarmNames": [f"community-{stage}-app-errors"],
        "Enable": True,
        "Rollback": True,
    }


# Images: stored in ECR, scanned for known CVEs.


def test_images_are_scanned_and_never_change_under_their_tag(read: Reading) -> None:
    repository = read.one("AWS::ECR::Repository", RepositoryName="community/app")
    assert repository["ImageScanningConfiguration"] == {"ScanOnPush": True}
    assert repository["ImageTagMutability"] == "IMMUTABLE"
