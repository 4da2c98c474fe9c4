"""checkov's rules for CloudFormation, out of a virtual environment that is checkov's alone."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

from checks.finding import Finding
from checks.outcome import Evaluation, Outcome
from checks.tools.written import written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from checks.outcome import Result
    from checks.template import Template

VALIDATOR = "checkov"
HOME = Path(__file__).resolve().parents[2] / ".build" / "checkov"
SECONDS = 300

# What checkov calls its lists, and what each says of a resource. A check is skipped where the
# template's own metadata asks for that.
RESULTS: dict[str, Result] = {
    "passed_checks": "passed",
    "failed_checks": "failed",
    "skipped_checks": "not applicable",
}
CRASHED = re.compile(r"Failed to run check (\S+) on /?(\d+)\.template\.json:\S+\.(\w+)")


def judge(templates: Sequence[Template], home: Path = HOME) -> Outcome:
    """Every rule against every resource that it knows, without asking anybody over the network."""
    program = home / "bin" / "checkov"
    if not program.exists():
        return _failed(f"checkov is not in {home}: `make .build/checkov.done` puts it there")
    try:
        with written(templates) as files:
            return _run(program, files)
    except Exception as error:  # noqa: BLE001 (whatever breaks in there is told, never thrown)
        return _failed(f"checkov could not judge: {error!r}")


def _run(program: Path, files: dict[Path, Template]) -> Outcome:
    if not files:
        return Outcome(validator=VALIDATOR)
    folder = next(iter(files)).parent
    # Nothing of the user's settings, and no question whether there is a newer version.
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "HOME": str(folder),
        "CKV_SKIP_PACKAGE_UPDATE_CHECK": "true",
        "LOG_LEVEL": "ERROR",
    }
    # `--quiet` would leave out what passed, which is evidence.
    options = ["--framework", "cloudformation", "--skip-download", "--compact", "-o", "json"]
    done = subprocess.run(
        [str(program), "-d", str(folder), *options],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    if done.returncode not in (0, 1):
        return _failed(f"checkov could not judge: {' '.join(done.stderr.split())[-400:]}")
    report = json.loads(done.stdout)
    return _outcome(report.get("results", {}), done.stderr, files)


def _outcome(results: dict[str, Any], log: str, files: dict[Path, Template]) -> Outcome:
    stacks = {file.name: template.stack for file, template in files.items()}
    numbered = list(stacks.values())
    findings: set[Finding] = set()
    evaluations: dict[tuple[str, str, str], Evaluation] = {}
    for name, result in RESULTS.items():
        for check in results.get(name, ()):
            stack = stacks[Path(check["file_path"]).name]
            logical_id = check["resource"].rpartition(".")[2]
            rule, title = check["check_id"], check["check_name"]
            evaluations[rule, stack, logical_id] = Evaluation(
                validator=VALIDATOR,
                rule=rule,
                title=title,
                stack=stack,
                logical_id=logical_id,
                result=result,
            )
            if result == "failed":
                findings.add(_finding(stack, logical_id, rule, title, check["check_result"]))
    unread = [Path(each).name for each in results.get("parsing_errors", ())]
    failures = [f"{stacks[name]}: checkov could not read it" for name in unread]
    failures += [
        f"{numbered[int(number)]}/{logical_id}: checkov could not judge it by {rule}"
        for rule, number, logical_id in CRASHED.findall(log)
    ]
    return Outcome(
        validator=VALIDATOR,
        findings=tuple(sorted(findings)),
        evaluations=tuple(evaluations.values()),
        failures=tuple(dict.fromkeys(failures)),
    )


def _finding(stack: str, logical_id: str, rule: str, title: str, said: dict[str, Any]) -> Finding:
    # `Properties/PolicyDocument/Statement/[4]/Action/[0]/` is how it writes a path.
    paths = [re.sub(r"[\[\]]", "", key).strip("/") for key in said.get("evaluated_keys") or ()]
    path = min(paths, default="").replace("/", ".")
    return Finding(
        stack=stack,
        logical_id=logical_id,
        property=path,
        rule=rule,
        message=title,
        remedy="make it so, or accept it with a reason",
        sources=(rule,),
    )


def _failed(sentence: str) -> Outcome:
    return Outcome(validator=VALIDATOR, failures=(sentence,))
