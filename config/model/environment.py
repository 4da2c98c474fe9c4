"""The whole of one environment, as everything else sees it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from config.model.balancer import Balancer
from config.model.base import NodeName, Part, Reason, fitting
from config.model.compliance import Accepted, Compliance
from config.model.network import Network
from config.model.outside import (
    AlarmChange,
    Channel,
    External,
    Image,
    Notifier,
    Severity,
)
from config.model.secrets import Secret
from config.model.services import Service, Task
from config.model.stores import Store

AccountId = Annotated[str, fitting(r"^\d{12}$", "the account's twelve digits in quotes")]
DataName = Annotated[
    str,
    fitting(
        r"^[a-z][a-z0-9]*(-[a-z0-9]+)*(/([a-z][a-z0-9]*(-[a-z0-9]+)*|[A-Z][A-Za-z0-9]*))?$",
        "a node such as database or database/master, or <stack>/<logical id>",
        max_length=255,
    ),
]
RegionName = Annotated[str, fitting(r"^[a-z]{2}(-[a-z]+)+-\d$", "a region such as us-east-1")]


class Environment(Part):
    """One system in one environment: the graph of its nodes and the links between them.

    `production: false` takes termination and deletion protection away, makes Container Insights
    plain, and drops what production asks for: a reason for one NAT gateway or one task, two zones,
    migrations instead of schema pushes.

    `regions`, where given, are the only ones that anything of it may live in.

    `expendable` accepts that a change loses data, with a reason by node: `make diff` fails on every
    other replacement or deletion. What has no node goes by `<stack>/<logical id>`. A reason counts
    for the change that it comes with; take it out afterwards.

    cdk-nag's AwsSolutions always judges it; the packs of `compliance` join. What is `accepted` of
    their findings stands in the evidence that `make report` writes.
    """

    system: NodeName
    environment: NodeName
    production: bool = True
    account: AccountId
    region: RegionName
    regions: tuple[RegionName, ...] = ()
    compliance: Compliance = ()
    accepted: tuple[Accepted, ...] = ()
    network: Network
    images: dict[NodeName, Image] = {}
    secrets: dict[NodeName, Secret] = {}
    externals: dict[NodeName, External] = {}
    stores: dict[NodeName, Store] = {}
    services: Annotated[dict[NodeName, Service], Field(min_length=1)]
    tasks: dict[NodeName, Task] = {}
    balancer: Balancer | None = None
    notifier: Notifier | None = None
    channels: dict[Severity, Channel] = {}
    alarms: dict[str, AlarmChange] = {}
    expendable: dict[DataName, Reason] = {}

    # What is derived of an environment is kept by it; it never changes, and is no key otherwise.
    def __hash__(self) -> int:
        return id(self)

    @property
    def name(self) -> str:
        """`<system>-<environment>`: the prefix of stacks and of names that must be unique."""
        return f"{self.system}-{self.environment}"
