"""A service's own domain, which CloudFormation can't associate with App Runner.

Issue apprunner-roadmap#129 is open since 2022. A machine without code does it after each deploy
and tells people which DNS records remain to be set.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk

from stackyard.iam import Statement
from stackyard.machine import Machine
from stackyard.place import Block

if TYPE_CHECKING:
    from constructs import Construct

    from stackyard.app_runner import AppRunnerService
    from stackyard.key import EnvironmentKey

SDK = "arn:aws:states:::aws-sdk:apprunner"
FINISHED = ["CREATE_COMPLETE", "UPDATE_COMPLETE"]


class CustomDomain(Block):
    """Associates a domain once its stack is deployed; says what is left at the DNS provider."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        node: str,
        domain: str,
        dns: str,
        service: AppRunnerService,
        notifier_arn: str | None,
        key: EnvironmentKey,
        log_days: int,
    ) -> None:
        super().__init__(scope, construct_id)
        statements = [
            Statement(
                actions=["apprunner:AssociateCustomDomain", "apprunner:DescribeCustomDomains"],
                resources=[service.service.attr_service_arn],
            )
        ]
        substitutions = {
            "ServiceArn": service.service.attr_service_arn,
            "ServiceUrl": service.service.attr_service_url,
        }
        if notifier_arn:
            statements.append(
                Statement(actions=["lambda:InvokeFunction"], resources=[notifier_arn])
            )
            substitutions["Notifier"] = notifier_arn
        machine = Machine(
            self,
            "Machine",
            node=node,
            definition=_definition(domain, dns, tells=bool(notifier_arn)),
            substitutions=substitutions,
            statements=statements,
            key=key,
            log_days=log_days,
        )
        machine.start_on(
            description=f"The stack of {node} was deployed: look after {domain}",
            pattern={
                "source": ["aws.cloudformation"],
                "detail-type": ["CloudFormation Stack Status Change"],
                "detail": {
                    "stack-id": [cdk.Stack.of(self).stack_id],
                    "status-details": {"status": FINISHED},
                },
            },
        )
        cdk.CfnOutput(
            self,
            "Remains",
            description=f"What remains to be done for {domain}",
            value=_what_remains(domain, dns, service),
        )


def _what_remains(domain: str, dns: str, service: AppRunnerService) -> str:
    arn, url = service.service.attr_service_arn, service.service.attr_service_url
    return (
        f"{domain} is associated with the service right after this deploy. Then set at {dns}:"
        f" CNAME {domain} -> {url} (DNS only, no proxy, until the certificate is active), and the"
        " certificate's CNAME records, which the notifier posts and this command prints:"
        f" aws apprunner describe-custom-domains --service-arn {arn}"
        " --query 'CustomDomains[].CertificateValidationRecords[].[Name,Type,Value]' --output text"
    )


def _definition(domain: str, dns: str, *, tells: bool) -> dict[str, object]:
    """Associate, look after half a minute, and say what is missing unless all is well."""
    associate = {
        "Type": "Task",
        "Resource": f"{SDK}:associateCustomDomain",
        "Parameters": {
            "ServiceArn": "${ServiceArn}",
            "DomainName": domain,
            "EnableWWWSubdomain": False,
        },
        # It is an error to associate a domain again.
        "Catch": [{"ErrorEquals": ["States.TaskFailed"], "ResultPath": None, "Next": "Wait"}],
        "ResultPath": None,
        "Next": "Wait",
    }
    look = {
        "Type": "Task",
        "Resource": f"{SDK}:describeCustomDomains",
        "Parameters": {"ServiceArn": "${ServiceArn}"},
        "ResultSelector": {"domain.$": f"$.CustomDomains[?(@.DomainName == '{domain}')]"},
        "Next": "IsActive",
    }
    status = "$.domain[0].Status"
    is_active = {
        "Type": "Choice",
        "Choices": [
            {"Variable": status, "IsPresent": False, "Next": "NotAssociated"},
            # The API's reference writes the states in capitals, its answers in small letters.
            {"Variable": status, "StringEquals": "active", "Next": "Done"},
            {"Variable": status, "StringEquals": "ACTIVE", "Next": "Done"},
        ],
        "Default": "Tell" if tells else "Done",
    }
    tell = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {
            "FunctionName": "${Notifier}",
            "InvocationType": "Event",
            "Payload": {
                "title": f"DNS records for {domain}",
                "level": "warning",
                "text.$": f"States.Format('Set at {dns}: CNAME {domain} to {{}}, DNS only, and the"
                " records of the certificate: {}', '${ServiceUrl}',"
                " States.JsonToString($.domain[0].CertificateValidationRecords))",
            },
        },
        "Next": "Done",
    }
    return {
        "Comment": f"Associates {domain} and says what is left to do",
        "StartAt": "Associate",
        "States": {
            "Associate": associate,
            "Wait": {"Type": "Wait", "Seconds": 30, "Next": "Look"},
            "Look": look,
            "IsActive": is_active,
            **({"Tell": tell} if tells else {}),
            "NotAssociated": {
                "Type": "Fail",
                "Error": "NotAssociated",
                "Cause": f"{domain} could not be associated with the service",
            },
            "Done": {"Type": "Succeed"},
        },
    }
