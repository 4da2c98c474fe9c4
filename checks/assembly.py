"""Finding the templates in a path: a cloud assembly, a folder of anybody's templates, one file."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from checks.template import SUFFIXES, Template, UnreadableError, read

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

STACK = "aws:cloudformation:stack"
NOT_TEMPLATES = (
    ".assets.json",
    ".metadata.json",
    "manifest.json",
    "tree.json",
    "validation-report.json",
)


@dataclass(frozen=True)
class Found:
    """What lies under a path: groups of templates that are deployed together.

    `unread` are sentences about files that no one can read, `acknowledged` the findings that the
    constructs of an assembly accept: reasons by stack, logical id and finding.
    """

    groups: list[list[Template]] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    acknowledged: dict[tuple[str, str, str], str] = field(default_factory=dict)


def find(path: Path, *, together: bool = False) -> Found:
    """All templates under a path; those of a folder are one system's if they are `together`.

    UnreadableError if there is no such path, or no template in it.
    """
    if not path.exists():
        raise UnreadableError(f"{path}: no such file or folder")
    found = Found()
    if path.is_dir():
        _folder(path, found, together=together)
    elif body := read(path):
        found.groups.append([Template(_name(path, path.parent), body)])
    if not found.groups and not found.unread:
        raise UnreadableError(f"{path}: holds no CloudFormation template")
    return found


def _folder(folder: Path, found: Found, *, together: bool) -> None:
    manifests = sorted(folder.rglob("manifest.json"))
    assemblies = [each.parent for each in manifests if _artifacts(each)]
    for assembly in assemblies:
        found.groups.append(list(_stacks(assembly, found)))
    loose: list[Template] = []
    for file in sorted(folder.rglob("*")):
        inside = any(file.is_relative_to(assembly) for assembly in assemblies)
        if inside or file.suffix not in SUFFIXES or file.name.endswith(NOT_TEMPLATES):
            continue
        try:
            body = read(file) if file.is_file() else None
        except UnreadableError as error:
            found.unread.append(str(error))
            continue
        if body:
            loose.append(Template(_name(file, folder), body))
    found.groups.extend([loose] if together and loose else [[each] for each in loose])


def _artifacts(manifest: Path) -> dict[str, Any]:
    try:
        body = json.loads(manifest.read_text())
    except (OSError, ValueError):
        return {}
    artifacts = body.get("artifacts") if isinstance(body, dict) else None
    return artifacts if isinstance(artifacts, dict) else {}


def _stacks(assembly: Path, found: Found) -> Iterator[Template]:
    for name, artifact in _artifacts(assembly / "manifest.json").items():
        if artifact.get("type") != STACK:
            continue
        properties = artifact.get("properties", {})
        account, region = _place(artifact.get("environment", ""))
        try:
            body = read(assembly / properties["templateFile"])
        except UnreadableError as error:
            found.unread.append(str(error))
            continue
        if body:
            stack = properties.get("stackName", name)
            yield Template(stack, body, account=account, region=region)
            found.acknowledged.update(_acknowledged(assembly, name, stack))


def _place(environment: str) -> tuple[str | None, str | None]:
    """Account and region out of `aws://111111111111/us-east-1`."""
    account, _, region = environment.removeprefix("aws://").partition("/")
    known = [
        each if each and not each.startswith("unknown") else None for each in (account, region)
    ]
    return known[0], known[1]


def _acknowledged(
    assembly: Path, name: str, stack: str
) -> Iterator[tuple[tuple[str, str, str], str]]:
    """What the constructs of a stack accept, by the logical ids of what lies under them."""
    file = assembly / f"{name}.metadata.json"
    entries: Mapping[str, Any] = json.loads(file.read_text()) if file.is_file() else {}
    logical_ids = {
        path: entry["data"]
        for path, found in entries.items()
        for entry in found
        if entry["type"] == "aws:cdk:logicalId"
    }
    for path, found in entries.items():
        for entry in found:
            if entry["type"] == "aws:cdk:acknowledged-rules":
                for below, logical_id in logical_ids.items():
                    if below == path or below.startswith(f"{path}/"):
                        for finding, reason in entry["data"].items():
                            yield (stack, logical_id, finding), reason


def _name(file: Path, folder: Path) -> str:
    """`web` of `web.template.json`, `a.web` of a file in a folder below."""
    name = str(file.relative_to(folder))
    for suffix in SUFFIXES:
        name = name.removesuffix(suffix)
    return name.removesuffix(".template").replace("/", ".")
