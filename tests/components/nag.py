"""What cdk-nag finds in a stack, and what the constructs have acknowledged of it."""

from __future__ import annotations

import json
from pathlib import Path

import aws_cdk as cdk
from cdk_nag import AwsSolutionsChecks

from tests.components.building import Made, made

PACK = "AwsSolutions::AwsSolutions-"


def judged(stack: cdk.Stack) -> Made:
    """The stack's template, synthesized under cdk-nag: an open finding makes that fail."""
    cdk.Validations.of(stack.node.root).add_plugins(AwsSolutionsChecks(verbose=True))
    return made(stack)


def needed(folder: Path) -> set[tuple[str, str]]:
    """Place and finding of everything that is accepted, in the assembly's own report."""
    report = json.loads((folder / "validation-report.json").read_text())
    return {
        (_short(place["constructPath"]), finding["acknowledgedId"].removeprefix(PACK))
        for plugin in report["pluginReports"]
        for finding in plugin["suppressedViolations"]
        for place in finding["violatingConstructs"]
    }


def acknowledged(folder: Path) -> set[tuple[str, str]]:
    """Place and finding of every acknowledgement that a construct carries."""
    return {
        (_short(path), finding.removeprefix(PACK))
        for file in folder.glob("*.metadata.json")
        for path, entries in json.loads(file.read_text()).items()
        for entry in entries
        if entry["type"] == "aws:cdk:acknowledged-rules"
        for finding in entry["data"]
    }


def _short(path: str) -> str:
    """A construct's path inside its stack."""
    return path.strip("/").removesuffix("/Resource").partition("/")[2]
