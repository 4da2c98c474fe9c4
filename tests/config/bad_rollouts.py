"""Mistakes in how services on ECS Fargate scale, are replaced, stay alone, are looked into."""

from __future__ import annotations

from functools import partial

from tests.config import files
from tests.config.files import FARGATE

bad = partial(files.bad, of=FARGATE)
SCALE = "scale: {min: 2, max: 4, cpu: 70, requests_per_target: 500}"
ROLLING = "rollout: {kind: rolling, min_percent: 50}"
STICKY = "    sticky_hours: 24\n"
STATUS = "      - {host: example.com, path: /status, priority: 7}\n"
CANARY = "rollout: {kind: canary, percent: 5}"
SPOT = "spot: {percent: 50, base: 1}"
ALONE = "singleton: {lock: broker}"
SHELL = "shell: {reason: Nobody can see otherwise}"
FOLDERS = "    scratch: {/tmp: 64, /managed-agents: 8, /var/lib/amazon/ssm: 8"


def beat(line: str) -> tuple[str, str]:
    """The change that adds a line to the singleton."""
    return (ALONE, f"{ALONE}\n    {line}")


def api(line: str) -> tuple[str, str]:
    """The change that adds a line to the service that others call."""
    return (SPOT, f"{line}\n    {SPOT}")


SCALING = {
    "more tasks at least than at most": bad(
        ("min: 2, max: 4", "min: 5, max: 4"),
        path="services.web.scale",
        says="min 5 is over max 4",
    ),
    "nothing to follow": bad(
        (SCALE, "scale: {min: 2, max: 4}"),
        path="services.web.scale",
        says="says nothing to follow: `cpu`, `memory`, `requests_per_target` or `queue`",
    ),
    "something to follow and nowhere to go": bad(
        ("min: 2, max: 4", "min: 4"),
        path="services.web.scale",
        says="there is nothing to scale between 4 and 4: say `max`",
    ),
    "requests of a service without routes": bad(
        api("scale: {max: 3, requests_per_target: 5}"),
        path="services.api.scale.requests_per_target",
        says="the service has no `routes`, so no requests",
    ),
    "requests with a canary": bad(
        ("scale: {min: {min: 1, reason: Nobody waits for it}, max: 1}", "scale: {max: 3, cpu: 5}"),
        ("max: 3, cpu: 5}", "max: 3, requests_per_target: 9}"),
        path="services.admin.scale.requests_per_target",
        says=("does not go with `rollout: {kind: canary}`", "use `cpu`"),
        at="requests_per_target: 9}",
    ),
    "requests with a linear rollout": bad(
        ("scale: {min: {min: 1, reason: Nobody waits for it}, max: 1}", "scale: {max: 3, cpu: 5}"),
        ("max: 3, cpu: 5}", "max: 3, requests_per_target: 9}"),
        (CANARY, "rollout: {kind: linear}"),
        path="services.admin.scale.requests_per_target",
        says="does not go with `rollout: {kind: linear}`",
        at="requests_per_target: 9}",
    ),
    "requests with blue and green": bad(
        (ROLLING, "rollout: {kind: blue-green}"),
        (STICKY, ""),
        (STATUS, ""),
        path="services.web.scale.requests_per_target",
        says="does not go with `rollout: {kind: blue-green}`",
        at=SCALE,
    ),
    "more than all of the CPU": bad(
        ("cpu: 70", "cpu: 101"),
        path="services.web.scale.cpu",
        says="found 101, must be less than or equal to 100",
    ),
    "no task at all": bad(
        ("scale: {min: 1, max: 9,", "scale: {min: 0, max: 9,"),
        path="services.worker.scale.min",
        says="found 0, must be greater than or equal to 1",
    ),
    "a cooldown of more than an hour": bad(
        ("min: 2, max: 4,", "in_cooldown: 3601, min: 2, max: 4,"),
        path="services.web.scale.in_cooldown",
        says="found 3601, must be less than or equal to 3600",
    ),
    "a queue without keys": bad(
        ("keys: [jobs]", "keys: []"),
        path="services.worker.scale.queue.keys",
        says="found a list, must be a list with at least one entry",
    ),
    "a queue without a share": bad(
        (", per_task: 10", ""),
        path="services.worker.scale.queue.per_task",
        says="is required",
        at="    scale: {min: 1, max: 9",
    ),
    "a scale that is a number": bad(
        ("scale: {min: {min: 1, reason: Nobody waits for it}, max: 1}", "scale: 3"),
        path="services.admin.scale",
        says="found 3, must be a mapping with the keys cpu, in_cooldown, max",
    ),
}
ROLLOUTS = {
    "clients that stick to what is replaced": bad(
        (ROLLING, "rollout: {kind: canary}"),
        (", requests_per_target: 500", ""),
        (STATUS, ""),
        path="services.web.sticky_hours",
        says=("does not go with `rollout: {kind: canary}`", "the tasks that are being replaced"),
        at="sticky_hours: 24",
    ),
    "two routes and one that shifts": bad(
        (ROLLING, "rollout: {kind: canary}"),
        (", requests_per_target: 500", ""),
        (STICKY, ""),
        path="services.web.routes",
        says=("with `rollout: {kind: canary}` there can be one", "the others would stay"),
        at="    routes:",
    ),
    "no traffic to shift": bad(
        api("rollout: {kind: linear}"),
        path="services.api.rollout",
        says="there is no traffic to shift without `routes`: use rolling",
    ),
    "no room to replace a task": bad(
        (ROLLING, "rollout: {kind: rolling, max_percent: 100}"),
        path="services.web.rollout",
        says="leaves no room to replace a task: raise max_percent",
    ),
    "no room to move a task": bad(
        (ROLLING, "rollout: {kind: rolling, min_percent: 50, max_percent: 100}\n    rebalance: on"),
        path="services.web.rebalance",
        says="ECS starts a task before it moves one: raise the rollout's max_percent",
        at="rebalance: on",
    ),
    "a rollout that is a word": bad(
        (CANARY, "rollout: canary"),
        path="services.admin.rollout",
        says="found 'canary', must be a mapping with the keys bake_minutes, kind",
    ),
    "a rollout that is unknown": bad(
        (CANARY, "rollout: {kind: canari}"),
        path="services.admin.rollout.kind",
        says="must be one of rolling, blue-green, canary, linear; did you mean 'canary'?",
    ),
    "a rollout without its kind": bad(
        (CANARY, "rollout: {percent: 5}"),
        path="services.admin.rollout.kind",
        says="is required: one of rolling, blue-green, canary, linear",
    ),
    "a canary of everything": bad(
        (CANARY, "rollout: {kind: canary, percent: 100}"),
        path="services.admin.rollout.percent",
        says="found 100, must be less than or equal to 99.9",
    ),
    "a canary of nothing": bad(
        (CANARY, "rollout: {kind: canary, percent: 0}"),
        path="services.admin.rollout.percent",
        says="found 0, must be greater than or equal to 0.1",
    ),
    "steps that are too small": bad(
        (CANARY, "rollout: {kind: linear, percent: 2}"),
        path="services.admin.rollout.percent",
        says="found 2, must be greater than or equal to 3",
    ),
    "a share of blue and green": bad(
        (CANARY, "rollout: {kind: blue-green, percent: 5}"),
        path="services.admin.rollout.percent",
        says="unknown key; allowed: bake_minutes, kind",
    ),
    "a bake of more than a day": bad(
        (CANARY, "rollout: {kind: blue-green, bake_minutes: 1441}"),
        path="services.admin.rollout.bake_minutes",
        says="less than or equal to 1440",
    ),
    "fewer tasks at most than wanted": bad(
        (ROLLING, "rollout: {kind: rolling, max_percent: 99}"),
        path="services.web.rollout.max_percent",
        says="found 99, must be greater than or equal to 100",
    ),
    "no share on Spot": bad(
        ("percent: 50, base: 1", "percent: 0"),
        path="services.api.spot.percent",
        says="found 0, must be greater than or equal to 1",
    ),
    "clients that stick for more than a week": bad(
        (STICKY, "    sticky_hours: 169\n"),
        path="services.web.sticky_hours",
        says="less than or equal to 168",
    ),
    "connections that drain for more than an hour": bad(
        (STICKY, f"{STICKY}    draining: 3601\n"),
        path="services.web.draining",
        says="less than or equal to 3600",
        at="draining: 3601",
    ),
}
SINGLETONS = {
    "a lock in a cache": bad(
        (ALONE, "singleton: {lock: cache}"),
        path="services.beat.singleton.lock",
        says="must be a store that keeps a lock: PostgreSQL, or a Valkey with `holds: queue`",
    ),
    "a lock in a serverless cache": bad(
        (ALONE, "singleton: {lock: fast}"),
        path="services.beat.singleton.lock",
        says="must be a store that keeps a lock",
    ),
    "a lock in a bucket": bad(
        (ALONE, "singleton: {lock: files}"),
        path="services.beat.singleton.lock",
        says="must be a store that keeps a lock",
    ),
    "a lock nowhere": bad(
        (ALONE, "singleton: {lock: borker}"),
        path="services.beat.singleton.lock",
        says="must be a store that keeps a lock: PostgreSQL, or a Valkey with `holds: queue`; did"
        " you mean 'broker'?",
    ),
    "a lock in a store that is not used": bad(
        (ALONE, f"{ALONE}\n    uses: {{broker: null}}"),
        path="services.beat.singleton.lock",
        says="the service does not use this store: link to it",
    ),
    "a lock in a read replica": bad(
        (ALONE, "singleton: {lock: database}\n    uses: {database: {via: reader}}"),
        path="services.beat.singleton.lock",
        says="a read replica keeps no lock: link to the database without `via: reader`",
    ),
    "a singleton without a lock": bad(
        (ALONE, "singleton: {}"), path="services.beat.singleton.lock", says="is required"
    ),
    "a singleton that is moved": bad(
        beat("rebalance: on"),
        path="services.beat.rebalance",
        says="ECS would start a second task to move the first: remove it",
        at="rebalance: on",
    ),
    "a singleton that is rolled": bad(
        beat("rollout: {kind: rolling, max_percent: 150}"),
        path="services.beat.rollout",
        says="a singleton is stopped before the next one starts: remove `rollout`",
        at="max_percent: 150",
    ),
    "a singleton that is replaced by blue and green": bad(
        beat("rollout: {kind: blue-green}"),
        path="services.beat.rollout",
        says="a singleton is stopped before the next one starts: remove `rollout`",
        at="kind: blue-green",
    ),
    "Spot over more tasks than there are": bad(
        ("spot: {percent: 50, base: 1}", "spot: {percent: 50, base: 2}"),
        path="services.api.spot.base",
        says="with at most 2 tasks none would be on Spot: lower it",
    ),
    "a singleton on Spot": bad(
        beat("spot: {percent: 100}"),
        path="services.beat.spot",
        says="a singleton would be away with each interruption: remove it",
        at="percent: 100",
    ),
    "a singleton that scales": bad(
        beat("scale: {min: 1, max: 1}"),
        path="services.beat.scale",
        says="a singleton is one task: remove `scale`",
        at="min: 1, max: 1}",
    ),
    "a singleton behind the balancer": bad(
        beat("port: 7000\n    routes: [{host: beat.example.com}]\n    health: {path: /}"),
        path="services.beat.routes",
        says="a singleton is away during each release: serve elsewhere",
        at="beat.example.com",
    ),
}
SHELLS = {
    "a shell that can't write": bad(
        (FOLDERS, "    scratch: {/tmp: 64, /managed-agents: 8"),
        path="services.web.shell",
        says=(
            "ECS Exec does not work with a read-only root file system",
            "/managed-agents, /var/lib/amazon/ssm, /var/log/amazon/ssm: add them to `scratch`",
            "`read_only: {off: true, reason: …}`",
        ),
        at=SHELL,
    ),
    "a shell without a reason": bad(
        (SHELL, "shell: true"),
        path="services.web.shell",
        says="found true, must be a mapping with the keys reason",
    ),
    "a shell for one word": bad(
        (SHELL, "shell: {reason: debugging}"),
        path="services.web.shell.reason",
        says="must be a sentence",
    ),
}
TABLES = (SCALING, ROLLOUTS, SINGLETONS, SHELLS)
CASES = {f"{name} (rollout)": case for table in TABLES for name, case in table.items()}
