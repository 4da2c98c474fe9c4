"""Rules across fields: what each field may be alone, but not together with the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.rules import (
    alarms,
    balancer,
    caches,
    compliance,
    databases,
    expendable,
    fargate,
    links,
    names,
    network,
    production,
    rollouts,
    services,
    stores,
    usage,
)

if TYPE_CHECKING:
    from config.model.environment import Environment
    from config.rules.finding import Findings

RULES = (
    *links.RULES,
    *usage.RULES,
    *network.RULES,
    *databases.RULES,
    *caches.RULES,
    *stores.RULES,
    *services.RULES,
    *fargate.RULES,
    *rollouts.RULES,
    *balancer.RULES,
    *production.RULES,
    *names.RULES,
    *alarms.RULES,
    *compliance.RULES,
    *expendable.RULES,
)


def broken_rules(environment: Environment) -> Findings:
    """Path and message of everything that is wrong, over all rules."""
    for rule in RULES:
        yield from rule(environment)
