"""Rules of our own, by what they protect; `RULES` has them all, by name.

A rule reads resources with their references followed. Each has its source, and an example that it
lets pass and one that it finds (tests/checks/rules/cases/).
"""

from __future__ import annotations

from checks.rules import durability
from checks.rules.rule import RULES, Fault, Rule, Scene, rule

__all__ = ["MODULES", "RULES", "Fault", "Rule", "Scene", "rule"]

# In the order of docs/rules.md.
MODULES = (durability,)
