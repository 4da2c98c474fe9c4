"""The observability stack: alarms, a dashboard, and a look from outside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.alarms import Alarm, alarms_of
from config.attributes import NOTIFIER
from config.graph import admin_of, service_name, store_name
from config.model.stores import Postgres, Valkey
from stacks.base import GraphStack, pascal
from stackyard import metrics
from stackyard.alarms import watch
from stackyard.dashboard import dashboard
from stackyard.log_metrics import namespace_of
from stackyard.probe import probe

if TYPE_CHECKING:
    from aws_cdk.aws_cloudwatch import CfnAlarm
    from constructs import Construct

    from config.model.environment import Environment
    from config.model.services import Probe
    from stacks.compute import ComputeStack
    from stacks.data import DataStack
    from stacks.notify import NotifyStack
    from stacks.pipelines import PipelinesStack
    from stackyard.metrics import Series


class ObservabilityStack(GraphStack):
    """Refers to everything above it; nothing refers to it."""

    def __init__(
        self,
        scope: Construct,
        *,
        environment: Environment,
        data: DataStack,
        notify: NotifyStack,
        compute: ComputeStack,
        pipelines: PipelinesStack | None,
    ) -> None:
        super().__init__(
            scope,
            "observability",
            environment=environment,
            description=f"What is watched in {environment.name}",
        )
        self._notify = notify
        self._rows: dict[str, dict[str, Series]] = {}
        for name in environment.services:
            self._service(name, compute)
        for name, store in environment.stores.items():
            if isinstance(store, Postgres):
                self._database(name, store, data, compute)
            elif isinstance(store, Valkey):
                cache = store_name(environment, name)
                self._watch(name, metrics.of_serverless_cache(cache, max_gb=store.max_gb))
        if notify.notifier:
            self._watch(
                NOTIFIER,
                metrics.of_function(notify.notifier.function.name)
                | metrics.of_dead_letters(notify.notifier.dead_letters.queue_name),
            )
        for name, project in (pipelines.projects if pipelines else {}).items():
            self._watch(name, metrics.of_build(project))
        dashboard(
            self, "Dashboard", name=environment.name, region=self.place.region, rows=self._rows
        )

    def _service(self, name: str, compute: ComputeStack) -> None:
        environment = self.environment_spec
        spec = environment.services[name]
        series = metrics.of_app_runner(service_name(environment, name))
        if name in compute.domains:
            series |= metrics.of_machines("domain", [compute.domains[name]])
        self._watch(name, series)
        if spec.probe and spec.domain:
            self._probe(name, spec.domain, spec.probe)
        namespace = namespace_of(environment.name)
        for metric_name, metric in spec.metrics.items():
            own = metrics.of_log_metric(namespace, metric_name, metric)
            self._rows[name][metric.label] = own
            if alarm := metric.alarm:
                self._alarm(
                    name,
                    Alarm(metric_name, alarm.above, alarm.minutes, alarm.tier, alarm.means),
                    own,
                    recovery=alarm.recovery,
                )

    def _probe(self, name: str, domain: str, spec: Probe) -> None:
        release = self.release(name, service=name)
        check = probe(self, f"{pascal(name)}Probe", node=name, domain=domain, spec=spec)
        check_id = check.attr_health_check_id
        # Before the first release nobody answers, and nobody has to be woken for that.
        release.only_when_released(check)
        for alarm in self._watch_only(name, metrics.of_probe(check_id)):
            release.only_when_released(alarm)
        self._rows[name] |= metrics.of_probe(release.if_released(check_id, "unreleased"))

    def _database(self, name: str, spec: Postgres, data: DataStack, compute: ComputeStack) -> None:
        identifier = store_name(self.environment_spec, name)
        series = metrics.of_postgres(identifier, max_connections=spec.max_connections)
        self._watch(name, series)
        admin = data.admins[name].function.name
        redeploys = compute.redeploys.get(name, [])
        self._watch(
            admin_of(name),
            metrics.of_function(admin) | metrics.of_machines("redeploys", redeploys),
        )

    def _watch(self, node: str, series: dict[str, Series]) -> None:
        self._rows[node] = series
        self._watch_only(node, series)

    def _watch_only(self, node: str, series: dict[str, Series]) -> list[CfnAlarm]:
        return [
            self._alarm(node, alarm, series[alarm.name])
            for alarm in alarms_of(self.environment_spec, node)
            if alarm.name in series
        ]

    def _alarm(
        self, node: str, alarm: Alarm, series: Series, *, recovery: str | None = None
    ) -> CfnAlarm:
        topics = self._notify.topics
        return watch(
            self,
            f"{pascal(node)}{pascal(alarm.name)}Alarm",
            name=f"{self.environment_spec.name}-{node}-{alarm.name}",
            alarm=alarm,
            series=series,
            topic_arn=topics[alarm.tier].arn,
            recovery_topic_arn=topics[recovery or alarm.tier].arn,
        )
