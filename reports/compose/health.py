"""Health checks of programs, as a container can make them of itself."""

from __future__ import annotations

import re
from shlex import quote
from typing import TYPE_CHECKING, Any

from config.model.fargate import Fargate
from config.model.services import AppRunner
from reports.compose.part import literal

if TYPE_CHECKING:
    from config.nodes import Runner

# Whichever of these the image has; each follows redirects and wants an answer below 400.
CLIENTS = (
    'wget -qO /dev/null "$U"',
    'curl -fsSLo /dev/null "$U"',
    'node -e "fetch(process.argv[1]).then(r=>process.exit(r.ok?0:1),()=>process.exit(1))" "$U"',
    'python3 -c "import sys,urllib.request as r;r.urlopen(sys.argv[1])" "$U"',
)
# App Runner has no time of grace: it waits as long as it takes.
START = 60
# While a program starts, others wait for it.
START_INTERVAL = "2s"


def healthcheck(runner: Runner) -> dict[str, Any] | None:
    """What ECS, the balancer or App Runner check on AWS; None where nothing is."""
    match runner:
        case Fargate(alive=alive) if alive:
            test = ["CMD", *map(literal, alive.command)]
            return _check(test, alive.interval, alive.timeout, alive.retries, alive.start)
        case Fargate(health=health, port=port) if health and port and _by_client(health.codes):
            test = _request(port, health.path)
            return _check(test, health.interval, health.timeout, health.unhealthy, health.grace)
        case AppRunner(health=health, port=port) if health:
            test = _request(port, health.path)
            return _check(test, health.interval, health.timeout, health.unhealthy, START)
    return None


def _by_client(codes: str) -> bool:
    """Whether a client takes all of these for an answer: from 400 on it says that it failed."""
    return all(int(code) < 400 for code in re.split("[,-]", codes))


def _request(port: int, path: str) -> list[str]:
    address = f"U={quote(f'http://127.0.0.1:{port}{path}')}"
    return ["CMD-SHELL", literal(f"{address}; {' || '.join(CLIENTS)}")]


def _check(
    test: list[str], interval: int, timeout: int, retries: int, start: int
) -> dict[str, Any]:
    return {
        "test": test,
        "interval": f"{interval}s",
        "timeout": f"{timeout}s",
        "retries": retries,
        "start_period": f"{start}s",
        "start_interval": START_INTERVAL,
    }
