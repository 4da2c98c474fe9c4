"""cfn-lint: schemas, engine versions, and what else CloudFormation would refuse."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from checks.finding import Finding
from checks.outcome import Evaluation, Outcome
from checks.tools.written import written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from checks.outcome import Result
    from checks.template import Template

VALIDATOR = "cfn-lint"
RUN = Path(__file__).with_name("cfn_lint_run.py")
REGION = "us-east-1"
SECONDS = 300
# Its own trouble, which it reports as if the template were to blame: E0000 cannot parse, E0001
# cannot transform, E0002 a rule crashed, E0003 its configuration.
TROUBLE = "E000"
CRASHED = re.compile(r"while processing rule (\w+)")


def judge(templates: Sequence[Template], config: Path | None = None) -> Outcome:
    """Every rule that the configuration leaves on; what only informs is left out.

    Evidence of what passed is by template: cfn-lint does not say which resources a rule looked at.
    """
    try:
        with written(templates) as files:
            said = _run(files, config)
            return _outcome(said["matches"], said["rules"], files)
    except Exception as error:  # noqa: BLE001 (whatever breaks in there is told, never thrown)
        failure = f"cfn-lint could not judge: {error}"
        return Outcome(validator=VALIDATOR, failures=(failure,))


def _run(files: dict[Path, Template], config: Path | None) -> dict[str, Any]:
    regions: dict[str, list[str]] = defaultdict(list)
    for file, template in files.items():
        regions[template.region or REGION].append(str(file))
    # A configuration that is not there would be one that asks for nothing.
    asked = {"config": str(config.resolve(strict=True)) if config else None, "regions": regions}
    done = subprocess.run(
        # Not with this folder in the path: its modules are called like the tools.
        [sys.executable, "-P", str(RUN)],
        input=json.dumps(asked),
        # Away from any .cfnlintrc that nobody asked for.
        cwd=next(iter(files)).parent if files else None,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or ["it says not why"]
        raise RuntimeError(lines[-1])
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def _outcome(
    matches: list[dict[str, Any]], rules: dict[str, str], files: dict[Path, Template]
) -> Outcome:
    findings: set[Finding] = set()
    failed: dict[tuple[str, str, str], str] = {}
    unjudged: set[tuple[str, str]] = set()
    failures = []
    for match in matches:
        rule, path = match["rule"], match["path"]
        stack = files[Path(match["file"])].stack
        if rule.startswith(TROUBLE):
            failures.append(f"{stack}: cfn-lint could not judge it ({rule}): {match['message']}")
            named = CRASHED.search(match["message"])
            unjudged.add((named[1] if named else "", stack))
        elif match["severity"] != "informational":
            # Of a parameter or an output, the path says where it is.
            inside = path[:1] == ["Resources"]
            logical_id = path[1] if inside and len(path) > 1 else ""
            failed[rule, stack, logical_id] = match["title"]
            findings.add(
                Finding(
                    stack=stack,
                    logical_id=logical_id,
                    property=".".join(path[2:] if inside else path),
                    rule=rule,
                    message=match["message"],
                    remedy=match["remedy"],
                    severity="warning" if match["severity"] == "warning" else "error",
                    sources=(rule,),
                )
            )
    blamed = {(rule, stack) for rule, stack, _ in failed} | unjudged
    evaluations = [_evaluation(*place, title, "failed") for place, title in failed.items()]
    evaluations += [
        _evaluation(rule, template.stack, "", title, "passed")
        for template in files.values()
        for rule, title in rules.items()
        if blamed.isdisjoint({(rule, template.stack), ("", template.stack)})
        and not rule.startswith((TROUBLE, "I"))
    ]
    return Outcome(
        validator=VALIDATOR,
        findings=tuple(sorted(findings)),
        evaluations=tuple(evaluations),
        failures=tuple(dict.fromkeys(failures)),
    )


def _evaluation(rule: str, stack: str, logical_id: str, title: str, result: Result) -> Evaluation:
    return Evaluation(
        validator=VALIDATOR,
        rule=rule,
        title=title,
        stack=stack,
        logical_id=logical_id,
        result=result,
    )
