"""How the graph proof grows: `python benchmarks/proof.py`.

The environments of growth.py with 10 to 1,000 services, synthesized once each; then the time to
read their templates, to follow their references and to prove the graph and the figures, the best of
three. At most n log n shows as a last column that does not grow.
"""

from __future__ import annotations

import gc
import json
import math
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
# Before the first call to jsii: only the proof is measured here.
os.environ["CDK_VALIDATION"] = "false"

import stackyard  # noqa: F401  (first: it chooses the Node.js that aws_cdk then starts)

# isort: split
import aws_cdk as cdk

import app
from benchmarks.growth import system_file
from checks.assembly import find
from checks.estate import worlds
from checks.figures.proof import compare
from checks.graph.proof import prove
from checks.rules.judge import judge
from config.load import load_environment

if TYPE_CHECKING:
    from collections.abc import Callable

    from config.model.environment import Environment

SIZES = (10, 30, 100, 300, 1000)
RUNS = 3


def assembly(environment: Environment, folder: Path) -> Path:
    """The environment's templates, without any validation."""
    context = json.loads(app.CDK_JSON.read_text())["context"]
    context["@aws-cdk/core:stackResourceLimit"] = 0
    made = cdk.App(outdir=str(folder), context=context, analytics_reporting=False)
    app.build(made, environment)
    return Path(made.synth().directory)


def best(work: Callable[[], object]) -> float:
    """Seconds of the fastest run."""
    taken = []
    for _ in range(RUNS):
        begin = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begin)
    return min(taken)


def main() -> None:
    """A line for each size."""
    # Short-lived programs do without it, as the app does.
    gc.disable()
    print("services  resources    read  follow   proof   rules  proof in µs / (n log n)")
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch) / "systems" / "grown"
        home.mkdir(parents=True)
        for size in SIZES:
            (home / f"n{size}.yaml").write_text(system_file(size))
            environment = load_environment("grown", f"n{size}", root=home.parent)
            folder = assembly(environment, Path(scratch) / f"out{size}")
            (group,) = find(folder).groups
            found = worlds(group)
            findings = [*prove(found, environment), *compare(found, environment)]
            if findings:
                sys.exit("\n".join(map(str, findings[:20])))
            reading = best(lambda folder=folder: find(folder))  # type: ignore[misc]
            following = best(lambda group=group: worlds(group))  # type: ignore[misc]
            proving = best(
                lambda found=found, environment=environment: (  # type: ignore[misc]
                    list(prove(found, environment)) + list(compare(found, environment))
                )
            )
            ruling = best(lambda found=found, e=environment: judge(found, e))  # type: ignore[misc]
            count = len(found[0].resources)
            share = proving / (count * math.log(count)) * 1e6
            print(
                f"{size:8} {count:10} {reading:7.3f} {following:7.3f} {proving:7.3f}"
                f" {ruling:7.3f} {share:10.2f}"
            )


if __name__ == "__main__":
    main()
