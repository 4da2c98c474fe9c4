"""Alarms that watch all of what they are about: every node, and both groups of a deployment."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from checks.graph.routing import TARGETS
from checks.rules.ceilings import subject_of
from checks.rules.cloudwatch import ALARM, readings
from checks.rules.faults import wrong
from checks.rules.naming import known_at
from checks.rules.rule import Fault, rule
from checks.rules.values import number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from checks.estate import Estate, Resource
    from checks.rules.rule import Scene

NODE = re.compile(r"-(\d{3})$")


@lru_cache(maxsize=8)
def _alarmed(estate: Estate) -> Mapping[tuple[str, Resource], set[str]]:
    """Of which subjects a metric is watched by alarms, and of which of their nodes."""
    found: dict[tuple[str, Resource], set[str]] = {}
    for holder, read in readings(estate).items():
        for each in read if holder.kind == ALARM else ():
            for name in ("CacheClusterId", "TargetGroup"):
                if subject := subject_of(each, name, estate):
                    node = NODE.search(str(each.dimensions.get(name)))
                    found.setdefault((each.name, subject), set()).add(node[1] if node else "")
    return found


@rule(
    "alarms-every-node",
    "ElastiCache::ReplicationGroup",
    title="what is watched of one node of a cache is watched of all",
    why="after a failover the busy node is one that nobody looks at",
    source="https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheMetrics.WhichShouldIMonitor.html",
)
def nodes(cache: Resource, scene: Scene) -> Iterator[Fault]:
    """An alarm, or a part of one, for each number."""
    count = number(cache.get("NumCacheClusters"))
    for (metric, subject), watched in _alarmed(scene.estate).items():
        if subject is cache and count and "" not in watched:
            missing = {f"{each:03}" for each in range(1, int(count) + 1)} - watched
            if missing:
                message = f"no alarm watches {metric} of node {min(missing)}"
                yield wrong("NumCacheClusters", message, "watch every node")


@rule(
    "alarms-both-groups",
    "ECS::Service",
    title="what is watched of one target group of a service is watched of the other",
    why="after every second deployment the tasks stand in the group that nobody looks at",
    source="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-blue-green.html",
)
def both_groups(service: Resource, scene: Scene) -> Iterator[Fault]:
    """Of the group and of its alternate the same metrics."""
    for at, each in enumerate(service.mappings("LoadBalancers")):
        advanced = each.get("AdvancedConfiguration")
        other = advanced.get("AlternateTargetGroupArn") if isinstance(advanced, dict) else None
        pair = [known_at(scene.estate, each.get("TargetGroupArn")), known_at(scene.estate, other)]
        known = [group for group in pair if group and group.kind == TARGETS]
        watched = [
            {metric for metric, subject in _alarmed(scene.estate) if subject is group}
            for group in known
        ]
        if len(watched) == 2 and (apart := watched[0] ^ watched[1]):
            message = f"{min(apart)} is watched of one of its target groups only"
            yield wrong(f"LoadBalancers.{at}", message, "watch both in one alarm")
