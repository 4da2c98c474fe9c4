"""Which alarms a system gets, what a file may change of them, and that a metric is behind each."""

from __future__ import annotations

from pathlib import Path

import stackyard  # noqa: F401  (first: it chooses the Node.js that aws_cdk then starts)

# isort: split
import pytest

from config import alarms
from config.alarms import alarms_of, catalogue
from config.load import load_environment
from stackyard import metrics, metrics_of_fargate
from stackyard.series import Series
from tests.config.files import FARGATE, GOOD, changed, loaded

ON_DASHBOARDS_ONLY = {"connections", "items", "commands", "requests"}
FUNCTION = {"errors", "throttles"}


def named(found: tuple[alarms.Alarm, ...]) -> dict[str, alarms.Alarm]:
    """Alarms by their names."""
    return {alarm.name: alarm for alarm in found}


def test_the_alarms_of_daadaar():
    found = catalogue(load_environment("daadaar", "prod"))

    assert {node: set(named(of_node)) for node, of_node in found.items()} == {
        "backend": {"errors", "latency", "cpu", "memory", "domain", "probe"},
        "migrations": {"failed"},
        "database": {"cpu", "connections", "storage", "memory", "latency"},
        "database-admin": {*FUNCTION, "redeploys"},
        "cache": {"memory", "throttled", "latency", "refused"},
        "notifier": {*FUNCTION, "waiting", "undelivered"},
    }


def test_the_alarms_of_a_system_on_fargate(tmp_path: Path):
    found = catalogue(loaded(tmp_path, FARGATE))
    program, served = {"cpu", "memory", "running"}, {"errors", "latency", "down"}
    nodes = {"memory", "cpu", "refused"}
    database = {"cpu", "connections", "storage", "memory", "latency"}

    assert {node: set(named(of_node)) for node, of_node in found.items()} == {
        "web": program | served | {"probe"},
        "admin": program | served,
        "api": program,
        "worker": program,
        "beat": program,
        "balancer": {"errors", "rejected"},
        "migrate": {"failed"},
        "report": {"failed"},
        "database": database,
        "database-replica": database | {"lag"},
        "database-proxy": {"waiting", "refused"},
        "database-admin": {*FUNCTION, "redeploys"},
        "broker": nodes | {"lag"},
        "broker-depth": {*FUNCTION, "silent"},
        "cache": nodes | {"evictions"},
        "fast": {"memory", "throttled", "latency", "refused"},
    }


def test_a_queue_that_nobody_scales_by_is_not_measured(tmp_path: Path):
    text = changed(
        (", queue: {store: broker, keys: [jobs], per_task: 10}", ", cpu: 50"), of=FARGATE
    )

    assert "broker-depth" not in catalogue(loaded(tmp_path, text))


def test_a_cache_that_evicts_nothing_has_no_alarm_of_it(tmp_path: Path):
    text = changed(("eviction: volatile-lfu", "eviction: noeviction"), of=FARGATE)

    assert "evictions" not in named(alarms_of(loaded(tmp_path, text), "cache"))


def test_a_service_without_a_probe_has_no_alarm_of_it(tmp_path: Path):
    environment = loaded(tmp_path, GOOD.replace("    probe: {path: /health}\n", ""))

    names = set(named(alarms_of(environment, "backend")))
    assert names == {"errors", "latency", "cpu", "memory", "domain"}


def test_a_bucket_and_an_unknown_node_have_no_alarms(tmp_path: Path):
    environment = loaded(tmp_path, GOOD)

    assert alarms_of(environment, "media") == ()
    assert alarms_of(environment, "nothing") == ()


def test_a_file_changes_threshold_minutes_and_tier(tmp_path: Path):
    changed = named(alarms_of(loaded(tmp_path, GOOD), "database"))
    given = named(alarms.POSTGRES)

    storage = changed.pop("storage")
    assert (storage.threshold, storage.minutes, storage.tier) == (10, 10, "warning")
    assert (storage.below, storage.means) == (True, given["storage"].means)
    assert changed == {name: alarm for name, alarm in given.items() if name != "storage"}


def test_what_a_change_leaves_out_stays(tmp_path: Path):
    cpu = named(alarms_of(loaded(tmp_path, GOOD), "backend"))["cpu"]
    given = named(alarms.APP_RUNNER)["cpu"]

    assert cpu.threshold == 90 != given.threshold
    assert (cpu.minutes, cpu.tier) == (given.minutes, given.tier)


@pytest.mark.parametrize(
    ("change", "threshold", "minutes", "tier"),
    [("{above: 0}", 0, 10, "warning"), ("{minutes: 1}", 80, 1, "warning"),
     ("{tier: critical}", 80, 10, "critical"), ("{above: 0.5, tier: info}", 0.5, 10, "info")],
)  # fmt: skip
def test_each_part_of_a_change_counts_alone(
    change: str, threshold: float, minutes: int, tier: str, tmp_path: Path
):
    text = GOOD.replace("backend.cpu: {above: 90}", f"backend.cpu: {change}")
    cpu = named(alarms_of(loaded(tmp_path, text), "backend"))["cpu"]

    assert (cpu.threshold, cpu.minutes, cpu.tier) == (threshold, minutes, tier)


def test_an_alarm_of_the_file_s_change_is_one_of_the_catalogue(tmp_path: Path):
    environment = loaded(tmp_path, GOOD)
    known = {f"{node}.{alarm.name}" for node, of in catalogue(environment).items() for alarm in of}

    assert set(environment.alarms) == {"database.storage", "backend.cpu"}
    assert set(environment.alarms) <= known


KINDS = {
    "app runner": (alarms.APP_RUNNER, metrics.of_app_runner("web")),
    "probe": (alarms.PROBED, metrics.of_probe("check")),
    "postgres": (alarms.POSTGRES, metrics.of_postgres("database", max_connections=100)),
    "serverless cache": (alarms.SERVERLESS_CACHE, metrics.of_serverless_cache("cache", max_gb=5)),
    "function": (alarms.FUNCTION, metrics.of_function("function")),
    "function of a clock": (alarms.CLOCKWORK, metrics.of_clockwork("function")),
    "database admin": (
        alarms.FUNCTION + alarms.REDEPLOYS,
        metrics.of_function("admin") | metrics.of_machines("redeploys", ["machine"]),
    ),
    "notifier": (
        alarms.NOTIFIER_ALARMS,
        metrics.of_function("notifier")
        | metrics.of_waiting("waiting")
        | metrics.of_dead_letters("dead"),
    ),
    "fargate": (alarms.FARGATE, metrics_of_fargate.of_fargate("cluster", "web")),
    "fargate behind the balancer": (
        alarms.SERVED,
        metrics_of_fargate.of_targets("balancer", ["targets"]),
    ),
    "balancer": (alarms.BALANCER_ALARMS, metrics_of_fargate.of_balancer("balancer")),
    "evicting cache on nodes": (
        alarms.NODES_CACHE + alarms.LAGGING_CACHE + alarms.EVICTING_CACHE,
        metrics.of_nodes_cache("cache", nodes=2),
    ),
    "replica": (alarms.REPLICA, metrics.of_replica("database")),
    "proxy": (alarms.PROXY, metrics.of_proxy("database-proxy")),
    "task on Fargate": (alarms.FARGATE_TASK, metrics.of_machines("failed", ["machine"])),
    "nat instance": (alarms.NAT_INSTANCE, metrics.of_instance("i-1")),
    "build": (alarms.BUILD, metrics.of_build("project")),
}


@pytest.mark.parametrize(("offered", "series"), KINDS.values(), ids=KINDS)
def test_a_metric_is_behind_each_alarm_and_an_alarm_before_each_metric(
    offered: tuple[alarms.Alarm, ...], series: dict[str, Series]
):
    names = set(named(offered))

    assert len(names) == len(offered)
    assert names <= set(series)
    assert set(series) - names <= (ON_DASHBOARDS_ONLY if names & {"refused", "down"} else set())


@pytest.mark.parametrize("offered", [of for of, _ in KINDS.values()], ids=KINDS)
def test_an_alarm_says_its_threshold_to_a_person(offered: tuple[alarms.Alarm, ...]):
    for alarm in offered:
        assert alarm.means.count("{}") == (alarm.name != "probe")
        assert alarm.minutes >= 1
