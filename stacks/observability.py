"""The observability stacks: alarms, a dashboard, and a look from outside, one for each group."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.alarms import Alarm
from config.attributes import BALANCER, NAT, NOTIFIER
from config.model.fargate import Fargate
from config.model.postgres import Postgres
from config.model.valkey import NodesValkey, ServerlessValkey
from config.nodes import admin_of, proxy_of, replica_of, service_name, store_name
from stacks.base import GraphStack
from stackyard import metrics, metrics_of_fargate
from stackyard.dashboard import dashboard
from stackyard.database_proxy import proxy_name
from stackyard.database_replica import replica_name
from stackyard.log_metrics import namespace_of
from stackyard.names import pascal
from stackyard.probe import probe

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_cdk.aws_cloudwatch import CfnAlarm
    from constructs import Construct

    from config.model.environment import Environment
    from config.model.services import Service
    from config.model.watched import Probe
    from stacks.compute import ComputeStack
    from stacks.data import DataStack
    from stacks.notify import NotifyStack
    from stacks.pipelines import PipelinesStack
    from stackyard.series import Series

# Alarms that roll deployments back stand in the compute stack, beside what they guard.
ELSEWHERE = ("errors",)


class ObservabilityStack(GraphStack):
    """Refers to everything above it; nothing refers to it.

    The one without a group also watches what all groups share.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        environment: Environment,
        data: DataStack,
        notify: NotifyStack,
        compute: ComputeStack,
        computes: list[ComputeStack],
        pipelines: PipelinesStack | None,
    ) -> None:
        group = compute.group
        super().__init__(
            scope,
            f"observability-{group}" if group else "observability",
            environment=environment,
            description=f"What is watched in {environment.name}" + (f": {group}" if group else ""),
        )
        self._topics, self._compute, self._network = notify.topics, compute, compute.network
        self._rows: dict[str, dict[str, Series]] = {}
        for name, service in environment.services.items():
            if (service.group if isinstance(service, Fargate) else None) == group:
                self._service(name, service)
        for name, machine in compute.tasks.items():
            self._watch(name, metrics.of_machines("failed", [machine]))
        if group is None:
            self._shared(data, notify, computes, pipelines)
        title = f"{environment.name}-{group}" if group else environment.name
        dashboard(self, "Dashboard", name=title, region=self.place.region, rows=self._rows)

    def _shared(
        self,
        data: DataStack,
        notify: NotifyStack,
        computes: list[ComputeStack],
        pipelines: PipelinesStack | None,
    ) -> None:
        environment = self.environment_spec
        for name, store in environment.stores.items():
            match store:
                case Postgres():
                    self._database(name, store, data, computes)
                case ServerlessValkey():
                    cache = store_name(environment, name)
                    self._watch(name, metrics.of_serverless_cache(cache, max_gb=store.max_gb))
                case NodesValkey():
                    cache = store_name(environment, name)
                    self._watch(name, metrics.of_nodes_cache(cache, nodes=store.nodes))
        if instance := self._network.nat_instance:
            self._watch(NAT, metrics.of_instance(instance))
        if self._compute.balancer:
            self._watch(BALANCER, metrics_of_fargate.of_balancer(self._compute.balancer.full_name))
        for node, function in self._compute.depths.items():
            self._watch(node, metrics.of_clockwork(function))
        if notify.notifier:
            self._watch(
                NOTIFIER,
                metrics.of_function(notify.notifier.function.name)
                | metrics.of_waiting(notify.notifier.waiting.queue_name)
                | metrics.of_dead_letters(notify.notifier.dead_letters.queue_name),
            )
        for name, project in (pipelines.projects if pipelines else {}).items():
            self._watch(name, metrics.of_build(project))

    def _service(self, name: str, spec: Service) -> None:
        environment = self.environment_spec
        if isinstance(spec, Fargate):
            self._fargate(name, spec)
        else:
            series = metrics.of_app_runner(service_name(environment, name))
            if name in self._compute.domains:
                series |= metrics.of_machines("domain", [self._compute.domains[name]])
            self._watch(name, series)
        if spec.probe and spec.domain:
            self._probe(name, spec.image, spec.domain, spec.probe)
        namespace = namespace_of(environment.name)
        for metric_name, metric in spec.metrics.items():
            own = metrics.of_log_metric(namespace, metric_name, metric)
            self._rows[name][metric.label] = own
            if alarm := metric.alarm:
                self.ring(
                    name,
                    Alarm(metric_name, alarm.above, alarm.minutes, alarm.tier, alarm.means),
                    own,
                    topics=self._topics,
                    recovery=alarm.recovery,
                )

    def _fargate(self, name: str, spec: Fargate) -> None:
        compute = self._compute
        service = compute.services[name]
        series = metrics_of_fargate.of_fargate(self.environment_spec.name, service.name)
        elsewhere: tuple[str, ...] = ()
        if service.targets and compute.balancer:
            series |= metrics_of_fargate.of_targets(
                compute.balancer.full_name, service.targets.full_names
            )
            elsewhere = ELSEWHERE
        if spec.scale and spec.scale.queue:
            series |= metrics_of_fargate.of_queue(namespace_of(self.environment_spec.name), name)
        self._rows[name] = series
        watched = {key: each for key, each in series.items() if key not in elsewhere}
        # Before the first release nothing runs, and nobody has to be woken for that.
        for alarm in self._watch_only(name, watched):
            self.release(spec.image).only_when_released(alarm)

    def _probe(self, name: str, image: str, domain: str, spec: Probe) -> None:
        release = self.release(image)
        check = probe(self, f"{pascal(name)}Probe", node=name, domain=domain, spec=spec)
        check_id = check.attr_health_check_id
        release.only_when_released(check)
        for alarm in self._watch_only(name, metrics.of_probe(check_id)):
            release.only_when_released(alarm)
        self._rows[name] |= metrics.of_probe(release.if_released(check_id, "unreleased"))

    def _database(
        self, name: str, spec: Postgres, data: DataStack, computes: list[ComputeStack]
    ) -> None:
        identifier = store_name(self.environment_spec, name)
        series = metrics.of_postgres(identifier, max_connections=spec.max_connections)
        self._watch(name, series)
        if spec.replica:
            copy = replica_name(identifier)
            series = metrics.of_postgres(copy, max_connections=spec.max_connections)
            self._watch(replica_of(name), series | metrics.of_replica(copy))
        if spec.proxy:
            self._watch(proxy_of(name), metrics.of_proxy(proxy_name(identifier)))
        admin = data.admins[name].function.name
        redeploys = [each for compute in computes for each in compute.redeploys.get(name, [])]
        self._watch(
            admin_of(name),
            metrics.of_function(admin) | metrics.of_machines("redeploys", redeploys),
        )

    def _watch(self, node: str, series: dict[str, Series]) -> None:
        self._rows[node] = series
        self._watch_only(node, series)

    def _watch_only(self, node: str, series: Mapping[str, Series]) -> list[CfnAlarm]:
        return [
            self.ring(node, alarm, series[alarm.name], topics=self._topics)
            for alarm in self.alarms_for(node)
            if alarm.name in series
        ]
