"""A look at a service's public address from outside, by Route 53."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_route53 as route53

from stackyard.marks import belongs_to

if TYPE_CHECKING:
    from constructs import Construct

    from config.model.watched import Probe


def probe(
    scope: Construct, construct_id: str, *, node: str, domain: str, spec: Probe
) -> route53.CfnHealthCheck:
    """A health check over HTTPS; from several places at once, each in its own interval."""
    check = route53.CfnHealthCheck(
        scope,
        construct_id,
        health_check_config=route53.CfnHealthCheck.HealthCheckConfigProperty(
            type="HTTPS",
            fully_qualified_domain_name=domain,
            port=443,
            resource_path=spec.path,
            request_interval=spec.interval,
            failure_threshold=spec.failures,
            enable_sni=True,
            measure_latency=True,
        ),
        health_check_tags=[
            route53.CfnHealthCheck.HealthCheckTagProperty(key="Name", value=f"{domain}{spec.path}")
        ],
    )
    belongs_to(check, node)
    return check
