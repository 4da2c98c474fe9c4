"""Every mutant of an environment's templates, one for each type, property path and operator."""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from checks.template import Template
from tests.checks.mutations.operators import REMOVED, of_reference, of_resource, of_value

# What tells items of a list apart: a statement that denies is not one that allows.
TELLING = ("Effect", "Key", "Field", "LogType")
# Types of which there are two kinds: the property that tells them apart, and what it makes them.
VARIANTS = {
    "CloudWatch::Alarm": ("Metrics", "of several"),
    "SQS::Queue": ("RedrivePolicy", "redriven"),
}
# What people read and no machine acts upon, and what CDK and CloudFormation make of it.
TOLD_ONLY = ("Description", "GroupDescription", "Comment", "Tags", "HealthCheckTags", "Sid")


@dataclass(frozen=True)
class Mutant:
    """One mistake: `key` says of which kind, independent of where."""

    key: str
    stack: str
    logical_id: str
    path: tuple[str | int, ...]
    operator: str
    value: Any

    def apply(self, templates: list[Template]) -> list[Template]:
        """The templates with this mistake; those that it does not touch are the same objects."""
        return [self._on(each) if each.stack == self.stack else each for each in templates]

    def _on(self, template: Template) -> Template:
        resources = dict(template.body["Resources"])
        if self.value is REMOVED and not self.path:
            del resources[self.logical_id]
        elif not self.path:
            resources[self.logical_id] = self.value
        else:
            resource = copy.deepcopy(resources[self.logical_id])
            holder = resource["Properties"]
            for step in self.path[:-1]:
                holder = holder[step]
            if self.value is REMOVED:
                del holder[self.path[-1]]
            else:
                holder[self.path[-1]] = self.value
            resources[self.logical_id] = resource
        body = {**template.body, "Resources": resources}
        return Template(template.stack, body, account=template.account, region=template.region)


def mutants(templates: list[Template], seen: set[str]) -> Iterator[Mutant]:
    """All mutants whose kind is not in `seen` yet, which grows."""
    references = _references(templates)
    kinds = {
        (each.stack, name): body["Type"]
        for each in templates
        for name, body in each.section("Resources").items()
    }
    for template in templates:
        for logical_id, resource in template.section("Resources").items():
            found = _of_one(template, logical_id, resource, kinds, references)
            for mutant in found:
                if mutant.key not in seen:
                    seen.add(mutant.key)
                    yield mutant


def _of_one(
    template: Template,
    logical_id: str,
    resource: dict[str, Any],
    kinds: dict[tuple[str, str], str],
    references: dict[str, list[Any]],
) -> Iterator[Mutant]:
    kind = _variant(resource)

    def mutant(path: tuple[str | int, ...], operator: str, value: Any) -> Mutant:
        named = ".".join(_general(path, resource.get("Properties", {})))
        key = f"{kind} {named} {operator}".replace("  ", " ")
        return Mutant(key, template.stack, logical_id, path, operator, value)

    yield mutant((), "remove", REMOVED)
    for operator, value in of_resource(resource):
        yield mutant((), operator, value)
    for path, value in _walk(resource.get("Properties", {})):
        target = _target(template, value, kinds)
        if target is not None:
            others = {target: [r for r in references[target] if r != value]}
            for operator, new in of_reference(target, others):
                yield mutant(path, operator, new)
        else:
            name = next((step for step in reversed(path) if isinstance(step, str)), "")
            for operator, new in of_value(name, value):
                if new != value:
                    yield mutant(path, operator, new)


def _variant(resource: dict[str, Any]) -> str:
    """The type, and for what is of several kinds (a role, a policy) which of them it is."""
    kind: str = resource["Type"].removeprefix("AWS::")
    properties = resource.get("Properties", {})
    match kind:
        case "IAM::Role":
            statement = properties["AssumeRolePolicyDocument"]["Statement"][0]
            return f"{kind} of {statement['Principal']['Service'].removesuffix('.amazonaws.com')}"
        case "SecretsManager::Secret":
            made = next(
                (k for k in ("GenerateSecretString", "SecretString") if k in properties), ""
            )
            return f"{kind} {made}".strip()
        case "EC2::VPCEndpoint" | "ElasticLoadBalancingV2::Listener":
            return f"{kind} {properties.get('VpcEndpointType', properties.get('Port', 'Gateway'))}"
        case "CloudWatch::Alarm" | "SQS::Queue":
            telling, variant = VARIANTS[kind]
            return f"{kind} {variant if telling in properties else ''}".strip()
        case "Lambda::Permission":
            return f"{kind} for {properties.get('Principal', '').removesuffix('.amazonaws.com')}"
    return kind


def _general(path: tuple[str | int, ...], value: Any) -> Iterator[str]:
    """A path without what differs from one resource to the next: positions, names of states."""
    before = None
    for step in path:
        if isinstance(step, int):
            value = value[step] if isinstance(value, list) else None
            yield _kind_of_item(value)
        else:
            value = value.get(step) if isinstance(value, dict) else None
            yield "*" if before == "States" else step
        before = step


def _kind_of_item(value: Any) -> str:
    """What tells an item of a list from the others, where its kind of list says that."""
    said = value if isinstance(value, dict) else {}
    name = next((said[key] for key in TELLING if isinstance(said.get(key), str)), "*")
    return str(name)


def _walk(
    value: Any, path: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    if path and str(path[-1]) in TOLD_ONLY:
        return
    if path:
        yield path, value
    if isinstance(value, dict) and not _is_function(value):
        for key, each in value.items():
            yield from _walk(each, (*path, key))
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from _walk(each, (*path, number))


def _is_function(value: dict[str, Any]) -> bool:
    return len(value) == 1 and (next(iter(value)) == "Ref" or next(iter(value)).startswith("Fn::"))


def _target(template: Template, value: Any, kinds: dict[tuple[str, str], str]) -> str | None:
    """The type that a reference inside a template means, `?` for one to another stack."""
    match value:
        case {"Ref": str(name)}:
            return kinds.get((template.stack, name), "?")
        case {"Fn::GetAtt": [str(name), *_]}:
            return kinds.get((template.stack, name), "?")
        case {"Fn::ImportValue": _} | {"Fn::GetStackOutput": _}:
            return "?"
    return None


def _references(templates: list[Template]) -> dict[str, list[Any]]:
    """References that stand somewhere, by the type that they mean."""
    found: dict[str, list[Any]] = defaultdict(list)
    for template in templates:
        kinds = {
            (template.stack, name): body["Type"]
            for name, body in template.section("Resources").items()
        }
        for resource in template.section("Resources").values():
            for _, value in _walk(resource.get("Properties", {})):
                target = _target(template, value, kinds)
                if target and target != "?" and value not in found[target]:
                    found[target].append(value)
    return found
