"""Templates as Guard's rules know them: small, and without functions that no rule has heard of."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from checks.estate import Estate
from checks.functions import Functions, Outputs
from checks.tools.stand_ins import filled

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from checks.template import Template
    from checks.tools.guard_rules import GuardRule

World = dict[str, dict[str, Any]]


class _Known(Functions):
    """The rules follow a Ref and a GetAtt inside one template, and a few look into a Join.

    All other functions (a value of another stack, of a parameter, of a condition) are nothing
    to them, and so a finding that is none: these become what they will be. Resources get the
    names that they have in a document of all templates.
    """

    def __init__(self, template: Template, number: int, outputs: Outputs, estate: Estate) -> None:
        super().__init__(template, outputs, otherwise=estate.otherwise)
        self._number = number
        self._here = template.section("Resources").keys()

    def _call(self, name: str, argument: Any) -> Any:
        if name == "Fn::GetAtt":
            parts = argument.split(".", 1) if isinstance(argument, str) else argument
            if isinstance(parts, list) and len(parts) == 2:
                return {name: [self.named(parts[0]), parts[1]]}
        if name == "Ref" and isinstance(argument, str) and argument in self._here:
            return {name: self.named(argument)}
        if name == "Fn::Join":
            return {name: self.value(argument)}
        return super()._call(name, argument)

    def named(self, logical_id: Any) -> str:
        """A name that no other template has, in the letters that a logical id may have."""
        return f"T{self._number}x{logical_id}"


class Documents:
    """The resources of templates, ready to be cut down to those that some rules look at.

    A world says what they are where each condition that stays open has one answer.
    """

    def __init__(self, templates: Sequence[Template], rules: Sequence[GuardRule]) -> None:
        self._names: dict[str, set[str]] = defaultdict(set)
        for rule in rules:
            for kind in rule.reads:
                self._names[kind].update(rule.names)
        self.worlds: list[World] = []
        self.places: dict[str, tuple[str, str]] = {}
        for otherwise in (False, True):
            estate = Estate(templates, otherwise=otherwise)
            self.worlds.append(self._world(templates, estate))
            if not estate.undecided:
                break
        self.sizes: Counter[str] = Counter()
        for body in self.worlds[0].values():
            self.sizes[body["Type"]] += len(_text(body))

    def _world(self, templates: Sequence[Template], estate: Estate) -> World:
        # All of them before any: they tell each other their outputs.
        outputs = Outputs()
        readers = [_Known(each, number, outputs, estate) for number, each in enumerate(templates)]
        world: World = {}
        for template, functions in zip(templates, readers, strict=True):
            for logical_id, body in template.section("Resources").items():
                kind, properties = body.get("Type"), body.get("Properties")
                if not isinstance(kind, str):
                    continue
                if isinstance(properties, dict):
                    names = self._names.get(kind, ())
                    properties = {name: properties[name] for name in properties if name in names}
                known = filled(functions.value(properties), estate)
                name = functions.named(logical_id)
                self.places[name] = template.stack, logical_id
                world[name] = {"Type": kind, "Properties": known if isinstance(known, dict) else {}}
        return world

    def about(self, kinds: frozenset[str]) -> Iterator[tuple[World, str]]:
        """What stands in the resources of these types: all of the first world, news of another."""
        first = self.worlds[0]
        for world in self.worlds:
            chosen = {
                name: body
                for name, body in world.items()
                if body["Type"] in kinds and (world is first or body != first.get(name))
            }
            if chosen:
                yield world, _document(world, chosen, kinds)

    def alone(self, world: World, name: str) -> str:
        """One resource, and what it refers to, but for others of its type."""
        kinds = frozenset(body["Type"] for body in world.values()) - {world[name]["Type"]}
        return _document(world, {name: world[name]}, kinds)


def _document(world: World, chosen: World, kinds: frozenset[str]) -> str:
    """The chosen with what they refer to: a rule may ask whether that is there, and what it is."""
    whole, new = dict(chosen), chosen
    while new:
        # What is judged in turn needs what it refers to; of all others the type is enough.
        text = _text(new)
        new = {
            name: body if body["Type"] in kinds else {"Type": body["Type"]}
            for name, body in world.items()
            if name not in whole and f'"{name}"' in text
        }
        whole |= new
    return _text({"Resources": whole})


def _text(value: Any) -> str:
    return json.dumps(value, default=str)
