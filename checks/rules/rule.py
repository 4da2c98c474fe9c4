"""What a rule of ours is: what it reads, what must hold there, why, and who says so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from checks.finding import Finding, Severity

if TYPE_CHECKING:
    from checks.estate import Estate, Resource
    from config.model.environment import Environment


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What is wrong with a resource and what would be right; sentences without a full stop.

    `property` is a path below the resource's properties; `at` another resource that is to blame.
    """

    message: str
    remedy: str
    property: str = ""
    at: Resource | None = None


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What rules see: the resources in one world, and the file where there is one.

    Without a file everything counts as production.
    """

    estate: Estate
    environment: Environment | None = None

    @property
    def production(self) -> bool:
        """Whether what production asks for has to hold."""
        return self.environment is None or self.environment.production


Judge = Callable[["Resource", Scene], Iterator[Fault]]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Something that has to hold for every resource of some types.

    `title` completes "holds if …", `why` says what happens otherwise, `source` is a URL.
    """

    name: str
    title: str
    why: str
    source: str
    kinds: tuple[str, ...]
    judge: Judge
    production: bool = False
    severity: Severity = "error"

    def faults(self, resource: Resource, scene: Scene) -> Iterator[Finding]:
        """The findings of this rule about one resource."""
        for fault in self.judge(resource, scene):
            at = fault.at or resource
            yield Finding(
                stack=at.stack,
                logical_id=at.logical_id,
                property=f"Properties.{fault.property}" if fault.property else "",
                rule=self.name,
                message=fault.message,
                remedy=fault.remedy,
                severity=self.severity,
                sources=(self.name,),
            )


RULES: dict[str, Rule] = {}


def rule(
    name: str,
    *kinds: str,
    title: str,
    why: str,
    source: str,
    production: bool = False,
    severity: Severity = "error",
) -> Callable[[Judge], Judge]:
    """Register a function as the judge of a rule. ValueError if the name is taken."""

    def register(judge: Judge) -> Judge:
        if name in RULES:
            raise ValueError(f"two rules are called {name}")
        RULES[name] = Rule(
            name=name,
            title=title,
            why=why,
            source=source,
            kinds=tuple(f"AWS::{kind}" for kind in kinds),
            judge=judge,
            production=production,
            severity=severity,
        )
        return judge

    return register
