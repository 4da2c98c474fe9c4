"""What runs: its roles, its variables and secrets under the names that the file gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from config.nodes import runners
from tests.rehearsal.injected import names, recorded
from tests.rehearsal.wiring.fact import Fact, same, true

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.rehearsal.deployed import Deployed, Found


def facts(deployed: Deployed) -> Iterator[Fact]:
    """Task definitions, services, builds and functions are complete."""
    secrets = {
        each["ARN"]
        for page in deployed.client("secretsmanager").get_paginator("list_secrets").paginate()
        for each in page["SecretList"]
    }
    roles = {
        each["Arn"]
        for page in deployed.client("iam").get_paginator("list_roles").paginate()
        for each in page["Roles"]
    }
    for each in deployed.of("AWS::ECS::TaskDefinition"):
        yield from _task_definition(deployed, each, secrets, roles)
    for each in deployed.of("AWS::ECS::Service"):
        yield from _service(deployed, each)
    for each in deployed.of("AWS::AppRunner::Service"):
        yield from _app_runner(deployed, each, secrets, roles)
    for each in deployed.of("AWS::CodeBuild::Project"):
        yield from _build(deployed, each, secrets, roles)
    for each in deployed.of("AWS::Lambda::Function"):
        found = deployed.client("lambda").get_function(FunctionName=each.physical)["Configuration"]
        yield true("role", each.where, found["Role"] in roles, f"{found['Role']} is not there")
        yield true("code", each.where, found["CodeSize"] > 0, "it has none")


def _task_definition(
    deployed: Deployed, each: Found, secrets: set[str], roles: set[str]
) -> Iterator[Fact]:
    found = deployed.client("ecs").describe_task_definition(taskDefinition=each.physical)
    task = found["taskDefinition"]
    for name in ("executionRoleArn", "taskRoleArn"):
        yield true(name, each.where, task[name] in roles, f"{task[name]} is not there")
    for asked, container in zip(
        each.body["Properties"]["ContainerDefinitions"], task["containerDefinitions"], strict=True
    ):
        node = str(each.node)
        sidecars = runners(deployed.environment)[node].sidecars
        if asked["Name"] not in sidecars:
            wanted = names(deployed.environment, node)
        else:
            sidecar = sidecars[asked["Name"]]
            links = sidecar.uses.values()
            wanted = set(sidecar.env) | {entry for link in links for entry in link.env}
        given = {
            entry["name"] for key in ("environment", "secrets") for entry in container.get(key, ())
        }
        yield same("names of variables", each.where, given, wanted)
        for entry in container.get("secrets", ()):
            yield _known(entry["valueFrom"], f"secret for {entry['name']}", each, secrets)


def _service(deployed: Deployed, each: Found) -> Iterator[Fact]:
    cluster, name = each.physical.split("/")[-2:]
    (found,) = deployed.client("ecs").describe_services(cluster=cluster, services=[name])[
        "services"
    ]
    private = {
        subnet.physical
        for subnet in deployed.of("AWS::EC2::Subnet")
        if "public" not in subnet.logical.lower()
    }
    network = found["networkConfiguration"]["awsvpcConfiguration"]
    subnets = set(network["subnets"])
    yield same("public address", each.where, network.get("assignPublicIp"), "DISABLED")
    yield true("subnets", each.where, subnets and subnets <= private, f"{subnets} are public")
    groups = {group.physical for group in deployed.of("AWS::EC2::SecurityGroup")}
    yield true("groups", each.where, set(network["securityGroups"]) <= groups, "not its own")
    definitions = {one.physical for one in deployed.of("AWS::ECS::TaskDefinition")}
    yield true("task definition", each.where, found["taskDefinition"] in definitions, "another's")
    targets = {
        target.physical for target in deployed.of("AWS::ElasticLoadBalancingV2::TargetGroup")
    }
    for balancer in found["loadBalancers"]:
        at = balancer["targetGroupArn"]
        yield true("target group", each.where, at in targets, f"{at} is not there")


def _app_runner(
    deployed: Deployed, each: Found, secrets: set[str], roles: set[str]
) -> Iterator[Fact]:
    """Out of the record: nobody else knows what App Runner was told."""
    found = recorded(deployed, each.stack, each.logical)
    source = found["SourceConfiguration"]
    image = source["ImageRepository"]["ImageConfiguration"]
    for role in (
        source["AuthenticationConfiguration"]["AccessRoleArn"],
        found["InstanceConfiguration"]["InstanceRoleArn"],
    ):
        yield true("role", each.where, role in roles, f"{role} is not there")
    plain = image.get("RuntimeEnvironmentVariables", [])
    secret = image.get("RuntimeEnvironmentSecrets", [])
    given = {entry["Name"] for entry in (*plain, *secret)}
    yield same("variables", each.where, given, names(deployed.environment, str(each.node)))
    for entry in secret:
        yield _known(entry["Value"], f"secret for {entry['Name']}", each, secrets)


def _build(deployed: Deployed, each: Found, secrets: set[str], roles: set[str]) -> Iterator[Fact]:
    (found,) = deployed.client("codebuild").batch_get_projects(names=[each.physical])["projects"]
    yield true("role", each.where, found["serviceRole"] in roles, f"{found['serviceRole']}")
    given = {variable["name"] for variable in found["environment"]["environmentVariables"]}
    yield same("variables", each.where, given, names(deployed.environment, str(each.node)))
    for variable in found["environment"]["environmentVariables"]:
        if variable["type"] == "SECRETS_MANAGER":
            yield _known(variable["value"], f"secret for {variable['name']}", each, secrets)


def _known(value_from: str, what: str, each: Any, secrets: set[str]) -> Fact:
    arn = ":".join(value_from.split(":")[:7])
    return true(what, each.where, arn in secrets, f"{arn} is not there")
