"""Resource types that ministack's CloudFormation lacks and ministack's services have."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from tests.rehearsal.emulator.api import client, runs_on_worker
from tests.rehearsal.emulator.ledger import API, register

Props = dict[str, Any]
Made = tuple[str, dict[str, Any]]


def register_all() -> None:
    """Teach the emulator these types."""
    _teach("AWS::EC2::EIP", _allocate_address, _release_address)
    _teach("AWS::EC2::NatGateway", _create_nat, _delete_nat)
    _teach("AWS::EC2::FlowLog", _create_flow_log, _delete_flow_log)
    _teach("AWS::ElastiCache::ServerlessCache", _create_cache, _delete_cache, _modify_cache)
    _teach("AWS::Route53::HealthCheck", _create_check, _delete_check, _update_check)
    for way in ("ingress", "egress"):
        authorize, revoke = (
            _rule(f"authorize_security_group_{way}"),
            _rule(f"revoke_security_group_{way}"),
        )
        _teach(f"AWS::EC2::SecurityGroup{way.title()}", *_rule_handlers(authorize, revoke))


def _teach(
    resource_type: str,
    create: Callable[[Props], Made],
    delete: Callable[[str, Props], None],
    update: Callable[[str, Props, Props], Made] | None = None,
) -> None:
    def replaced(_: str, old: Props, new: Props) -> Made:
        # Tags are all that these types change in place; the emulator then deletes the former.
        without = [{k: v for k, v in each.items() if k != "Tags"} for each in (old, new)]
        if without[0] == without[1]:
            return _, {}
        return create(new)

    change = update or replaced
    register(
        API,
        resource_type,
        {
            "create": lambda _, props, __: create(props),
            "update": lambda physical_id, old, new, _: change(physical_id, old, new),
            "delete": delete,
        },
    )
    runs_on_worker(resource_type)


def _allocate_address(props: Props) -> Made:
    made = client("ec2").allocate_address(Domain=props.get("Domain", "vpc"))
    return made["PublicIp"], {key: made[key] for key in ("AllocationId", "PublicIp")}


def _release_address(physical_id: str, _: Props) -> None:
    for each in client("ec2").describe_addresses()["Addresses"]:
        if each["PublicIp"] == physical_id:
            client("ec2").release_address(AllocationId=each["AllocationId"])


def _create_nat(props: Props) -> Made:
    given = {key: props[key] for key in ("SubnetId", "AllocationId") if key in props}
    gateway = client("ec2").create_nat_gateway(**given)["NatGateway"]["NatGatewayId"]
    return gateway, {"NatGatewayId": gateway}


def _delete_nat(physical_id: str, _: Props) -> None:
    client("ec2").delete_nat_gateway(NatGatewayId=physical_id)


def _create_flow_log(props: Props) -> Made:
    keys = ("ResourceType", "TrafficType", "LogDestinationType", "LogGroupName", "LogDestination")
    given = {key: props[key] for key in keys if key in props}
    made = client("ec2").create_flow_logs(ResourceIds=[props["ResourceId"]], **given)
    (flow_log,) = made["FlowLogIds"]
    return flow_log, {"Id": flow_log}


def _delete_flow_log(physical_id: str, _: Props) -> None:
    client("ec2").delete_flow_logs(FlowLogIds=[physical_id])


def _rule(operation: str) -> Callable[[Props], None]:
    def call(props: Props) -> None:
        permission: Props = {"IpProtocol": str(props["IpProtocol"])}
        for key in ("FromPort", "ToPort"):
            if key in props:
                permission[key] = int(props[key])
        said = {"Description": props["Description"]} if props.get("Description") else {}
        group = props.get("SourceSecurityGroupId") or props.get("DestinationSecurityGroupId")
        prefix = props.get("SourcePrefixListId") or props.get("DestinationPrefixListId")
        peers = {
            "UserIdGroupPairs": ("GroupId", group),
            "PrefixListIds": ("PrefixListId", prefix),
            "IpRanges": ("CidrIp", props.get("CidrIp")),
            "Ipv6Ranges": ("CidrIpv6", props.get("CidrIpv6")),
        }
        permission |= {key: [{name: peer, **said}] for key, (name, peer) in peers.items() if peer}
        getattr(client("ec2"), operation)(GroupId=props["GroupId"], IpPermissions=[permission])

    return call


def _rule_handlers(
    authorize: Callable[[Props], None], revoke: Callable[[Props], None]
) -> tuple[Any, Any, Any]:
    def create(props: Props) -> Made:
        authorize(props)
        rule = f"sgr-{uuid.uuid4().hex[:17]}"
        return rule, {"Id": rule}

    def update(physical_id: str, old: Props, new: Props) -> Made:
        revoke(old)
        authorize(new)
        return physical_id, {"Id": physical_id}

    def delete(_: str, props: Props) -> None:
        revoke(props)

    return create, delete, update


CACHE = (
    "ServerlessCacheName", "Description", "Engine", "MajorEngineVersion", "CacheUsageLimits",
    "KmsKeyId", "SecurityGroupIds", "UserGroupId", "SubnetIds", "SnapshotRetentionLimit",
    "DailySnapshotTime",
)  # fmt: skip
CACHE_CHANGES = (
    "Description", "CacheUsageLimits", "SecurityGroupIds", "UserGroupId",
    "SnapshotRetentionLimit", "DailySnapshotTime",
)  # fmt: skip


def _create_cache(props: Props) -> Made:
    given = {key: props[key] for key in CACHE if key in props}
    made = client("elasticache").create_serverless_cache(**_numbers(given))["ServerlessCache"]
    return made["ServerlessCacheName"], _cache_attributes(made)


def _modify_cache(physical_id: str, old: Props, new: Props) -> Made:
    changed = {key: new[key] for key in CACHE_CHANGES if key in new and new[key] != old.get(key)}
    made = client("elasticache").modify_serverless_cache(
        ServerlessCacheName=physical_id, **_numbers(changed)
    )["ServerlessCache"]
    return physical_id, _cache_attributes(made)


def _numbers(props: Props) -> Props:
    if "SnapshotRetentionLimit" in props:
        props["SnapshotRetentionLimit"] = int(props["SnapshotRetentionLimit"])
    return props


def _cache_attributes(made: Props) -> Props:
    # What AWS would call it; the emulator's own name for it leads nowhere.
    host = f"{made['ServerlessCacheName']}-rehearsal.serverless.use1.cache.amazonaws.com"
    return {
        "ARN": made["ARN"],
        "Endpoint.Address": host,
        "Endpoint.Port": "6379",
        "ReaderEndpoint.Address": host,
        "ReaderEndpoint.Port": "6380",
    }


def _delete_cache(physical_id: str, _: Props) -> None:
    client("elasticache").delete_serverless_cache(ServerlessCacheName=physical_id)


def _create_check(props: Props) -> Made:
    made = client("route53").create_health_check(
        CallerReference=uuid.uuid4().hex, HealthCheckConfig=_check_config(props)
    )["HealthCheck"]
    return made["Id"], {"HealthCheckId": made["Id"]}


def _update_check(physical_id: str, _: Props, new: Props) -> Made:
    config = _check_config(new)
    for fixed in ("Type", "RequestInterval", "MeasureLatency"):
        config.pop(fixed, None)
    client("route53").update_health_check(HealthCheckId=physical_id, **config)
    return physical_id, {"HealthCheckId": physical_id}


def _check_config(props: Props) -> Props:
    config = dict(props["HealthCheckConfig"])
    for key in ("Port", "RequestInterval", "FailureThreshold"):
        if key in config:
            config[key] = int(config[key])
    for key in ("MeasureLatency", "EnableSNI", "Inverted"):
        if key in config:
            config[key] = str(config[key]).lower() == "true"
    return config


def _delete_check(physical_id: str, _: Props) -> None:
    client("route53").delete_health_check(HealthCheckId=physical_id)
