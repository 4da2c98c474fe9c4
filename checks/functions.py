"""CloudFormation's intrinsic functions, followed as far as templates alone allow.

A reference becomes text: `<stack/LogicalId>` for a Ref, `<stack/LogicalId.Attribute>` for an
attribute, in whichever stack it was written and through however many exports it went. So a
joined name or ARN is text too, in which references can be found again.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from checks.template import Template

REFERENCE = re.compile(r"<([^<>/]+)/([A-Za-z0-9]+)(?:\.([\w.:-]+))?>")
UNKNOWN = "<unknown>"
PLACEHOLDER = re.compile(r"\$\{([^!}][^}]*)\}")
DEEPEST = 60
OMITTED: Any = object()


@dataclass
class Outputs:
    """What templates of one estate tell each other: exports by name, outputs by stack and name."""

    exports: dict[str, tuple[Functions, Any]] = field(default_factory=dict)
    outputs: dict[tuple[str, str], tuple[Functions, Any]] = field(default_factory=dict)


class Functions:
    """The values of one template in one world, in which each open condition has one answer."""

    def __init__(self, template: Template, outputs: Outputs, *, otherwise: bool) -> None:
        self._template, self._outputs, self._otherwise = template, outputs, otherwise
        self._parameters = template.section("Parameters")
        self._conditions = template.body.get("Conditions")
        self._mappings = template.section("Mappings")
        self._decided: dict[str, bool] = {}
        self._depth = 0
        self.undecided = False
        self._pseudo = {
            "AWS::AccountId": template.account or "<AWS::AccountId>",
            "AWS::Region": template.region or "<AWS::Region>",
            "AWS::Partition": "aws",
            "AWS::URLSuffix": "amazonaws.com",
            "AWS::NoValue": OMITTED,
            "AWS::StackName": template.stack,
        }
        for name, output in template.section("Outputs").items():
            entry = (self, output.get("Value"))
            outputs.outputs[template.stack, name] = entry
            export = output.get("Export")
            if isinstance(export, dict) and isinstance(export.get("Name"), str):
                outputs.exports[export["Name"]] = entry

    def value(self, raw: Any) -> Any:
        """A value with all that can be followed followed; never an error, whatever it is."""
        self._depth += 1
        try:
            if self._depth > DEEPEST:
                return UNKNOWN
            return self._value(raw)
        finally:
            self._depth -= 1

    def _value(self, raw: Any) -> Any:
        if isinstance(raw, list):
            return [e for e in map(self.value, raw) if e is not OMITTED]
        if not isinstance(raw, dict):
            return raw
        if len(raw) == 1:
            ((name, argument),) = raw.items()
            if isinstance(name, str) and (name == "Ref" or name.startswith("Fn::")):
                return self._call(name, argument)
        found = {str(key): self.value(each) for key, each in raw.items()}
        return {key: each for key, each in found.items() if each is not OMITTED}

    def _call(self, name: str, argument: Any) -> Any:
        function = FUNCTIONS.get(name)
        if function is None:
            return UNKNOWN
        try:
            return function(self, argument)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError):
            # Nonsense is not ours to judge: cfn-lint and CloudFormation say so.
            return UNKNOWN

    def holds(self, condition: Any) -> bool:
        """Whether a named condition holds in this world."""
        if condition not in self._decided:
            self._decided[condition] = True  # against circles
            known = self._conditions if isinstance(self._conditions, dict) else {}
            self._decided[condition] = self._true(known.get(condition))
        return self._decided[condition]

    def _true(self, raw: Any) -> bool:
        match raw:
            case {"Fn::And": [*each]}:
                return all(list(map(self._true, each)))
            case {"Fn::Or": [*each]}:
                return any(list(map(self._true, each)))
            case {"Fn::Not": [one]}:
                return not self._true(one)
            case {"Condition": str(name)}:
                return self.holds(name)
            case {"Fn::Equals": [one, other]}:
                return self._equal(one, other)
        self.undecided = True
        return self._otherwise

    def _equal(self, one: Any, other: Any) -> bool:
        if self._is_open(one) or self._is_open(other):
            self.undecided = True
            return self._otherwise
        return bool(self.value(one) == self.value(other))

    def _is_open(self, raw: Any) -> bool:
        """Whether a value is only known when the stack is deployed."""
        if isinstance(raw, dict):
            return any(
                (key == "Ref" and each in self._parameters) or self._is_open(each)
                for key, each in raw.items()
            )
        if isinstance(raw, list):
            return any(map(self._is_open, raw))
        return isinstance(raw, str) and "${" in raw

    def _ref(self, argument: Any) -> Any:
        if argument in self._pseudo:
            return self._pseudo[argument]
        parameter = self._parameters.get(argument)
        if parameter and "Default" in parameter and "SSM" not in str(parameter.get("Type")):
            default = parameter["Default"]
            listed = "List" in str(parameter.get("Type"))
            return default.split(",") if listed and isinstance(default, str) else default
        return f"<{self._template.stack}/{argument}>"

    def _attribute(self, argument: Any) -> Any:
        parts = argument.split(".", 1) if isinstance(argument, str) else argument
        return f"<{self._template.stack}/{'.'.join(parts)}>"

    def _join(self, argument: Any) -> Any:
        separator, parts = argument
        found = self.value(parts)
        if isinstance(found, str):
            return found
        return str(separator).join(
            UNKNOWN if isinstance(each, (dict, list)) else str(each) for each in found
        )

    def _sub(self, argument: Any) -> Any:
        text, own = argument if isinstance(argument, list) else (argument, {})

        def filled(match: re.Match[str]) -> str:
            name = match[1].strip()
            if name in own:
                return str(self.value(own[name]))
            return str(self._attribute(name) if "." in name else self._ref(name))

        return PLACEHOLDER.sub(filled, text).replace("${!", "${")

    def _if(self, argument: Any) -> Any:
        condition, then, otherwise = argument
        return self.value(then if self.holds(condition) else otherwise)

    def _split(self, argument: Any) -> Any:
        separator, text = argument
        found = self.value(text)
        return found.split(separator)

    def _select(self, argument: Any) -> Any:
        index, choices = argument
        return self.value(choices)[int(index)]

    def _find(self, argument: Any) -> Any:
        name, first, second = (self.value(each) for each in argument[:3])
        return self.value(self._mappings[name][first][second])

    def _import(self, argument: Any) -> Any:
        name = self.value(argument)
        if name in self._outputs.exports:
            functions, raw = self._outputs.exports[name]
            return functions.value(raw)
        return f"<import:{name}>"

    def _output(self, argument: Any) -> Any:
        stack, name = self.value(argument["StackName"]), argument["OutputName"]
        functions, raw = self._outputs.outputs[stack, name]
        return functions.value(raw)

    def _base64(self, argument: Any) -> Any:
        return self.value(argument)

    def _zones(self, _: Any) -> Any:
        region = self._pseudo["AWS::Region"]
        return [f"{region}{letter}" for letter in "abc"]

    def _cidr(self, argument: Any) -> Any:
        block, count, bits = (*argument, 8)[:3]
        network = ipaddress.ip_network(self.value(block))
        found = network.subnets(new_prefix=network.max_prefixlen - int(self.value(bits)))
        return [str(next(found)) for _ in range(min(int(self.value(count)), 256))]

    def _length(self, argument: Any) -> Any:
        return len(self.value(argument))


FUNCTIONS: Mapping[str, Callable[[Functions, Any], Any]] = {
    "Ref": Functions._ref,  # noqa: SLF001
    "Fn::Base64": Functions._base64,  # noqa: SLF001
    "Fn::Cidr": Functions._cidr,  # noqa: SLF001
    "Fn::FindInMap": Functions._find,  # noqa: SLF001
    "Fn::GetAZs": Functions._zones,  # noqa: SLF001
    "Fn::GetAtt": Functions._attribute,  # noqa: SLF001
    "Fn::GetStackOutput": Functions._output,  # noqa: SLF001
    "Fn::If": Functions._if,  # noqa: SLF001
    "Fn::ImportValue": Functions._import,  # noqa: SLF001
    "Fn::Join": Functions._join,  # noqa: SLF001
    "Fn::Length": Functions._length,  # noqa: SLF001
    "Fn::Select": Functions._select,  # noqa: SLF001
    "Fn::Split": Functions._split,  # noqa: SLF001
    "Fn::Sub": Functions._sub,  # noqa: SLF001
}
