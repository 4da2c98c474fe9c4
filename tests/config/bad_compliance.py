"""Mistakes in what an environment complies with, and in what its file accepts."""

from __future__ import annotations

from tests.config.files import bad

ONE = "  - rule: AwsSolutions-VPC3\n    node: network"
DAY = 'until: "2027-06-30"'

CASES = {
    "a pack that there is not": bad(
        ("[hipaa, serverless]", "[hippa, serverless]"),
        path="compliance.0",
        says="must be one of hipaa, nist-800-53-r5, pci, serverless; did you mean 'hipaa'?",
    ),
    "a pack that is always on": bad(
        ("[hipaa, serverless]", "[hipaa, aws-solutions]"),
        path="compliance.1",
        says="found 'aws-solutions', must be one of hipaa,",
    ),
    "a pack twice": bad(
        ("[hipaa, serverless]", "[hipaa, hipaa]"),
        path="compliance",
        says="found a list, must be a list that names each pack once",
    ),
    "one pack without a list": bad(
        ("[hipaa, serverless]", "hipaa"),
        path="compliance",
        says="found 'hipaa', must be a list",
    ),
    "accepted on a node that there is not": bad(
        (ONE, ONE.replace("network", "netwrok")),
        path="accepted.0.node",
        says=("no node 'netwrok' has resources; did you mean 'network'?", "known: access-logs,"),
        at="node: netwrok",
    ),
    "accepted on what lies outside": bad(
        (ONE, ONE.replace("network", "errors")),
        path="accepted.0.node",
        says="no node 'errors' has resources",
        at="node: errors",
    ),
    "accepted of a pack that does not judge": bad(
        ("HIPAA.Security-VPC", "NIST.800.53.R5-VPC"),
        path="accepted.1.rule",
        says="is a rule of 'nist-800-53-r5', which `compliance:` does not list",
        at="rule: NIST.800.53.R5-VPCFlowLogsEnabled",
    ),
    "accepted with an open bracket": bad(
        ("AwsSolutions-VPC3", '"AwsSolutions-IAM5[Resource::{a]"'),
        path="accepted.0.rule",
        says="must be a finding's exact id, with every bracket closed",
        at="AwsSolutions-IAM5",
    ),
    "accepted by a sentence": bad(
        ("AwsSolutions-VPC3", "the default port"),
        path="accepted.0.rule",
        says="must be a finding's exact id such as AwsSolutions-RDS11",
        at="rule: the default port",
    ),
    "accepted for too few words": bad(
        ("Groups are what lets traffic through here", "It is safe like this"),
        path="accepted.0.reason",
        says="must be a reason of 6 words or more that would convince an auditor",
        at="reason: It is safe",
    ),
    "accepted without a reason": bad(
        ("    reason: Groups are what lets traffic through here\n", ""),
        path="accepted.0.reason",
        says="is required",
        at="rule: AwsSolutions-VPC3",
    ),
    "accepted until some time": bad(
        (DAY, "until: next summer"),
        path="accepted.1.until",
        says="found 'next summer', must be a date such as 2027-06-30",
    ),
    "accepted until a day that no month has": bad(
        (DAY, "until: 2027-06-31"),
        path="accepted.1.until",
        says="found '2027-06-31', must be a date such as 2027-06-30",
    ),
    "planned for no day": bad(
        (f"    {DAY}\n", ""),
        path="accepted.1.planned",
        says="needs `until:`, the day by which it is done",
        at="planned: true",
    ),
    "accepted twice": bad(
        ("  - rule: HIPAA.Security-VPCFlowLogsEnabled", "  - rule:  AwsSolutions-VPC3"),
        path="accepted.1",
        says="AwsSolutions-VPC3 on 'network' stands here twice",
        at="rule:  AwsSolutions-VPC3",
    ),
}
