"""What CDK and its plugins (cdk-nag among them) wrote into a cloud assembly's validation report."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from checks.assembly import STACK
from checks.finding import Finding
from checks.outcome import Evaluation, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

VALIDATOR = "cdk"
REPORT = "validation-report.json"
# How cdk-nag writes down that a rule of its own crashed: as if that were a violation.
THREW = "Rule threw an error during validation"


def judge(assembly: Path) -> Outcome:
    """The open violations as findings; the accepted ones are evidence too, of a rule not kept."""
    try:
        report = json.loads((assembly / REPORT).read_text())
        return _outcome(report["pluginReports"], _Places(assembly))
    except FileNotFoundError as error:
        failure = f"{error.filename}: not there: CDK wrote down no validation"
    except Exception as error:  # noqa: BLE001 (a report of another shape is told, never thrown)
        failure = f"{assembly / REPORT}: cannot be read: {error!r}"
    return Outcome(validator=VALIDATOR, failures=(failure,))


class _Places:
    """Stack and logical id of a construct's path, or of a template and an id in it."""

    def __init__(self, assembly: Path) -> None:
        self._stacks: dict[str, str] = {}
        self._paths: dict[str, tuple[str, str]] = {}
        for manifest in sorted(assembly.rglob("manifest.json")):
            for name, artifact in json.loads(manifest.read_text()).get("artifacts", {}).items():
                if artifact["type"] == STACK:
                    stack = artifact["properties"].get("stackName", name)
                    template = manifest.with_name(artifact["properties"]["templateFile"])
                    self._stacks[str(template.relative_to(assembly))] = stack
                    self._read(manifest.with_name(f"{name}.metadata.json"), stack)

    def _read(self, metadata: Path, stack: str) -> None:
        entries = json.loads(metadata.read_text()) if metadata.is_file() else {}
        for path, found in entries.items():
            for entry in found:
                if entry["type"] == "aws:cdk:logicalId":
                    self._paths[path.strip("/")] = stack, entry["data"]

    def of(self, place: dict[str, Any]) -> tuple[str, str, str]:
        """Stack, logical id and property; of what is no resource, its path instead of the stack."""
        resource = place.get("cloudFormationResource") or {}
        path = place.get("constructPath", "")
        stack, logical_id = self._paths.get(path, (path, ""))
        if resource:
            stack = self._stacks.get(resource["templatePath"], stack)
            logical_id = resource["logicalId"]
        return stack, logical_id, next(iter(resource.get("propertyPaths") or ()), "")


def _outcome(plugins: list[dict[str, Any]], places: _Places) -> Outcome:
    findings: list[Finding] = []
    evaluations: list[Evaluation] = []
    failures: list[str] = []
    for plugin in plugins:
        name, open_ones = plugin["pluginName"], plugin["violations"]
        # A plugin that crashed has no violations and no success.
        if plugin["conclusion"] != "success" and not open_ones:
            why = (plugin.get("metadata") or {}).get("error", "it says not why")
            failures.append(f"{name}: could not judge: {why}")
        # A validator that failed blames no resource, and nobody else would tell of it.
        failures += [
            f"{name}: {each['ruleName']}: {each['description']}"
            for each in open_ones
            if not each["violatingConstructs"]
        ]
        for finding, threw in _findings(open_ones, places):
            if threw:
                failures.append(f"{finding.place}: {finding.rule} could not judge: {threw}")
            else:
                findings.append(finding)
                evaluations.append(_evaluation(name, finding))
        accepted = plugin.get("suppressedViolations") or []
        evaluations += [_evaluation(name, finding) for finding, _ in _findings(accepted, places)]
    return Outcome(
        validator=VALIDATOR,
        findings=tuple(findings),
        evaluations=tuple(evaluations),
        failures=tuple(failures),
    )


def _findings(
    violations: list[dict[str, Any]], places: _Places
) -> Iterator[tuple[Finding, str | None]]:
    """Each violation at each place, and what it says where the rule itself failed."""
    for violation in violations:
        severity = violation.get("severity")
        if severity == "info":
            continue
        said, _, rest = violation["description"].strip().partition(". ")
        for place in violation["violatingConstructs"]:
            stack, logical_id, path = places.of(place)
            finding = Finding(
                stack=stack,
                logical_id=logical_id,
                property=path,
                rule=violation["ruleName"],
                message=said.partition(" - (Control ID")[0].removesuffix("."),
                remedy=violation.get("suggestedFix") or rest or said,
                severity="warning" if severity == "warning" else "error",
                sources=(violation["ruleName"],),
            )
            yield finding, rest or said if said.startswith(THREW) else None


def _evaluation(plugin: str, finding: Finding) -> Evaluation:
    return Evaluation(
        validator=plugin,
        rule=finding.rule,
        title=finding.message,
        stack=finding.stack,
        logical_id=finding.logical_id,
        result="failed",
    )
