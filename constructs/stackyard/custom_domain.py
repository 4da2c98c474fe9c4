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
from stackyard.release import UNRELEASED

if TYPE_CHECKING:
    from constructs import Construct

    from stackyard.app_runner import AppRunnerService
    from stackyard.key import EnvironmentKey
    from stackyard.release import Release

SDK = "arn:aws:states:::aws-sdk:apprunner"
FINISHED = ["CREATE_COMPLETE", "UPDATE_COMPLETE"]
AGAIN = [{"ErrorEquals": ["States.TaskFailed"], "IntervalSeconds": 30, "MaxAttempts": 3}]
PATIENCE_SECONDS = 1800


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
        release: Release,
        notifier_arn: str | None,
        key: EnvironmentKey,
        log_days: int,
    ) -> None:
        super().__init__(scope, construct_id)
        statements = [
            Statement(
                actions=["apprunner:AssociateCustomDomain", "apprunner:DescribeCustomDomains"],
                resources=[service.arn],
            )
        ]
        substitutions = {"ServiceArn": service.arn}
        if notifier_arn:
            statements.append(
                Statement(actions=["lambda:InvokeFunction"], resources=[notifier_arn])
            )
            url = release.if_released(service.service.attr_service_url, UNRELEASED)
            substitutions |= {"ServiceUrl": url, "Notifier": notifier_arn}
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
        self.machine_arn = machine.machine.ref
        starter = machine.start_on(
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
        release.only_when_released(starter)
        remains = cdk.CfnOutput(
            self,
            "Remains",
            description=f"What remains to be done for {domain}",
            value=_what_remains(domain, dns, service),
        )
        remains.condition = release.exists


def _what_remains(domain: str, dns: str, service: AppRunnerService) -> str:
    arn, url = service.service.attr_service_arn, service.service.attr_service_url
    return (
        f"{domain} is associated with the service right after this deploy. Then set at {dns}:"
        f" CNAME {domain} -> {url} (DNS only, no proxy, until the certificate is active), and the"
        " certificate's CNAME records, which this command prints:"
        f" aws apprunner describe-custom-domains --service-arn {arn}"
        " --query 'CustomDomains[].CertificateValidationRecords[].[Name,Type,Value]' --output text"
    )


def _definition(domain: str, dns: str, *, tells: bool) -> dict[str, object]:
    """Associate, look until App Runner has made the records, and say which are missing."""
    status, records = "$.domain[0].Status", "$.domain[0].CertificateValidationRecords"
    associate = {
        "Type": "Task",
        "Resource": f"{SDK}:associateCustomDomain",
        "Parameters": {
            "ServiceArn": "${ServiceArn}",
            "DomainName": domain,
            "EnableWWWSubdomain": False,
        },
        # A service that is still being changed refuses for a while.
        "Retry": AGAIN,
        # It is an error, too, to associate a domain again: looking tells one from the other.
        "Catch": [{"ErrorEquals": ["States.TaskFailed"], "Next": "Wait"}],
        "Next": "Wait",
    }
    look = {
        "Type": "Task",
        "Resource": f"{SDK}:describeCustomDomains",
        "Parameters": {"ServiceArn": "${ServiceArn}"},
        "Retry": AGAIN,
        "ResultSelector": {"domain.$": f"$.CustomDomains[?(@.DomainName == '{domain}')]"},
        "Next": "Judge",
    }
    judge = {
        "Type": "Choice",
        "Choices": [
            {"Variable": status, "IsPresent": False, "Next": "NotAssociated"},
            # The API's reference writes the states in capitals, its answers in small letters.
            {"Variable": status, "StringEquals": "active", "Next": "Done"},
            {"Variable": status, "StringEquals": "ACTIVE", "Next": "Done"},
            {"Variable": f"{records}[0]", "IsPresent": False, "Next": "Wait"},
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
                f" States.JsonToString({records}))",
            },
        },
        "Retry": AGAIN,
        "Next": "Done",
    }
    return {
        "Comment": f"Associates {domain} and says what is left to do",
        "TimeoutSeconds": PATIENCE_SECONDS,
        "StartAt": "Associate",
        "States": {
            "Associate": associate,
            "Wait": {"Type": "Wait", "Seconds": 30, "Next": "Look"},
            "Look": look,
            "Judge": judge,
            **({"Tell": tell} if tells else {}),
            "NotAssociated": {
                "Type": "Fail",
                "Error": "NotAssociated",
                "Cause": f"{domain} could not be associated with the service",
            },
            "Done": {"Type": "Succeed"},
        },
    }
