"""Reading one template, ours or anybody's, JSON or YAML, without believing anything about it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from pathlib import Path

SUFFIXES = (".json", ".yaml", ".yml", ".template")
# Nobody writes more by hand, and CloudFormation takes 1 MB; what is larger is something else.
MOST_BYTES = 20_000_000


class UnreadableError(Exception):
    """A path or file that holds nothing to check; the text says which and why."""


class _Loader(yaml.SafeLoader):
    """YAML as CloudFormation reads it: short functions, and nothing but text where it matters."""


def _function(loader: _Loader, suffix: str, node: yaml.Node) -> Any:
    """`!Ref X` is `{Ref: X}`, `!GetAtt X.Arn` is `{Fn::GetAtt: [X, Arn]}`, `!Sub …` likewise."""
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
        return {name: value.split(".", 1) if suffix == "GetAtt" else value}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    return {name: loader.construct_mapping(node, deep=True)}  # type: ignore[arg-type]


_Loader.add_multi_constructor("!", _function)
# Dates stay text, as the service takes them.
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:timestamp"]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@dataclass(frozen=True, eq=False)
class Template:
    """One template as it is written, and where it is to be deployed.

    `acknowledged` holds reasons by logical id and by the finding that is accepted there.
    """

    stack: str
    body: dict[str, Any]
    account: str | None = None
    region: str | None = None

    def section(self, name: str) -> dict[str, Any]:
        """`Resources`, `Outputs` and so on: what of it is a mapping of mappings."""
        found = self.body.get(name)
        if not isinstance(found, dict):
            return {}
        return {str(key): value for key, value in found.items() if isinstance(value, dict)}


def read(file: Path) -> dict[str, Any] | None:
    """The mapping in a file; None if it is no template. UnreadableError if it cannot be read."""
    try:
        if file.stat().st_size > MOST_BYTES:
            raise UnreadableError(f"{file}: larger than {MOST_BYTES} bytes: this is no template")
        text = file.read_text(encoding="utf-8-sig")
        body = json.loads(text) if text.lstrip().startswith("{") else parsed(text)
    except OSError as error:
        raise UnreadableError(f"{file}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UnreadableError(f"{file}: not text in UTF-8") from None
    except json.JSONDecodeError as error:
        raise UnreadableError(f"{file}:{error.lineno}: not JSON: {error.msg}") from None
    except yaml.YAMLError as error:
        raise UnreadableError(f"{file}{_line(error)}: not YAML: {_problem(error)}") from None
    except (RecursionError, ValueError) as error:
        raise UnreadableError(f"{file}: cannot be read: {error or 'nested too deeply'}") from None
    return body if isinstance(body, dict) and isinstance(body.get("Resources"), dict) else None


def parsed(text: str) -> Any:
    """YAML as CloudFormation takes it, short functions included. Raises yaml.YAMLError."""
    return yaml.load(text, Loader=_Loader)  # noqa: S506 (a SafeLoader with more tags)


def _line(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    return f":{mark.line + 1}" if mark else ""


def _problem(error: yaml.YAMLError) -> str:
    return getattr(error, "problem", None) or " ".join(str(error).split())
