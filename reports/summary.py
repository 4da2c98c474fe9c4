"""A few lines about a cloud assembly: `python -m reports.summary cdk.out`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from config.compliance import Terms


def stacks(assembly: Path) -> dict[str, dict[str, Any]]:
    """The templates of an assembly by stack name, in the order of deployment."""
    manifest = json.loads((assembly / "manifest.json").read_text())
    artifacts = {
        name: artifact
        for name, artifact in manifest["artifacts"].items()
        if artifact["type"] == "aws:cloudformation:stack"
    }
    ordered: dict[str, dict[str, Any]] = {}

    def visit(name: str) -> None:
        for needed in artifacts[name].get("dependencies", []):
            if needed in artifacts:
                visit(needed)
        artifact = artifacts[name]
        stack = artifact["properties"].get("stackName", name)
        template = assembly / artifact["properties"]["templateFile"]
        ordered.setdefault(stack, json.loads(template.read_text()))

    for name in artifacts:
        visit(name)
    return ordered


def validation(assembly: Path) -> tuple[int, int, int]:
    """How many findings are open, how many accepted for good, how many until later work."""
    report = json.loads((assembly / "validation-report.json").read_text())
    plugins = report["pluginReports"]
    opened = sum(len(plugin["violations"]) for plugin in plugins)
    terms = [
        Terms.read(each.get("reason", ""))
        for plugin in plugins
        for each in plugin.get("suppressedViolations", [])
    ]
    planned = sum(each.planned for each in terms)
    return opened, len(terms) - planned, planned


def main(arguments: list[str]) -> int:
    """Print the summary; 2 if there is no assembly."""
    assembly = Path(arguments[0] if arguments else "cdk.out")
    if not (assembly / "manifest.json").is_file():
        print(f"{assembly} is not a cloud assembly: run `make synth` first", file=sys.stderr)
        return 2
    found = stacks(assembly)
    width = max(map(len, found))
    for name, template in found.items():
        print(f"{name:{width}}  {len(template['Resources']):3} resources")
    opened, accepted, planned = validation(assembly)
    total = sum(len(template["Resources"]) for template in found.values())
    print(
        f"{len(found)} stacks, {total} resources in {assembly}/: {opened} findings,"
        f" {accepted} accepted with a reason, {planned} planned"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
