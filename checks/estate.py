"""All templates of one environment read as one: resources with every reference followed."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from checks.functions import REFERENCE, Functions, Outputs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from checks.template import Template

NODE = "Stackyard::Node"


@dataclass(frozen=True, eq=False)
class Resource:
    """One resource, its properties with all references followed.

    `get("A.B")` follows dots through mappings, so that rules name what they mean.
    """

    stack: str
    logical_id: str
    kind: str
    properties: Mapping[str, Any]
    body: Mapping[str, Any]
    region: str | None = None

    def get(self, path: str, default: Any = None) -> Any:
        """The property at a path, or the default where nothing or no mapping stands."""
        found: Any = self.properties
        for name in path.split("."):
            if not isinstance(found, dict) or name not in found:
                return default
            found = found[name]
        return found

    def mappings(self, path: str) -> list[dict[str, Any]]:
        """The mappings in a list; one mapping counts as a list of one."""
        return [each for each in listed(self.get(path)) if isinstance(each, dict)]

    @property
    def node(self) -> str | None:
        """The node of the graph that it names in its metadata."""
        metadata = self.body.get("Metadata")
        named = metadata.get(NODE) if isinstance(metadata, dict) else None
        return named if isinstance(named, str) else None

    @property
    def ref(self) -> str:
        """The text that stands for a Ref to it."""
        return f"<{self.stack}/{self.logical_id}>"

    def __repr__(self) -> str:
        return f"{self.kind} {self.ref}"


def listed(value: Any) -> list[Any]:
    """A list, where CloudFormation or IAM takes one thing for a list of one."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def texts(value: Any) -> Iterator[str]:
    """Every text inside a value, without keys."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)


@dataclass(eq=False)
class Estate:
    """The resources of templates that are deployed together, in one world.

    A world answers each condition that only a deployment decides: `otherwise` is the answer of
    every comparison that stays open. `undecided` says whether there is such a condition at all.
    """

    templates: Sequence[Template]
    otherwise: bool = False
    undecided: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        outputs = Outputs()
        readers = [Functions(each, outputs, otherwise=self.otherwise) for each in self.templates]
        self.resources = tuple(
            resource
            for template, functions in zip(self.templates, readers, strict=True)
            for resource in _resources(template, functions)
        )
        self.undecided = any(functions.undecided for functions in readers)
        self._by_kind: dict[str, list[Resource]] = defaultdict(list)
        self._by_ref: dict[tuple[str, str], Resource] = {}
        for each in self.resources:
            self._by_kind[each.kind].append(each)
            self._by_ref[each.stack, each.logical_id] = each

    @property
    def region(self) -> str | None:
        """Where the templates are to be deployed, if one of them says so."""
        return next((each.region for each in self.templates if each.region), None)

    def of(self, *kinds: str) -> list[Resource]:
        """The resources of these types."""
        return [each for kind in kinds for each in self._by_kind.get(kind, ())]

    @cached_property
    def _by_node(self) -> Mapping[tuple[str, str | None], list[Resource]]:
        found: dict[tuple[str, str | None], list[Resource]] = defaultdict(list)
        for each in self.resources:
            found[each.kind, each.node].append(each)
        return found

    def of_node(self, kind: str, node: str) -> list[Resource]:
        """The resources of a type that name a node."""
        return self._by_node.get((kind, node), [])

    def at(self, value: Any) -> Resource | None:
        """The resource that a value refers to, if that is all it does."""
        match = REFERENCE.fullmatch(value) if isinstance(value, str) else None
        return self._by_ref.get((match[1], match[2])) if match else None

    def named(self, value: Any) -> Iterator[Resource]:
        """Every resource that a value refers to anywhere inside it."""
        for text in texts(value):
            if "<" in text:
                for stack, logical_id, _ in REFERENCE.findall(text):
                    if found := self._by_ref.get((stack, logical_id)):
                        yield found

    @cached_property
    def users(self) -> Mapping[Resource, tuple[Resource, ...]]:
        """Who refers to a resource in its properties."""
        found: dict[Resource, dict[Resource, None]] = defaultdict(dict)
        for each in self.resources:
            for other in self.named(each.properties):
                found[other][each] = None
        return {resource: tuple(users) for resource, users in found.items()}

    def users_of(self, resource: Resource, *kinds: str) -> list[Resource]:
        """Who of these types refers to a resource."""
        return [each for each in self.users.get(resource, ()) if not kinds or each.kind in kinds]


def _filled(properties: Any) -> Any:
    """A state machine's definition with what CloudFormation puts into it."""
    into = properties.get("DefinitionSubstitutions") if isinstance(properties, dict) else None
    if not isinstance(into, dict):
        return properties

    def fill(value: Any) -> Any:
        if isinstance(value, str):
            for name, filling in into.items():
                value = value.replace(f"${{{name}}}", str(filling))
            return value
        if isinstance(value, dict):
            return {key: fill(each) for key, each in value.items()}
        return [fill(each) for each in value] if isinstance(value, list) else value

    return {key: fill(each) for key, each in properties.items()}


def worlds(templates: Sequence[Template]) -> list[Estate]:
    """The templates as they are with a release, and without one where that is another world."""
    first = Estate(templates)
    return [first, Estate(templates, otherwise=True)] if first.undecided else [first]


def _resources(template: Template, functions: Functions) -> Iterator[Resource]:
    for logical_id, body in template.section("Resources").items():
        kind = body.get("Type")
        condition = body.get("Condition")
        if isinstance(kind, str) and (condition is None or functions.holds(str(condition))):
            found = _filled(functions.value(body.get("Properties")))
            yield Resource(
                stack=template.stack,
                logical_id=logical_id,
                kind=kind,
                properties=found if isinstance(found, dict) else {},
                body=body,
                region=template.region,
            )
