"""Load balancer: itself, its listeners, its target group, sticky sessions."""

import pytest

from tests.systems.reading import Reading, Thing

BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"
LISTENER = "AWS::ElasticLoadBalancingV2::Listener"
RULE = "AWS::ElasticLoadBalancingV2::ListenerRule"
CERTIFICATE = "arn:aws:acm:us-east-1:111111111111:certificate/"


@pytest.fixture
def targets(read: Reading) -> Thing:
    return read.one("AWS::ElasticLoadBalancingV2::TargetGroup")


def test_the_balancer_has_the_documents_name(prod: Reading, dev: Reading) -> None:
    assert prod.one(BALANCER)["Name"] == "fckdoomscroll-alb"
    assert dev.one(BALANCER).get("Name") is None


def test_it_is_an_application_balancer_that_faces_the_internet(read: Reading) -> None:
    balancer = read.one(BALANCER)
    assert balancer["Type"] == "application"
    assert balancer["Scheme"] == "internet-facing"


# Listeners.


def test_port_80_redirects_to_https_for_good(read: Reading) -> None:
    listener = read.one(LISTENER, Port=80)
    assert listener["Protocol"] == "HTTP"
    assert listener["DefaultActions"] == [
        {
            "Type": "redirect",
            "RedirectConfig": {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"},
        }
    ]


def test_port_443_is_https_with_a_certificate_of_acm(read: Reading) -> None:
    listener = read.one(LISTENER, Port=443)
    assert listener["Protocol"] == "HTTPS"
    (certificate,) = listener["Certificates"]
    assert certificate["CertificateArn"].startswith(CERTIFICATE)


def test_tls_is_1_2_or_newer(read: Reading) -> None:
    assert read.one(LISTENER, Port=443)["SslPolicy"].startswith("ELBSecurityPolicy-TLS13-1-2-")


def test_all_paths_of_the_domain_go_to_the_target_group(prod: Reading, dev: Reading) -> None:
    for read, domain in ((prod, "yourdomain.com"), (dev, "dev.yourdomain.com")):
        rule = read.one(RULE)
        targets = read.one("AWS::ElasticLoadBalancingV2::TargetGroup")
        assert rule["ListenerArn"] == read.one(LISTENER, Port=443).ref
        assert rule["Actions"] == [{"Type": "forward", "TargetGroupArn": targets.ref}]
        assert rule["Conditions"] == [
            {"Field": "host-header", "HostHeaderConfig": {"Values": [domain]}}
        ]


def test_other_hosts_find_nothing(read: Reading) -> None:
    # Deviation: the document's rule knows no host.
    (action,) = read.one(LISTENER, Port=443)["DefaultActions"]
    assert action["FixedResponseConfig"]["StatusCode"] == "404"


# Target group.


def test_targets_are_tasks_that_speak_http_on_3000_in_the_vpc(
    read: Reading, targets: Thing
) -> None:
    assert (targets["Protocol"], targets["Port"]) == ("HTTP", 3000)
    assert targets["TargetType"] == "ip"
    assert targets["VpcId"] == read.one("AWS::EC2::VPC").ref


def test_targets_are_checked_as_the_document_says(targets: Thing) -> None:
    assert targets["HealthCheckProtocol"] == "HTTP"
    assert targets["HealthCheckPath"] == "/api/health"
    # The port of the target, 3000.
    assert targets["HealthCheckPort"] == "traffic-port"
    assert targets["HealthCheckIntervalSeconds"] == 30
    assert targets["HealthCheckTimeoutSeconds"] == 5
    assert targets["HealthyThresholdCount"] == 2
    assert targets["UnhealthyThresholdCount"] == 3
    assert targets["Matcher"] == {"HttpCode": "200"}


def test_the_target_groups_name_is_left_to_aws(targets: Thing) -> None:
    # Deviation: `ecs-targets` would stand in the way of a replacement.
    assert targets.get("Name") is None


# Sticky sessions.


def test_a_client_stays_with_its_task_for_a_day(targets: Thing) -> None:
    attributes = {each["Key"]: each["Value"] for each in targets["TargetGroupAttributes"]}
    assert attributes["stickiness.enabled"] == "true"
    # The balancer's own cookie, which is called AWSALB.
    assert attributes["stickiness.type"] == "lb_cookie"
    assert attributes["stickiness.lb_cookie.duration_seconds"] == "86400"
