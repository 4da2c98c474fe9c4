"""References that lead somewhere: to what is there, of the right type, once."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from checks.estate import listed
from checks.functions import REFERENCE
from checks.rules.every import EVERY, with_others
from checks.rules.naming import known_at
from checks.rules.references import exports_of, written_in
from checks.rules.rule import Fault, rule
from checks.rules.wiring_types import ATTRIBUTES, EXPECTED, LISTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from checks.estate import Estate, Resource
    from checks.rules.references import Written
    from checks.rules.rule import Scene
    from checks.template import Template

GUIDE = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide"


@dataclass(frozen=True)
class _Known:
    """What a template defines that others, or itself, may refer to."""

    ids: frozenset[str]
    outputs: frozenset[str]
    exports: frozenset[str]
    conditions: frozenset[str]
    transformed: bool


@lru_cache(maxsize=64)
def _known(template: Template) -> _Known:
    sections = (template.section(name) for name in ("Resources", "Parameters"))
    conditions = template.body.get("Conditions")
    return _Known(
        ids=frozenset(name for section in sections for name in section),
        outputs=frozenset(template.section("Outputs")),
        exports=frozenset(exports_of(template)),
        conditions=frozenset(map(str, conditions if isinstance(conditions, dict) else ())),
        # Macros make resources that no template shows.
        transformed="Transform" in template.body,
    )


@lru_cache(maxsize=8)
def _dangling(estate: Estate) -> Mapping[tuple[str, str], list[tuple[str, str]]]:
    """Paths and what is missing there, by resource."""
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    by_stack = {each.stack: _known(each) for each in estate.templates}
    for template in estate.templates:
        for each in written_in(template):
            if problem := _missing(each, by_stack[template.stack], by_stack):
                found.setdefault((template.stack, each.logical_id), []).append((each.path, problem))
    return found


def _missing(reference: Written, here: _Known, by_stack: Mapping[str, _Known]) -> str:
    name, problem = reference.name, ""
    match reference.what:
        case "id":
            if name not in here.ids and not name.startswith("AWS::") and not here.transformed:
                problem = f"nothing here is called {name}"
        case "output":
            producer = by_stack.get(reference.stack)
            if producer and name not in producer.outputs:
                problem = f"{reference.stack} has no output {name}"
        case "import":
            stack = name.split(":", 1)[0]
            if stack in by_stack and not any(name in each.exports for each in by_stack.values()):
                problem = f"{stack} exports nothing as {name}"
        case "condition":
            if name not in here.conditions:
                problem = f"there is no condition {name}"
    return problem


@rule(
    "wiring-dangling",
    *EVERY,
    title="references lead to what is there",
    why="the deployment fails, after half of it is done",
    source=f"{GUIDE}/using-cfn-stack-exports.html",
)
def dangling(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """Logical ids of the template, outputs and exports of the others, conditions."""
    missing = _dangling(scene.estate)
    for each in with_others(resource, scene.estate) if missing else ():
        for path, problem in missing.get((each.stack, each.logical_id), ()):
            yield Fault(message=problem, remedy="refer to what exists", property=path, at=each)


@rule(
    "wiring-order",
    *EVERY,
    title="what waits, waits for something else that is there",
    why="CloudFormation refuses the template",
    source=f"{GUIDE}/aws-attribute-dependson.html",
)
def order(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """Each name in DependsOn is another resource of the template."""
    for each in with_others(resource, scene.estate):
        waits_for = each.body.get("DependsOn")
        if not waits_for:
            continue
        for name in listed(waits_for):
            known = isinstance(name, str) and name in _ids(scene.estate)[each.stack]
            if not known or name == each.logical_id:
                message = f"it waits for {name}, which is not there"
                yield Fault(message=message, remedy="wait for a resource", at=each)


@lru_cache(maxsize=8)
def _ids(estate: Estate) -> Mapping[str, frozenset[str]]:
    return {each.stack: frozenset(each.section("Resources")) for each in estate.templates}


@rule(
    "wiring-type",
    *EVERY,
    title="what a property refers to is of the type that the property means",
    why="AWS refuses it in the middle of a deployment, or something else is used than was meant",
    source=f"{GUIDE}/intrinsic-function-reference-ref.html",
)
def reference_type(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """A subnet where a subnet is meant, its ARN where an ARN is."""
    for each in with_others(resource, scene.estate):
        for name, value in _named(scene.estate)[each].values:
            if problem := _mistyped(name, value, scene.estate):
                message, remedy = problem
                path = place_of(each.properties, name, value)
                yield Fault(message=message, remedy=remedy, property=path, at=each)


@dataclass
class _Named:
    """Texts and lists in a resource under names that are known; without paths, which few need."""

    values: list[tuple[str, str]] = field(default_factory=list)
    lists: list[tuple[str, list[Any]]] = field(default_factory=list)


@lru_cache(maxsize=8)
def _named(estate: Estate) -> Mapping[Resource, _Named]:
    found = {}
    for resource in estate.resources:
        named = found[resource] = _Named()
        waiting: list[tuple[str, Any]] = list(resource.properties.items())
        while waiting:
            name, value = waiting.pop()
            if type(value) is str:
                if name in EXPECTED and value[:1] == "<":
                    named.values.append((name, value))
            elif type(value) is dict:
                waiting.extend(value.items())
            elif type(value) is list:
                if len(value) > 1 and name in LISTS:
                    named.lists.append((name, value))
                waiting.extend((name, each) for each in value)
    return found


def _mistyped(name: str, value: str, estate: Estate) -> tuple[str, str] | None:
    found = known_at(estate, value)
    if found is None:
        return None
    expected = EXPECTED[name]
    if found.kind not in expected:
        return f"{found.ref} is a {found.kind}", f"name a {expected[0]}"
    match = REFERENCE.fullmatch(value)
    attribute = (match[3] or "") if match else ""
    fitting = ATTRIBUTES.get(name, {}).get(found.kind)
    if fitting is not None and attribute not in fitting:
        meant = " or ".join(each or "Ref" for each in fitting)
        return f"{attribute or 'Ref'} of {found.ref}", f"take its {meant}"
    return None


@rule(
    "wiring-twice",
    *EVERY,
    title="nothing is named twice in one list",
    why="AWS refuses it, or one of the two was to be another: a zone, a group, a policy is missing",
    source="https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html",
)
def twice(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """Subnets, groups, tables, users, topics: each once."""
    for each in with_others(resource, scene.estate):
        for name, items in _named(scene.estate)[each].lists:
            texts = [str(one) for one in items]
            if len(set(texts)) < len(texts):
                double = next(one for one in texts if texts.count(one) > 1)
                yield Fault(
                    message=f"{double} stands there twice",
                    remedy="name each once",
                    property=place_of(each.properties, name, items),
                    at=each,
                )


def place_of(value: Any, name: str, wanted: Any, path: str = "") -> str:
    """The path at which something stands under a name."""
    pairs: list[tuple[str, Any]] = []
    if isinstance(value, dict):
        pairs = [(str(key), each) for key, each in value.items()]
    elif isinstance(value, list):
        pairs = [(str(at), each) for at, each in enumerate(value)]
    for key, each in pairs:
        place = f"{path}.{key}" if path else key
        if each == wanted and name in place.split("."):
            return place
        if found := place_of(each, name, wanted, place):
            return found
    return ""
