"""The application load balancer: HTTPS for everybody, 404 for what no route takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_elasticloadbalancingv2 as elb

from config import aws
from config.attributes import BALANCER
from config.model.balancer import Certificate
from stackyard.edges import NodeGroup
from stackyard.marks import NEXT_RELEASE, acknowledge, belongs_to, planned
from stackyard.place import Block

if TYPE_CHECKING:
    from constructs import Construct

    from config.model.balancer import Balancer as BalancerSpec
    from stackyard.placement import Placement

# TLS 1.3 and 1.2, forward secrecy and authenticated encryption only, with hybrid post-quantum key
# exchange for clients that know it.
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html
TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"


class Balancer(Block):
    """A public balancer over all zones; services add their own rules to `listener_arn`."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        spec: BalancerSpec,
        environment: str,
        placement: Placement,
        log_bucket: str,
        protected: bool,
    ) -> None:
        super().__init__(scope, construct_id)
        self.vpc_id = placement.vpc_id
        group = NodeGroup(
            self,
            "Group",
            node=BALANCER,
            vpc_id=placement.vpc_id,
            description=f"Balancer of {environment}",
            open_to_internet=(aws.HTTP_PORT, aws.HTTPS_PORT),
        )
        self.group_id = group.group_id
        acknowledge(
            group.group,
            "EC23",
            reason="It is the public address of the system: port 443, and 80 which only redirects",
        )
        self.balancer = elb.CfnLoadBalancer(
            self,
            "Balancer",
            name=spec.name,
            type="application",
            scheme="internet-facing",
            subnets=list(placement.subnet_ids),
            security_groups=[group.group_id],
            load_balancer_attributes=_attributes(
                {
                    "access_logs.s3.enabled": "true",
                    "access_logs.s3.bucket": log_bucket,
                    "access_logs.s3.prefix": BALANCER,
                    "deletion_protection.enabled": "true" if protected else "false",
                    "idle_timeout.timeout_seconds": str(spec.idle_seconds),
                    # A program that reads headers otherwise than the balancer can be tricked.
                    "routing.http.drop_invalid_header_fields.enabled": "true",
                    "routing.http.desync_mitigation_mode": "defensive",
                }
            ),
        )
        belongs_to(self.balancer, BALANCER)
        planned(
            self.balancer,
            "ALBWAFEnabled",
            until=NEXT_RELEASE,
            reason="A web firewall comes with the edge; until then the balancer drops malformed"
            " headers and routes only the hosts and paths of the file",
        )
        if not protected:
            acknowledge(
                self.balancer,
                "ELBDeletionProtectionEnabled",
                reason="The file says that this environment is not production; a balancer keeps"
                " nothing and can be made again",
            )
        self.full_name = self.balancer.attr_load_balancer_full_name
        self.dns_name = self.balancer.attr_dns_name
        self.listener_arn = self._listeners(self._certificate(spec))

    def _certificate(self, spec: BalancerSpec) -> str:
        if not isinstance(spec.certificate, Certificate):
            return spec.certificate
        names = (spec.certificate.domain, *spec.certificate.also)
        certificate = acm.CfnCertificate(
            self,
            "Certificate",
            domain_name=names[0],
            subject_alternative_names=list(names[1:]) or None,
            validation_method="DNS",
            domain_validation_options=[
                {"domainName": name, "hostedZoneId": spec.certificate.zone} for name in names
            ],
        )
        return certificate.ref

    def _listeners(self, certificate: str) -> str:
        secure = {"protocol": "HTTPS", "port": "443", "statusCode": "HTTP_301"}
        redirect = elb.CfnListener(
            self,
            "Http",
            load_balancer_arn=self.balancer.ref,
            port=aws.HTTP_PORT,
            protocol="HTTP",
            default_actions=[{"type": "redirect", "redirectConfig": secure}],
        )
        acknowledge(
            redirect,
            "ELBv2ACMCertificateRequired",
            reason="It answers everything with a redirect to HTTPS and forwards nothing",
        )
        nobody = {"statusCode": "404", "contentType": "text/plain", "messageBody": "Not found\n"}
        listener = elb.CfnListener(
            self,
            "Https",
            load_balancer_arn=self.balancer.ref,
            port=aws.HTTPS_PORT,
            protocol="HTTPS",
            ssl_policy=TLS_POLICY,
            certificates=[{"certificateArn": certificate}],
            default_actions=[{"type": "fixed-response", "fixedResponseConfig": nobody}],
        )
        return listener.ref


def _attributes(values: dict[str, str]) -> list[Any]:
    return [{"key": key, "value": value} for key, value in values.items()]
