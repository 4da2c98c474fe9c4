"""5. Compute layer: the load balancer."""

import pytest

from tests.systems.parts import BALANCING, attributes_of, service_of
from tests.systems.reading import Reading, Thing

HOSTS = {
    "dev": "api.dev.socialflow.com",
    "staging": "api.staging.socialflow.com",
    "prod": "api.socialflow.com",
}


@pytest.fixture
def balancer(read: Reading) -> Thing:
    return read.one(f"{BALANCING}::LoadBalancer")


@pytest.fixture
def targets(read: Reading) -> Thing:
    return read.one(f"{BALANCING}::TargetGroup")


def test_it_is_an_application_load_balancer_on_the_internet(balancer: Thing) -> None:
    assert balancer["Type"] == "application"
    assert balancer["Scheme"] == "internet-facing"


def test_there_is_a_listener_for_https_and_one_for_http(read: Reading, balancer: Thing) -> None:
    listeners = read.all(f"{BALANCING}::Listener", LoadBalancerArn=balancer.ref)
    assert {(each["Port"], each["Protocol"]) for each in listeners} == {
        (443, "HTTPS"),
        (80, "HTTP"),
    }


def test_http_only_leads_to_https(read: Reading) -> None:
    (action,) = read.one(f"{BALANCING}::Listener", Port=80)["DefaultActions"]
    assert action["Type"] == "redirect"
    assert action["RedirectConfig"] == {
        "Port": "443",
        "Protocol": "HTTPS",
        "StatusCode": "HTTP_301",
    }


def test_https_needs_tls_1_2_and_a_certificate_of_the_environments_own(read: Reading) -> None:
    listener = read.one(f"{BALANCING}::Listener", Port=443)
    assert listener["SslPolicy"].startswith("ELBSecurityPolicy-TLS13-1-2-Res")
    (certificate,) = listener["Certificates"]
    arn = certificate["CertificateArn"]
    assert arn.startswith("arn:aws:acm:us-east-1:111111111111:certificate/")


def test_only_the_environments_host_reaches_the_application(
    read: Reading, targets: Thing, stage: str
) -> None:
    rule = read.one(f"{BALANCING}::ListenerRule")
    (condition,) = rule["Conditions"]
    assert condition["HostHeaderConfig"] == {"Values": [HOSTS[stage]]}
    assert [action["TargetGroupArn"] for action in rule["Actions"]] == [targets.ref]


def test_health_is_asked_of_every_task_each_30_seconds(targets: Thing) -> None:
    assert targets["HealthCheckPath"] == "/health"
    assert targets["HealthCheckIntervalSeconds"] == 30


def test_a_task_that_fails_is_taken_out_and_replaced(read: Reading, targets: Thing) -> None:
    assert targets["UnhealthyThresholdCount"] == 3
    (registered,) = service_of(read, "app")["LoadBalancers"]
    assert registered["TargetGroupArn"] == targets.ref
    assert (registered["ContainerName"], registered["ContainerPort"]) == ("app", 8000)


def test_a_client_stays_with_its_task(targets: Thing) -> None:
    attributes = attributes_of(targets, "TargetGroupAttributes")
    assert attributes["stickiness.enabled"] == "true"
    assert attributes["stickiness.type"] == "lb_cookie"
    # The document gives no duration: a day is ours.
    assert attributes["stickiness.lb_cookie.duration_seconds"] == "86400"


def test_connections_have_300_seconds_to_end(targets: Thing) -> None:
    attributes = attributes_of(targets, "TargetGroupAttributes")
    assert attributes["deregistration_delay.timeout_seconds"] == "300"


def test_production_is_protected_from_deletion(balancer: Thing, stage: str) -> None:
    attributes = attributes_of(balancer, "LoadBalancerAttributes")
    protected = "true" if stage == "prod" else "false"
    assert attributes["deletion_protection.enabled"] == protected


def test_requests_are_logged(read: Reading, balancer: Thing) -> None:
    attributes = attributes_of(balancer, "LoadBalancerAttributes")
    assert attributes["access_logs.s3.enabled"] == "true"
    assert read.at(attributes["access_logs.s3.bucket"]).node == "access-logs"
