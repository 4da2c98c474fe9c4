"""What the proof asserts, as rules: names, what holds, why, and where each is judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from checks.figures.figure import RULE as FIGURE
from checks.figures.proof import compare
from checks.graph.groups import EGRESS, GROUP, INGRESS
from checks.graph.proof import prove
from checks.outcome import Evaluation, Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from checks.estate import Estate
    from checks.finding import Finding
    from checks.outcome import Result
    from config.model.environment import Environment

VALIDATOR = "Stackyard"
SOURCE = "https://docs.aws.amazon.com/wellarchitected/latest/security-pillar"
REACH = f"{SOURCE}/sec_network_protection_layered.html"
RIGHTS = f"{SOURCE}/sec_permissions_least_privileges.html"
INTERFACES = (
    "AWS::ECS::Service",
    "AWS::Lambda::Function",
    "AWS::RDS::DBInstance",
    "AWS::ElastiCache::ReplicationGroup",
    "AWS::ElastiCache::ServerlessCache",
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "AWS::EC2::VPCEndpoint",
    "AWS::AppRunner::VpcConnector",
    "AWS::StepFunctions::StateMachine",
)
ROLES = ("AWS::IAM::Role",)


@dataclass(frozen=True, kw_only=True)
class ProofRule:
    """One assertion of the proof, and the types that it is about."""

    title: str
    why: str
    source: str
    kinds: tuple[str, ...]


PROOF_RULES = {
    "graph-undeclared-way": ProofRule(
        title="nothing reaches anything that no link of the file declares",
        why="an open way that nobody meant is the one that an intruder takes",
        source=REACH,
        kinds=(GROUP, INGRESS, EGRESS, *INTERFACES),
    ),
    "graph-missing-way": ProofRule(
        title="every declared link is possible: groups at both ends, routes, endpoints, listeners",
        why="a program that can't reach what it needs fails at its first request, after the deploy",
        source=REACH,
        kinds=INTERFACES,
    ),
    "graph-undeclared-right": ProofRule(
        title="no role, resource policy or key allows what no link declares",
        why="what a stolen credential may do is all that its role allows",
        source=RIGHTS,
        kinds=(*ROLES, "AWS::S3::BucketPolicy", "AWS::SNS::TopicPolicy", "AWS::KMS::Key"),
    ),
    "graph-missing-right": ProofRule(
        title="every declared link is allowed: secrets with their keys, objects, images",
        why="a task that may not read its secret does not start, and the deployment hangs",
        source=RIGHTS,
        kinds=ROLES,
    ),
    "graph-route": ProofRule(
        title="each host and path leads to the service whose route declares it",
        why="requests for one service answered by another look like success to every monitor",
        source="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-rules.html",
        kinds=("AWS::ElasticLoadBalancingV2::ListenerRule",),
    ),
    "graph-unnamed": ProofRule(
        title="each principal, network interface and store names one node of the file",
        why="what has no name can't be held against the file",
        source=RIGHTS,
        kinds=(*ROLES, GROUP, *INTERFACES),
    ),
    "graph-named-twice": ProofRule(
        title="each node has one security group",
        why="rules of a second group add to those of the first, and nobody reads them together",
        source=REACH,
        kinds=(GROUP,),
    ),
    "graph-foreign-group": ProofRule(
        title="nothing stands behind the security group of another node",
        why="whoever shares a group shares all of its ways",
        source=REACH,
        kinds=INTERFACES,
    ),
    "graph-default-group": ProofRule(
        title="nothing takes the network's default security group",
        why="its members reach each other and the whole internet",
        source="https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html",
        kinds=INTERFACES,
    ),
    "graph-unfollowed": ProofRule(
        title="nothing opens a way that the proof does not follow",
        why="peerings, gateways and access keys bypass all that was proved",
        source=REACH,
        kinds=("AWS::EC2::VPC",),
    ),
    FIGURE: ProofRule(
        title="every figure of the file stands in the templates: sizes, days, limits, variables",
        why="what was reviewed is the file, and what is deployed is the template",
        source="https://docs.aws.amazon.com/wellarchitected/latest/operational-excellence-pillar"
        "/ops_dev_integ_version_control.html",
        kinds=("AWS::ECS::Service", "AWS::ECS::TaskDefinition", "AWS::RDS::DBInstance"),
    ),
}


def judge(worlds: Sequence[Estate], environment: Environment) -> Outcome:
    """The proof as an outcome: findings, and evidence for each resource that it is about."""
    failures: list[str] = []
    findings: list[Finding] = []
    for what, prover in (("graph", prove), ("figures", compare)):
        try:
            findings += prover(worlds, environment)
        except Exception as error:  # noqa: BLE001 (a proof that fails must not pass)
            failures.append(f"the proof of the {what} failed: {error!r}")
    found = dict.fromkeys(findings)
    return Outcome(
        validator=VALIDATOR,
        findings=tuple(found),
        evaluations=tuple(_evaluations(worlds[0], list(found))),
        failures=tuple(failures),
    )


def _evaluations(estate: Estate, findings: list[Finding]) -> list[Evaluation]:
    failed = {(each.rule, each.stack, each.logical_id) for each in findings}
    places = {
        (name, resource.stack, resource.logical_id)
        for name, rule in PROOF_RULES.items()
        for resource in estate.of(*rule.kinds)
    }
    found: list[Evaluation] = []
    for rule, stack, logical_id in sorted(failed | places):
        result: Result = "failed" if (rule, stack, logical_id) in failed else "passed"
        found.append(
            Evaluation(
                validator=VALIDATOR,
                rule=rule,
                title=PROOF_RULES[rule].title,
                stack=stack,
                logical_id=logical_id,
                result=result,
            )
        )
    return found
