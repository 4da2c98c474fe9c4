"""Who finds a mutant: our rules, then the proof, then CDK's own validation and Control Tower.

In this order, because the first are the fastest; who finds it is not asked further.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property

import cloudformation_validate as cv

from checks.estate import worlds
from checks.finding import Finding
from checks.graph import rules as graph
from checks.outcome import Outcome
from checks.rules.judge import judge
from checks.template import Template
from checks.tools import control_tower
from config.model.environment import Environment
from tests.checks.mutations.mutants import Mutant


@dataclass
class Stages:
    """The validators over one environment, and what they say of it as it is."""

    environment: Environment
    templates: list[Template]
    failures: list[str] = field(default_factory=list)

    def find(self, mutant: Mutant) -> str | None:
        """The rule that finds a mutant first."""
        changed = mutant.apply(self.templates)
        found = worlds(changed)
        # Most are found in the world after a release; the other one is asked only if not.
        for ask in (
            lambda: judge(found[:1], self.environment),
            lambda: graph.judge(found, self.environment),
            lambda: judge(found, self.environment),
        ):
            outcome = ask()
            self.failures += [f"{mutant.key}: {each}" for each in outcome.failures]
            if new := self._new(outcome):
                return new
        (template,) = [t for t in changed if t.stack == mutant.stack]
        if new := next(iter(self._validated(template) - self._known_to_cdk), None):
            return new
        return self._new(control_tower.judge([template]))

    def _new(self, outcome: Outcome) -> str | None:
        found = (each.rule for each in outcome.findings if _key(each) not in self._known)
        return next(found, None)

    @cached_property
    def _known(self) -> set[tuple[str, ...]]:
        found = worlds(self.templates)
        outcomes = [
            judge(found, self.environment),
            graph.judge(found, self.environment),
            control_tower.judge(self.templates),
        ]
        return {_key(each) for outcome in outcomes for each in outcome.findings}

    @cached_property
    def _engine(self) -> cv.CelEngine:
        return cv.CelEngine()

    @cached_property
    def _known_to_cdk(self) -> set[str]:
        return set().union(*map(self._validated, self.templates))

    def _validated(self, template: Template) -> set[str]:
        """What CDK's own validation says at synthesis, in the very engine of its plugin."""
        text = json.dumps(template.body)
        report = self._engine.validate_template(cv.TemplateContent(text))
        return {
            f"{each.rule_id} {each.message}"
            for each in report.diagnostics
            if each.severity.value >= cv.Severity.ERROR.value
        }


def _key(finding: Finding) -> tuple[str, ...]:
    return finding.stack, finding.logical_id, finding.rule, finding.message
