"""What each validator takes of the gate: `python benchmarks/gate.py [system environment]`.

The environment is synthesized once, with all that judges at synthesis; then each validator alone,
the median of three, and all of `python -m checks` as people run it, with its largest process.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from checks.assembly import find
from checks.estate import worlds
from checks.gate import LINT_CONFIG, verdict
from checks.graph import rules as graph
from checks.register import problems, register
from checks.rules import judge as own
from checks.tools import cdk_report, cfn_lint, checkov, control_tower, parliament
from config.load import load_environment

if TYPE_CHECKING:
    from collections.abc import Callable

RUNS = 3
OUTPUT = ROOT / ".build" / "benchmark" / "gate"


def median(work: Callable[[], object]) -> float:
    """Seconds, of a few runs."""
    taken = []
    for _ in range(RUNS):
        begin = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begin)
    return statistics.median(taken)


def main() -> None:
    """A line for each validator, and one for the whole."""
    system, name = sys.argv[1:] or ("socialflow", "prod")
    environment = load_environment(system, name)
    chosen = ["-c", f"system={system}", "-c", f"environment={name}", "-o", str(OUTPUT)]
    subprocess.run([sys.executable, "app.py", *chosen], cwd=ROOT, check=True)
    (group,) = find(OUTPUT).groups
    found = worlds(group)
    outcome = own.judge(found, environment)
    today = datetime.now(UTC).date()
    print(f"{system}/{name} on {today}, median of {RUNS}, seconds")
    at_synthesis: dict[str, Callable[[], object]] = {
        "reading, following references": lambda: worlds(find(OUTPUT).groups[0]),
        "our rules": lambda: own.judge(found, environment),
        "the proof, the figures": lambda: graph.judge(found, environment),
        "Control Tower": lambda: control_tower.judge(group),
        "cdk-nag's and CDK's report, register": lambda: (
            verdict([cdk_report.judge(OUTPUT), outcome], {}),
            problems(register(OUTPUT), today),
        ),
    }
    later: dict[str, Callable[[], object]] = {
        "parliament": partial(parliament.judge, group),
        "cfn-lint": partial(cfn_lint.judge, group, config=LINT_CONFIG),
        "checkov": partial(checkov.judge, group),
    }
    for title, works in (("at every synthesis", at_synthesis), ("in python -m checks", later)):
        print(title)
        for validator, work in works.items():
            print(f"  {validator:38} {median(work):6.2f}")
    named = ["--system", system, "--environment", name]
    command = [sys.executable, "-m", "checks", str(OUTPUT), *named]
    whole = median(lambda: subprocess.run(command, cwd=ROOT, check=True, capture_output=True))
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"the whole of python -m checks {whole:16.2f}, largest process {peak:.0f} MiB")


if __name__ == "__main__":
    main()
