"""What cdk-nag finds in a stack, and what the constructs have acknowledged of it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aws_cdk as cdk
from cdk_nag import AwsSolutionsChecks

from config.compliance import Terms
from tests.components.building import Made, made

PACK = "AwsSolutions::AwsSolutions-"


def judged(stack: cdk.Stack) -> Made:
    """The stack's template, synthesized under cdk-nag: an open finding makes that fail."""
    cdk.Validations.of(stack.node.root).add_plugins(AwsSolutionsChecks(verbose=True))
    return made(stack)


def _reports(folder: Path) -> list[dict[str, Any]]:
    report = json.loads((folder / "validation-report.json").read_text())
    found: list[dict[str, Any]] = report["pluginReports"]
    return found


def needed(folder: Path) -> set[tuple[str, str]]:
    """Place and finding of everything that is accepted, in the assembly's own report."""
    return {
        (_short(place["constructPath"]), finding["acknowledgedId"].removeprefix(PACK))
        for plugin in _reports(folder)
        for finding in plugin.get("suppressedViolations", ())
        for place in finding["violatingConstructs"]
    }


def acknowledged(folder: Path) -> set[tuple[str, str]]:
    """Place and finding of every acknowledgement that code has put on a construct."""
    return {(place, finding) for place, finding, node in _made(folder) if node is None}


def by_file(folder: Path) -> dict[tuple[str, str], set[str]]:
    """Where each finding lies that a file accepts for a node: on all of the node's resources."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for place, finding, node in _made(folder):
        if node is not None:
            found[node, finding].add(place)
    return found


def _made(folder: Path) -> Iterator[tuple[str, str, str | None]]:
    """Place, finding and node of every acknowledgement for a validator that has judged."""
    judges = {plugin["pluginName"] for plugin in _reports(folder)}
    for file in folder.glob("*.metadata.json"):
        for path, entries in json.loads(file.read_text()).items():
            for entry in entries:
                accepted = entry["type"] == "aws:cdk:acknowledged-rules"
                for finding, reason in entry["data"].items() if accepted else ():
                    if finding.partition("::")[0] in judges:
                        node = Terms.read(reason).node
                        yield _short(path), finding.removeprefix(PACK), node


def _short(path: str) -> str:
    """A construct's path inside its stack."""
    return path.strip("/").removesuffix("/Resource").partition("/")[2]
