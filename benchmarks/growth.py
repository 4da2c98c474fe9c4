"""How synthesis grows with an environment: `python benchmarks/growth.py`.

One environment of 1, 20, 40, 60, 80 and 100 services, in groups of 20, each with a route, scaling,
a bucket, the database and a name that another calls; warm wall time of the app as the CLI runs it,
without and with validation and cdk-nag, the median of three after one that is not counted. Linear
growth shows as a constant time for each further service.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WORK = ROOT / ".build" / "benchmark" / "growth"
SIZES = (1, 20, 40, 60, 80, 100)
GROUP = 20
RUNS = 3
SCRIPT = """
import sys
from functools import partial
from pathlib import Path
from stackyard import launch
launch.short_lived()
sys.path.insert(0, sys.argv[1])
import app
app.load_environment = partial(app.load_environment, root=Path(sys.argv[2]))
chosen = ["-c", "system=grown", "-c", f"environment={sys.argv[3]}", "-o", sys.argv[4]]
packs = {} if sys.argv[5] == "on" else {"packs": list}
launch.run(lambda _: app.main(chosen, **packs))
"""
COMMON = """
environment: {name}
account: "111111111111"
region: us-east-1
network: {{cidr: 10.0.0.0/16, zones: {{us-east-1a: use1-az6, us-east-1b: use1-az1}}, nat: per-zone}}
balancer: {{certificate: {{domain: "*.example.com", zone: Z0123456789ABC}}}}
images: {{app: {{repository: grown}}}}
stores:
  database:
    {{kind: postgres, version: "17.11", class: m7g.large, database: grown, max_connections: 500}}
  files: {{kind: bucket}}
channels: {{critical: {{email: [a@example.com]}}, warning: {{email: [a@example.com]}}}}
tasks:
  migrate:
    {{kind: fargate, image: app, command: migrate, uses: {{database: {{as: owner, env: URL}}}}}}
services:
"""
SERVICE = """
  s{number}:
    kind: fargate
    image: app
    port: 8080
{routed}    scale: {{min: 2, max: 9, cpu: 70}}
    group: g{group}
    uses:
      database: {{env: DATABASE_URL}}
      files: {{access: read-write, env: FILES}}
      internet: {{reason: It calls others}}
"""
ROUTED = """    routes: [{{host: s{number}.example.com}}]
    health: {{path: /up}}
"""
# A balancer takes no more target groups.
MOST_ROUTED = 100
CALLS = "      s{first}: {{env: PEER}}\n"


def system_file(size: int) -> str:
    """An environment of so many services; all of a group but its first call that one."""
    text = COMMON.format(name=f"n{size}")
    for number in range(size):
        routed = ROUTED.format(number=number) if number < MOST_ROUTED else ""
        text += SERVICE.format(number=number, group=number // GROUP, routed=routed)
        if number % GROUP:
            text += CALLS.format(first=number // GROUP * GROUP)
    return text


def seconds(size: int, validation: str) -> float:
    """Wall time of one synthesis that must succeed."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    environment |= {"CDK_VALIDATION": "true" if validation == "on" else "false"}
    arguments = [str(ROOT), str(WORK / "systems"), f"n{size}", str(WORK / f"out{size}"), validation]
    begin = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    took = time.perf_counter() - begin
    if done.returncode:
        sys.exit(f"{size} services: {done.stdout[-2000:]}{done.stderr[-3000:]}")
    return took


def main() -> None:
    """A line for each size, and the largest process."""
    home = WORK / "systems" / "grown"
    home.mkdir(parents=True, exist_ok=True)
    for size in SIZES:
        (home / f"n{size}.yaml").write_text(system_file(size))
    for validation in ("off", "on"):
        print(f"validation and cdk-nag {validation}")
        before: tuple[int, float] | None = None
        for size in SIZES:
            median = statistics.median([seconds(size, validation) for _ in range(RUNS + 1)][1:])
            more = ""
            if before:
                each = (median - before[1]) / (size - before[0])
                more = f"  {each * 1000:5.0f} ms for each further service"
            print(f"  {size:4} services {median:7.2f} s{more}")
            before = (size, median)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"peak memory of the largest process: {peak:.0f} MiB")


if __name__ == "__main__":
    main()
