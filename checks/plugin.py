"""The gate as validation plugins of the CDK App, so that every synthesis gives one verdict.

Two plugins, because an acknowledgement names the validator: `Stackyard::…`, `Control-Tower::…`.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import aws_cdk as cdk
import jsii

from checks.estate import worlds
from checks.graph import rules as graph
from checks.rules import RULES
from checks.rules import judge as own
from checks.template import Template, read
from checks.tools import control_tower
from config.compliance import CONTROL_TOWER, OWN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from checks.finding import Finding
    from checks.outcome import Outcome
    from config.model.environment import Environment

VERSION = "1"
SUFFIX = ".template.json"


@jsii.implements(cdk.IPolicyValidationPlugin)
class OwnRules:
    """Our rules and the proof, for each environment whose stacks are in the assembly."""

    def __init__(self, *environments: Environment) -> None:
        self._environments = environments

    @property
    def name(self) -> str:
        """What acknowledgements begin with."""
        return OWN

    @property
    def version(self) -> str:
        """The rules' version: they come with the project."""
        return VERSION

    @property
    def rule_ids(self) -> list[str]:
        """All rules' names."""
        return sorted({*RULES, *graph.PROOF_RULES})

    def validate(self, context: cdk.IPolicyValidationContext) -> cdk.PolicyValidationPluginReport:
        """Hold every rule against the templates that were just made."""
        outcomes: list[Outcome] = []
        for environment, templates in _by_environment(self._environments, context):
            found = worlds(templates)
            outcomes.append(own.judge(found, environment))
            if environment:
                outcomes.append(graph.judge(found, environment))
        return _report(outcomes, context)


@jsii.implements(cdk.IPolicyValidationPlugin)
class ControlTower:
    """The proactive rules of AWS Control Tower."""

    @property
    def name(self) -> str:
        """What acknowledgements begin with."""
        return CONTROL_TOWER

    @property
    def version(self) -> str:
        """The rules' version: they come with a pinned package."""
        return VERSION

    @property
    def rule_ids(self) -> list[str]:
        """CDK lists them for people; they are the package's."""
        return []

    def validate(self, context: cdk.IPolicyValidationContext) -> cdk.PolicyValidationPluginReport:
        """Hold the rules against the templates that were just made."""
        return _report([control_tower.judge(_templates(context))], context)


def _templates(context: cdk.IPolicyValidationContext) -> list[Template]:
    found = []
    for path in context.template_paths:
        body = read(Path(path))
        if body:
            found.append(Template(Path(path).name.removesuffix(SUFFIX), body))
    return found


def _by_environment(
    environments: Sequence[Environment], context: cdk.IPolicyValidationContext
) -> list[tuple[Environment | None, list[Template]]]:
    """The templates of each environment: its own stacks, and the images that it shares."""
    found: dict[Environment | None, list[Template]] = defaultdict(list)
    for template in _templates(context):
        owner = next((e for e in environments if template.stack.startswith(f"{e.name}-")), None)
        shared = [e for e in environments if template.stack == f"{e.system}-images"]
        owners: list[Environment | None] = [owner] if owner else [*shared] or [None]
        for at in owners:
            place = (at.account, at.region) if at else (None, None)
            placed = Template(template.stack, template.body, account=place[0], region=place[1])
            found[at].append(placed)
    return list(found.items())


def _report(
    outcomes: Sequence[Outcome], context: cdk.IPolicyValidationContext
) -> cdk.PolicyValidationPluginReport:
    paths = {Path(path).name.removesuffix(SUFFIX): path for path in context.template_paths}
    first = next(iter(paths.values()), "")
    violations = [
        _violation(finding, paths.get(finding.stack, first))
        for outcome in outcomes
        for finding in outcome.findings
    ]
    violations += [
        cdk.PolicyViolation(
            rule_name="validator-failed",
            description=f"{outcome.validator}: {sentence}",
            severity="error",
            violating_resources=[],
        )
        for outcome in outcomes
        for sentence in outcome.failures
    ]
    return cdk.PolicyValidationPluginReport(success=not violations, violations=violations)


def _violation(finding: Finding, path: str) -> cdk.PolicyViolation:
    return cdk.PolicyViolation(
        rule_name=finding.rule,
        description=finding.message,
        fix=finding.remedy,
        severity=finding.severity,
        violating_resources=[
            cdk.PolicyViolatingResource(
                resource_logical_id=finding.logical_id,
                template_path=path,
                locations=[finding.property] if finding.property else [],
            )
        ],
    )
