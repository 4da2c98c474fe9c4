"""The least and the greatest that fields take: these go, and what is beyond them does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.errors import ConfigError
from tests.config.files import FARGATE, changed, loaded

WEB = "    command: node web.js\n"
ADMIN = "    rollout: {kind: canary, percent: 5}\n"
ROLLING = "{kind: rolling, min_percent: 50}"
SCALE = "scale: {min: 2, max: 4, cpu: 70,"
HEALTH = '{path: /health, codes: "200-299",'
ALIVE = "alive: {"
QUEUE = "keys: [jobs], per_task: 10"
TASK = "    timeout: 90\n    retries: 1\n"
CACHE = "    eviction: volatile-lfu\n"
DATABASE = "    database: demo\n"
# What is replaced, by what (with the number for #), the field's path, its least and greatest.
LIMITS = (
    (WEB, "    stop_seconds: #\n", "services.web.stop_seconds", 2, 120),
    (WEB, "    draining: #\n", "services.web.draining", 0, 3600),
    ("sticky_hours: 24", "sticky_hours: #", "services.web.sticky_hours", 1, 168),
    ("port: 8080\n", "port: #\n", "services.web.port", 1, 65535),
    ("/managed-agents: 8", "/managed-agents: #", "services.web.scratch./managed-agents", 1, 4096),
    (SCALE, "scale: {min: #, max: 4, cpu: 70,", "services.web.scale.min", 1, 1000),
    (SCALE, "scale: {min: 2, max: #, cpu: 70,", "services.web.scale.max", 1, 1000),
    (SCALE, "scale: {min: 2, max: 4, cpu: #,", "services.web.scale.cpu", 1, 100),
    (SCALE, "scale: {min: 2, max: 4, memory: #,", "services.web.scale.memory", 1, 100),
    (SCALE, f"{SCALE} out_cooldown: #,", "services.web.scale.out_cooldown", 0, 3600),
    (SCALE, f"{SCALE} in_cooldown: #,", "services.web.scale.in_cooldown", 0, 3600),
    ("target: 500", "target: #", "services.web.scale.requests_per_target", 1, None),
    (QUEUE, "keys: [jobs], per_task: #", "services.worker.scale.queue.per_task", 1, None),
    (ROLLING, "{kind: rolling, min_percent: #}", "services.web.rollout.min_percent", 0, 100),
    (ROLLING, "{kind: rolling, max_percent: #}", "services.web.rollout.max_percent", 100, 400),
    (
        ADMIN,
        "    rollout: {kind: canary, step_minutes: #}\n",
        "services.admin.rollout.step_minutes",
        0,
        1440,
    ),
    (
        ADMIN,
        "    rollout: {kind: canary, bake_minutes: #}\n",
        "services.admin.rollout.bake_minutes",
        0,
        1440,
    ),
    (ADMIN, "    rollout: {kind: linear, percent: #}\n", "services.admin.rollout.percent", 3, 99),
    ("percent: 50, base: 1", "percent: #", "services.api.spot.percent", 1, 100),
    ("percent: 50, base: 1", "percent: 9, base: #", "services.api.spot.base", 0, 1000),
    ('"200-299"}', '"200", interval: #}', "services.web.health.interval", 5, 300),
    ('"200-299"}', '"200", timeout: #}', "services.web.health.timeout", 2, 120),
    ('"200-299"}', '"200", healthy: #}', "services.web.health.healthy", 2, 10),
    ('"200-299"}', '"200", unhealthy: #}', "services.web.health.unhealthy", 2, 10),
    ('"200-299"}', '"200", grace: #}', "services.web.health.grace", 0, 7200),
    (ALIVE, "alive: {interval: #, ", "services.web.alive.interval", 5, 300),
    (ALIVE, "alive: {timeout: #, ", "services.web.alive.timeout", 2, 60),
    (ALIVE, "alive: {retries: #, ", "services.web.alive.retries", 1, 10),
    (ALIVE, "alive: {start: #, ", "services.web.alive.start", 0, 300),
    ("priority: 7", "priority: #", "services.web.routes.1.priority", 1, 50000),
    ("memory: 64", "memory: #", "services.web.sidecars.agent.memory", 6, 30720),
    (TASK, "    timeout: #\n", "tasks.report.timeout", 1, 1440),
    (TASK, "    retries: #\n", "tasks.report.retries", 0, 5),
    ("idle_seconds: 120", "idle_seconds: #", "balancer.idle_seconds", 1, 4000),
    ("nodes: 2", "nodes: #", "stores.broker.nodes", 1, 6),
    (CACHE, "    timeout: #\n", "stores.cache.timeout", 0, 86400),
    (CACHE, "    keepalive: #\n", "stores.cache.keepalive", 0, 86400),
    (CACHE, "    snapshot_days: #\n", "stores.cache.snapshot_days", 1, 35),
    ("serverless\n", "serverless\n    max_gb: #\n", "stores.fast.max_gb", 1, 5000),
    (
        "serverless\n",
        "serverless\n    max_ecpu_per_second: #\n",
        "stores.fast.max_ecpu_per_second",
        1000,
        15_000_000,
    ),
    ("glacier_after_days: 30", "glacier_after_days: #", "stores.files.glacier_after_days", 1, None),
    ("expire_after_days: 120", "expire_after_days: #", "stores.files.expire_after_days", 1, None),
    ("methods: [GET]", "methods: [GET], max_age: #", "stores.files.cors.0.max_age", 0, 86400),
    (DATABASE, f"{DATABASE}    rotation_days: #\n", "stores.database.rotation_days", 1, 1000),
    (DATABASE, f"{DATABASE}    storage_gb: #\n", "stores.database.storage_gb", 20, 65536),
    (
        DATABASE,
        f"{DATABASE}    max_connections: #\n",
        "stores.database.max_connections",
        6,
        262143,
    ),
    ("length: 64", "length: #", "secrets.session.length", 32, 4096),
    ("moving: [latest]", "keep: #", "images.app.keep", 1, 1000),
)


def said_of(path: str, folder: Path, text: str) -> list[str]:
    """What the grammar says of one field, if it says anything."""
    try:
        loaded(folder, text)
    except ConfigError as error:
        return [found.message for found in error.problems if found.path == path]
    return []


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: f"{limit[2]} {limit[3]}")
def test_a_field_goes_as_far_as_its_limits(
    limit: tuple[str, str, str, int, int | None], tmp_path: Path
):
    old, new, path, least, greatest = limit

    def said(number: int) -> list[str]:
        text = changed((old, new.replace("#", str(number))), of=FARGATE)
        return [words for words in said_of(path, tmp_path, text) if words.startswith("found ")]

    (below,) = said(least - 1)
    assert f"found {least - 1}, must be greater than or equal to {least}" in below
    assert said(least) == []
    if greatest is not None:
        (above,) = said(greatest + 1)
        assert f"found {greatest + 1}, must be less than or equal to {greatest}" in above
        assert said(greatest) == []
