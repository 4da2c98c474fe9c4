"""ECS services, their tasks, what scales them and what stands before them, as rules read them."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from checks.estate import listed
from checks.graph.routing import LISTENER, RULE, SERVICE, TARGETS, forwards
from checks.rules.values import is_literal, is_true, number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from checks.estate import Estate, Resource

CLUSTER = "AWS::ECS::Cluster"
DEFINITION = "AWS::ECS::TaskDefinition"
SCALABLE = "AWS::ApplicationAutoScaling::ScalableTarget"
SHIFTING = {"BLUE_GREEN", "CANARY", "LINEAR"}
DEPLOYMENT = "DeploymentConfiguration"
SUBNETS = "NetworkConfiguration.AwsvpcConfiguration.Subnets"
# Estates whose look-ups are kept: one for each world, and those before.
_ESTATES = 4


def is_open(value: Any) -> bool:
    """Whether only a deployment knows a value."""
    return isinstance(value, str) and not is_literal(value)


def is_off(value: Any, *, unsaid: bool = True) -> bool:
    """Whether something is switched off for sure; `unsaid` is the answer where nothing stands."""
    if value is None:
        return unsaid
    return not is_open(value) and not is_true(value)


def placed(value: Any, path: str) -> list[tuple[str, dict[str, Any]]]:
    """The mappings in a list, each with its path."""
    return [(f"{path}.{n}", each) for n, each in enumerate(listed(value)) if isinstance(each, dict)]


def word(value: Any) -> Any:
    """A name as it can be compared and looked up, also where somebody wrote no name."""
    return value if value is None or isinstance(value, str) else str(value)


def inside(value: Any, path: str) -> Any:
    """What stands at a path inside mappings; None where nothing does."""
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def containers(definition: Resource) -> list[tuple[str, dict[str, Any]]]:
    """The containers of a task definition, each with its path."""
    return placed(definition.get("ContainerDefinitions"), "ContainerDefinitions")


def is_windows(definition: Resource) -> bool:
    """Whether tasks run Windows, which has no users, tmpfs or signals as Linux does."""
    return str(definition.get("RuntimePlatform.OperatingSystemFamily")).startswith("WINDOWS")


def definition_of(estate: Estate, service: Resource) -> Resource | None:
    """The task definition of a service, if it stands in the estate."""
    found = estate.at(service.get("TaskDefinition"))
    return found if found and found.kind == DEFINITION else None


def cluster_of(estate: Estate, value: Any) -> Resource | None:
    """The cluster that a reference or a name means."""
    found = estate.at(value)
    if found and found.kind == CLUSTER:
        return found
    named = (each for each in estate.of(CLUSTER) if each.get("ClusterName") == value)
    return next(named, None) if is_literal(value) else None


def is_replicated(service: Resource) -> bool:
    """Whether ECS itself keeps a number of tasks running, and replaces them."""
    strategy = service.get("SchedulingStrategy", "REPLICA")
    return bool(strategy == "REPLICA" and service.get("DeploymentController.Type", "ECS") == "ECS")


def shifts(service: Resource) -> bool:
    """Whether a deployment moves traffic from one set of tasks to another."""
    return str(service.get(f"{DEPLOYMENT}.Strategy")) in SHIFTING


def is_fargate(estate: Estate, service: Resource) -> bool:
    """Whether a service's tasks run on Fargate."""
    providers = [e.get("CapacityProvider") for e in service.mappings("CapacityProviderStrategy")]
    if providers:
        return any(str(each).startswith("FARGATE") for each in providers)
    definition = definition_of(estate, service)
    compatible = listed(definition.get("RequiresCompatibilities")) if definition else []
    return service.get("LaunchType") == "FARGATE" or compatible == ["FARGATE"]


def balanced(service: Resource) -> bool:
    """Whether a service stands behind a balancer."""
    return bool(service.mappings("LoadBalancers"))


def groups_of(estate: Estate, service: Resource) -> list[tuple[str, dict[str, Any], Resource]]:
    """The target groups of a service, each with the entry that names it and its path."""
    found = []
    for path, entry in placed(service.get("LoadBalancers"), "LoadBalancers"):
        group = estate.at(entry.get("TargetGroupArn"))
        if group and group.kind == TARGETS:
            found.append((path, entry, group))
    return found


def alternate_of(estate: Estate, entry: dict[str, Any]) -> Resource | None:
    """The second target group, to which a deployment moves traffic."""
    found = estate.at(inside(entry, "AdvancedConfiguration.AlternateTargetGroupArn"))
    return found if found and found.kind == TARGETS else None


def all_groups(estate: Estate, service: Resource) -> set[Resource]:
    """The target groups of a service, the second ones too."""
    found = groups_of(estate, service)
    others = {alternate_of(estate, entry) for _, entry, _ in found}
    return {group for _, _, group in found} | {each for each in others if each}


@lru_cache(maxsize=_ESTATES)
def _servers(estate: Estate) -> Mapping[Resource, list[Resource]]:
    found: dict[Resource, list[Resource]] = defaultdict(list)
    for service in estate.of(SERVICE):
        for group in all_groups(estate, service):
            found[group].append(service)
    return found


def servers_of(estate: Estate, group: Resource) -> list[Resource]:
    """The services whose tasks are targets of a group."""
    return _servers(estate).get(group, [])


@lru_cache(maxsize=_ESTATES)
def _ways(estate: Estate) -> Mapping[Resource, list[Resource]]:
    found: dict[Resource, list[Resource]] = defaultdict(list)
    for way in estate.of(LISTENER, RULE):
        actions = way.get("DefaultActions" if way.kind == LISTENER else "Actions")
        for group in dict.fromkeys(forwards(estate, actions)):
            found[group].append(way)
    return found


def ways_to(estate: Estate, group: Resource) -> list[Resource]:
    """The listeners and rules that hand requests to a target group."""
    return _ways(estate).get(group, [])


def balancers_of(estate: Estate, group: Resource) -> list[Resource]:
    """The balancers before a target group."""
    found: dict[Resource, None] = {}
    for way in ways_to(estate, group):
        listener = estate.at(way.get("ListenerArn")) if way.kind == RULE else way
        balancer = estate.at(listener.get("LoadBalancerArn")) if listener else None
        if balancer:
            found[balancer] = None
    return list(found)


def scaled(estate: Estate, target: Resource) -> Resource | None:
    """The service whose number of tasks a scalable target moves."""
    resource_id = target.get("ResourceId")
    for each in estate.named(resource_id):
        if each.kind == SERVICE:
            return each
    if is_literal(resource_id) and resource_id.startswith("service/"):
        name = resource_id.rsplit("/", 1)[-1]
        return next((s for s in estate.of(SERVICE) if s.get("ServiceName") == name), None)
    return None


@lru_cache(maxsize=_ESTATES)
def _scalables(estate: Estate) -> Mapping[Resource, list[Resource]]:
    found: dict[Resource, list[Resource]] = defaultdict(list)
    for target in estate.of(SCALABLE):
        if service := scaled(estate, target):
            found[service].append(target)
    return found


def scalables(estate: Estate, service: Resource) -> list[Resource]:
    """The scalable targets of a service."""
    return _scalables(estate).get(service, [])


def fewest(estate: Estate, service: Resource) -> float | None:
    """How many tasks run at least; None where only a deployment knows."""
    if targets := scalables(estate, service):
        return number(targets[0].get("MinCapacity"))
    return number(service.get("DesiredCount", 1))


def security_groups(estate: Estate, service: Resource) -> set[Resource]:
    """The security groups of a service's tasks."""
    named = listed(service.get("NetworkConfiguration.AwsvpcConfiguration.SecurityGroups"))
    return {group for group in map(estate.at, named) if group}


def said_name(estate: Estate, value: Any, resource: Resource, name: str) -> bool:
    """Whether a value means a resource: by reference, or by the name in its property `name`."""
    return resource in set(estate.named(value)) or (
        is_literal(value) and value == resource.get(name)
    )
