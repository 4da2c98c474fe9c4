"""The network stack: VPC, tiers, endpoints, flow log, and a small key of its own for the log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.graph import endpoints, ports_out, tiers
from stacks.base import GraphStack
from stackyard.key import EnvironmentKey
from stackyard.network import Network

if TYPE_CHECKING:
    from constructs import Construct

    from config.model.environment import Environment


class NetworkStack(GraphStack):
    """Exposes where stores and programs are put, and the endpoints' security groups."""

    def __init__(self, scope: Construct, *, environment: Environment) -> None:
        super().__init__(
            scope,
            "network",
            environment=environment,
            description=f"Network of {environment.name}",
            protected=environment.production,
            zones=list(environment.network.zones),
        )
        key = EnvironmentKey(self, "Key", description=f"Flow logs of {environment.name}", logs=True)
        network = Network(
            self,
            "Network",
            name=environment.name,
            spec=environment.network,
            tiers=tiers(environment),
            ports_out=ports_out(environment),
            endpoints=endpoints(environment),
            key=key,
        )
        self.endpoint_groups = network.endpoint_groups
        self.for_stores = network.placements["isolated"]
        self.for_programs = network.placements[environment.network.workload_tier]
        self.for_balancer = network.placements.get("public")
        self.nat_instance = network.nat_instance
