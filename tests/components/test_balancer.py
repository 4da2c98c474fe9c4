"""The balancer: HTTPS for everybody, and nothing for what no route takes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from stackyard.balancer import TLS_POLICY
from tests.components.building import Made, stack_in
from tests.components.fargate import CERTIFICATE, Ground
from tests.components.nag import acknowledged, judged, needed

KIND = "AWS::ElasticLoadBalancingV2::LoadBalancer"
LISTENER = "AWS::ElasticLoadBalancingV2::Listener"
GROUP = {"GroupDescription": "Balancer of demo-prod"}
MADE = {"domain": "example.com", "also": ["*.example.com", "example.org"], "zone": "Z0123456789"}


@pytest.fixture(scope="module")
def guarded(folder: Path) -> Made:
    """The balancer of a production system, with a certificate that is there already."""
    stack = stack_in(folder)
    Ground(stack).balancer(name="demo-front", idle_seconds=75)
    return judged(stack)


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """One of a system that is no production, with a certificate of its own."""
    stack = stack_in(tmp_path_factory.mktemp("other"))
    Ground(stack).balancer(protected=False, certificate=MADE)
    return judged(stack)


def attributes(found: Made) -> dict[str, str]:
    """The balancer's attributes."""
    return {each["Key"]: each["Value"] for each in found.only(KIND)["LoadBalancerAttributes"]}


def listener(found: Made, port: int) -> dict[str, Any]:
    """The listener on a port."""
    return found.only(LISTENER, Port=port)


def test_everybody_reaches_it_in_all_zones(guarded: Made) -> None:
    balancer = guarded.only(KIND)
    group = guarded.name_of("AWS::EC2::SecurityGroup", **GROUP)
    assert (balancer["Type"], balancer["Scheme"]) == ("application", "internet-facing")
    assert balancer["Subnets"] == ["subnet-1", "subnet-2"]
    assert balancer["SecurityGroups"] == [f"<{group}.GroupId>"]
    assert balancer["Name"] == "demo-front"


def test_only_its_two_ports_are_open_and_its_way_out_leads_nowhere_yet(guarded: Made) -> None:
    group = guarded.only("AWS::EC2::SecurityGroup", **GROUP)
    opened = [(e["CidrIp"], e["FromPort"], e["ToPort"]) for e in group["SecurityGroupIngress"]]
    assert opened == [("0.0.0.0/0", 80, 80), ("0.0.0.0/0", 443, 443)]
    assert [each["CidrIp"] for each in group["SecurityGroupEgress"]] == ["255.255.255.255/32"]


def test_it_speaks_tls_1_2_and_1_3_only(guarded: Made) -> None:
    secure = listener(guarded, 443)
    assert secure["Protocol"] == "HTTPS"
    assert secure["SslPolicy"] == TLS_POLICY
    # The policies' names say the versions: all others of them reach back further or stop at 1.3.
    assert TLS_POLICY.startswith("ELBSecurityPolicy-TLS13-1-2-Res-")


def test_what_no_route_takes_is_not_found(guarded: Made) -> None:
    (action,) = listener(guarded, 443)["DefaultActions"]
    assert action == {
        "Type": "fixed-response",
        "FixedResponseConfig": {
            "StatusCode": "404",
            "ContentType": "text/plain",
            "MessageBody": "Not found\n",
        },
    }


def test_port_80_only_sends_to_443_for_good(guarded: Made) -> None:
    plain = listener(guarded, 80)
    assert plain["Protocol"] == "HTTP"
    redirect = {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}
    # Host, path and query stay what they were unless they are named here.
    assert plain["DefaultActions"] == [{"Type": "redirect", "RedirectConfig": redirect}]
    assert len(guarded.whole(LISTENER)) == 2


def test_its_attributes_are_safe_ones(guarded: Made) -> None:
    assert attributes(guarded) == {
        "access_logs.s3.enabled": "true",
        "access_logs.s3.bucket": "the-logs",
        "access_logs.s3.prefix": "balancer",
        "deletion_protection.enabled": "true",
        "idle_timeout.timeout_seconds": "75",
        "routing.http.drop_invalid_header_fields.enabled": "true",
        "routing.http.desync_mitigation_mode": "defensive",
    }


def test_only_production_is_protected_from_deletion(guarded: Made, other: Made) -> None:
    assert attributes(guarded) | {
        "deletion_protection.enabled": "false",
        "idle_timeout.timeout_seconds": "60",
    } == attributes(other)


def test_a_certificate_that_is_there_is_taken_as_it_is(guarded: Made) -> None:
    assert listener(guarded, 443)["Certificates"] == [{"CertificateArn": CERTIFICATE}]
    assert not guarded.whole("AWS::CertificateManager::Certificate")


def test_a_certificate_of_its_own_proves_every_name_in_our_zone(other: Made) -> None:
    """Only then does AWS renew it by itself."""
    (name,) = other.whole("AWS::CertificateManager::Certificate")
    assert listener(other, 443)["Certificates"] == [{"CertificateArn": f"<{name}>"}]
    assert other.only("AWS::CertificateManager::Certificate") == {
        "DomainName": "example.com",
        "SubjectAlternativeNames": ["*.example.com", "example.org"],
        "ValidationMethod": "DNS",
        "DomainValidationOptions": [
            {"DomainName": domain, "HostedZoneId": "Z0123456789"}
            for domain in ("example.com", "*.example.com", "example.org")
        ],
    }


def test_without_a_name_aws_gives_one_so_that_it_can_be_replaced(other: Made) -> None:
    assert "Name" not in other.only(KIND)


def test_that_it_is_open_is_the_one_thing_to_accept(guarded: Made, folder: Path) -> None:
    assert guarded
    assert acknowledged(folder) == needed(folder) == {("Balancer/Group/Group", "EC23")}
