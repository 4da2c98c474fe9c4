"""Services and tasks on ECS Fargate: how they are reached, scaled, replaced and started."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from config.model.base import NodeName, OptOut, Part, Port, UrlPath, fitting
from config.model.programs import Command, FamilyName, Program
from config.model.watched import LogMetric, Probe

Percent = Annotated[int, Field(ge=1, le=100)]
RouteHost = Annotated[
    str,
    fitting(
        r"^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$",
        "a host name such as api.example.com or *.example.com",
        max_length=128,
    ),
]
RoutePath = Annotated[
    str,
    fitting(
        r"^/([A-Za-z0-9_.$/~\"'@:+&()!,-]*/)?(\*|[A-Za-z0-9_.$~\"'@:+&()!,-]+)?$",
        "a path such as /api/* or /api/orders",
        max_length=100,
    ),
]


class TargetHealth(Part):
    """How the balancer judges a task. Times in seconds; `codes` as the balancer takes them."""

    path: UrlPath
    interval: Annotated[int, Field(ge=5, le=300)] = 30
    timeout: Annotated[int, Field(ge=2, le=120)] = 5
    healthy: Annotated[int, Field(ge=2, le=10)] = 2
    unhealthy: Annotated[int, Field(ge=2, le=10)] = 3
    codes: Annotated[
        str, fitting(r"^[2-4]\d\d([,-][2-4]\d\d)*$", "codes such as 200 or 200-299 or 200,301")
    ] = "200"
    grace: Annotated[int, Field(ge=0, le=7200)] = 60


class Alive(Part):
    """A command that ECS runs in the container to see whether it lives. Times in seconds."""

    command: Command
    interval: Annotated[int, Field(ge=5, le=300)] = 30
    timeout: Annotated[int, Field(ge=2, le=60)] = 5
    retries: Annotated[int, Field(ge=1, le=10)] = 3
    start: Annotated[int, Field(ge=0, le=300)] = 60


class Route(Part):
    """Which requests reach a service: those for a host, below a path, or both.

    `/api/*` takes `/api` too. Of routes that fit one request, an exact host goes before a wildcard,
    a longer wildcard before a shorter one, any before none; then the deeper path. `priority`
    overrules that.
    """

    host: RouteHost | None = None
    path: RoutePath = "/*"
    priority: Annotated[int, Field(ge=1, le=50000)] | None = None


class QueueScale(Part):
    """Tasks by the length of a queue: `keys` of a Valkey, and how many jobs are one task's share.

    Keys may be lists (Celery, BullMQ's `bull:<queue>:wait`), sorted sets, sets or streams.
    """

    store: NodeName
    keys: Annotated[tuple[str, ...], Field(min_length=1)]
    per_task: Annotated[int, Field(ge=1)]


class OneTask(OptOut):
    """A public service in production with one task only, with the reason."""

    min: Literal[1]


class Scale(Part):
    """How many tasks, and what their number follows. Targets in percent, cooldowns in seconds.

    Without `max` there are always `min`.
    """

    min: Annotated[int, Field(ge=1, le=1000)] | OneTask = 2
    max: Annotated[int, Field(ge=1, le=1000)] | None = None
    cpu: Percent | None = None
    memory: Percent | None = None
    requests_per_target: Annotated[int, Field(ge=1)] | None = None
    queue: QueueScale | None = None
    out_cooldown: Annotated[int, Field(ge=0, le=3600)] = 60
    in_cooldown: Annotated[int, Field(ge=0, le=3600)] = 300

    @property
    def least(self) -> int:
        """The lower bound."""
        return 1 if isinstance(self.min, OneTask) else self.min

    @property
    def most(self) -> int:
        """The upper bound."""
        return self.least if self.max is None else self.max


class Rolling(Part):
    """New tasks beside the old ones, within percents of the wanted number."""

    kind: Literal["rolling"]
    min_percent: Annotated[int, Field(ge=0, le=100)] = 100
    max_percent: Annotated[int, Field(ge=100, le=400)] = 200


class BlueGreen(Part):
    """All traffic at once to a whole new set; the old one stays for the bake time, in minutes."""

    kind: Literal["blue-green"]
    bake_minutes: Annotated[int, Field(ge=0, le=1440)] = 10


class Canary(Part):
    """First a share of the traffic for a while, then all of it."""

    kind: Literal["canary"]
    percent: Annotated[float, Field(ge=0.1, le=99.9)] = 10
    step_minutes: Annotated[int, Field(ge=0, le=1440)] = 5
    bake_minutes: Annotated[int, Field(ge=0, le=1440)] = 10


class Linear(Part):
    """The traffic in equal shares, one after the other."""

    kind: Literal["linear"]
    percent: Annotated[float, Field(ge=3, le=99.9)] = 20
    step_minutes: Annotated[int, Field(ge=0, le=1440)] = 3
    bake_minutes: Annotated[int, Field(ge=0, le=1440)] = 10


Rollout = Annotated[Rolling | BlueGreen | Canary | Linear, Field(discriminator="kind")]


class Singleton(Part):
    """One task and never two by deployment; `lock` names the store that holds its lock."""

    lock: NodeName


class Spot(Part):
    """Which share of the tasks over `base` runs on Spot: for what tolerates a two-minute notice."""

    percent: Percent
    base: Annotated[int, Field(ge=0, le=1000)] = 0


class Shell(OptOut):
    """ECS Exec: a shell in a running task, with the reason. Sessions are logged."""


class Fargate(Program):
    """A service on ECS Fargate: behind the balancer by its `routes`, or a worker without any.

    `draining` is how long the balancer lets open connections end, `sticky_hours` how long a
    client stays with one task. With `port` other services may link to it by its name. Without
    `scale` there are two tasks. ECS keeps the zones even where it may start one task more for
    that, unless `rebalance` says no.
    """

    kind: Literal["fargate"]
    name: FamilyName | None = None
    port: Port | None = None
    routes: tuple[Route, ...] = ()
    health: TargetHealth | None = None
    alive: Alive | None = None
    draining: Annotated[int, Field(ge=0, le=3600)] = 30
    sticky_hours: Annotated[int, Field(ge=1, le=168)] | None = None
    scale: Scale | None = None
    singleton: Singleton | None = None
    rollout: Rollout = Rolling(kind="rolling")
    rebalance: bool | None = None
    spot: Spot | None = None
    shell: Shell | None = None
    probe: Probe | None = None
    metrics: dict[NodeName, LogMetric] = {}

    @property
    def domain(self) -> str | None:
        """The first of its hosts that is one address."""
        hosts = (route.host for route in self.routes)
        return next((host for host in hosts if host and "*" not in host), None)

    @property
    def shifts(self) -> bool:
        """Whether a release moves traffic from one set of tasks to another."""
        return not isinstance(self.rollout, Rolling)

    @property
    def bounds(self) -> tuple[int, int]:
        """The least and the greatest number of tasks."""
        if self.singleton:
            return 1, 1
        return (self.scale.least, self.scale.most) if self.scale else (2, 2)

    @property
    def rebalanced(self) -> bool:
        """Whether ECS moves tasks until all zones have their share, which takes room for more."""
        room = not isinstance(self.rollout, Rolling) or self.rollout.max_percent > 100
        return self.rebalance if self.rebalance is not None else room and self.singleton is None


class FargateTask(Program):
    """Something that runs now and then and ends: by a schedule, or when somebody starts it.

    `schedule` is `rate(…)` or `cron(…)` of EventBridge Scheduler, in `timezone`; `timeout` in
    minutes, `retries` how often a run that failed (not one that took too long) is tried again.
    """

    kind: Literal["fargate"]
    schedule: (
        Annotated[
            str,
            fitting(
                r"^(rate\([1-9]\d* (minutes?|hours?|days?)\)|cron\(([^\s()]+ ){5}[^\s()]+\))$",
                "rate(1 day), or cron(…) with six fields such as cron(0 6 * * ? *)",
            ),
        ]
        | None
    ) = None
    timezone: Annotated[
        str, fitting(r"^[A-Za-z_+-]+(/[A-Za-z0-9_+-]+)*$", "a zone such as UTC")
    ] = "UTC"
    timeout: Annotated[int, Field(ge=1, le=1440)] = 60
    retries: Annotated[int, Field(ge=0, le=5)] = 0
