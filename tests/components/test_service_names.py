"""How services on ECS find each other: Service Connect, by their nodes' names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from stackyard.fargate_service import PEERS_LABEL, FargateService
from stackyard.stack import EnvironmentStack
from tests.components.building import REGION, Made, made, resolved, stack_in
from tests.components.fargate import SERVICE, Ground, container_of, fargate_in, service_of


@pytest.fixture(scope="module")
def api(folder: Path) -> FargateService:
    """A service that another calls, which is of another image."""
    ground = Ground(stack_in(folder), with_names=True)
    api = fargate_in(ground, "api", image="api", port=9000, is_called=True)
    fargate_in(ground, "web", port=8080, peers=[api.running])
    fargate_in(ground, "worker")
    return api


@pytest.fixture(scope="module")
def api_for_others(api: FargateService) -> dict[str, Any]:
    """What links may ask of it."""
    node = api.node_for_consumers
    return {"group": resolved(api, node.group_id), **node.values}


@pytest.fixture(scope="module")
def services(api: FargateService) -> Made:
    stack = api.node.scope
    assert isinstance(stack, EnvironmentStack)
    return made(stack)


def test_who_is_called_is_known_by_its_nodes_name(services: Made) -> None:
    namespace = f"<{next(iter(services.whole('AWS::ServiceDiscovery::HttpNamespace')))}.Arn>"
    logs = container_of(services, "api")["LogConfiguration"]["Options"]["awslogs-group"]
    assert service_of(services, "api")["ServiceConnectConfiguration"] == {
        "Enabled": True,
        "Namespace": namespace,
        "Services": [
            {
                "PortName": "api",
                "ClientAliases": [{"Port": 9000, "DnsName": "api"}],
                # A stream may last: what ends a request is the program or the balancer.
                "Timeout": {"PerRequestTimeoutSeconds": 0},
            }
        ],
        "LogConfiguration": {
            "LogDriver": "awslogs",
            "Options": {
                "awslogs-group": logs,
                "awslogs-region": REGION,
                "awslogs-stream-prefix": "names",
            },
        },
    }
    port = {"ContainerPort": 9000, "Protocol": "tcp"}
    named = {"Name": "api", "AppProtocol": "http"}
    assert container_of(services, "api")["PortMappings"] == [{**port, **named}]


def test_who_calls_learns_names_and_offers_none(services: Made) -> None:
    web = service_of(services, "web")["ServiceConnectConfiguration"]
    assert web["Enabled"] is True
    assert "Services" not in web
    port = {"ContainerPort": 8080, "Protocol": "tcp"}
    assert container_of(services, "web")["PortMappings"] == [port]


def test_who_neither_calls_nor_is_called_has_no_part_in_names(services: Made) -> None:
    assert "ServiceConnectConfiguration" not in service_of(services, "worker")
    assert not {"PortMappings", "DockerLabels"} & container_of(services, "worker").keys()


def test_who_calls_starts_anew_when_the_other_is_released_for_the_first_time(
    services: Made,
) -> None:
    """ECS tells a task when it starts which names there are; a new definition starts it."""
    api = services.name_of(SERVICE, ServiceName="demo-api")
    label = {PEERS_LABEL: f"<ApiReleaseExists ? <{api}.Name> : ->"}
    assert container_of(services, "web")["DockerLabels"] == label


def test_links_ask_for_its_address_inside(api_for_others: dict[str, Any], services: Made) -> None:
    group = services.name_of("AWS::EC2::SecurityGroup", GroupDescription="Service api on Fargate")
    assert api_for_others == {
        "group": f"<{group}.GroupId>",
        "url": "http://api:9000",
        "host": "api",
        "port": "9000",
    }
