"""Warm wall time of synthesis, against its floor, in one run: `python benchmarks/synth.py`.

The floor is a bare JavaScript CDK app that includes the very same templates with CfnInclude and
the same flags, from the very aws-cdk-lib that the Python package carries. Its time is what CDK
itself takes; what is above it is Python, jsii and us. Each figure is the median of five runs
after one that is not counted; the two sides take turns, so that a machine that drifts does so
for both. Peak memory is that of the largest process of a run, in MiB.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tarfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from config.load import systems

WORK = ROOT / ".build" / "benchmark"
RUNS = 5


def floor_modules() -> Path:
    """node_modules with the JavaScript that the installed Python packages carry."""
    modules = WORK / "node_modules"
    if modules.is_dir():
        return modules
    packages = Path(sysconfig.get_paths()["purelib"])
    for archive in packages.glob("**/_jsii/*.jsii.tgz"):
        with tarfile.open(archive) as tar:
            manifest = tar.extractfile("package/package.json")
            if manifest is None:
                continue
            name = json.load(manifest)["name"]
            scratch = WORK / "scratch"
            tar.extractall(scratch, filter="data")
        target = modules / name
        target.parent.mkdir(parents=True, exist_ok=True)
        (scratch / "package").rename(target)
        shutil.rmtree(scratch)
    return modules


def timed(command: list[str], environment: dict[str, str]) -> float:
    """Wall seconds of a command that must succeed."""
    begin = time.perf_counter()
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    took = time.perf_counter() - begin
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return took


def compare(title: str, ours: list[str], floor: list[str], environment: dict[str, str]) -> None:
    """One line: both medians and their ratio."""
    taken: tuple[list[float], list[float]] = ([], [])
    for run in range(RUNS + 1):
        for side, command in enumerate((ours, floor)):
            seconds = timed(command, environment)
            if run:
                taken[side].append(seconds)
    mine, least = map(statistics.median, taken)
    print(f"  {title:36} {mine:6.2f} s {least:6.2f} s {mine / least:6.2f}")


def measure(system: str, name: str, context: dict[str, object]) -> None:
    """Two lines for one environment."""
    output, floor_output = str(WORK / "ours"), str(WORK / "floor")
    selected = ["-c", f"system={system}", "-c", f"environment={name}", "-o", output]
    with_packs = [sys.executable, "app.py", *selected]
    without = [sys.executable, "benchmarks/without_packs.py", *selected]
    node = Path(sysconfig.get_paths()["scripts"]) / "node"
    floor = [str(node), "benchmarks/floor.js", output, floor_output]
    base = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    base |= {"NODE_PATH": str(floor_modules()), "FLOOR_CONTEXT": json.dumps(context)}
    shutil.rmtree(output, ignore_errors=True)
    timed(with_packs, base)
    print(f"{system}/{name}, median of {RUNS}".ljust(38), "  ours    floor  ratio")
    compare("validation and cdk-nag on", with_packs, floor, base)
    compare("both off", without, floor, {**base, "CDK_VALIDATION": "false"})


def main() -> None:
    """Compare one environment (`system environment`), or every one without arguments."""
    context = json.loads((ROOT / "cdk.json").read_text())["context"]
    WORK.mkdir(parents=True, exist_ok=True)
    chosen = (
        [(sys.argv[1], sys.argv[2])]
        if sys.argv[1:]
        else [(system, name) for system, names in systems().items() for name in names]
    )
    for system, name in chosen:
        measure(system, name, context)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"peak memory of the largest process: {peak:.0f} MiB")


if __name__ == "__main__":
    main()
