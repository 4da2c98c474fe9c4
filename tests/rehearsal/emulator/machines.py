"""Real PostgreSQL and Valkey servers behind what RDS and ElastiCache would run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ministack.services import elasticache, rds
from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS
from pg8000.native import Connection, identifier, literal
from valkey import Valkey

from tests.rehearsal.emulator.api import runs_on_worker

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.rehearsal.emulator.settings import Settings

Made = tuple[str, dict[str, Any]]
Machine = dict[str, Any]


def install(settings: Settings) -> None:
    """Let what is created with a server behind it lead there."""
    if not settings.machines:
        return
    for resource_type, start in {
        "AWS::RDS::DBInstance": _database,
        "AWS::ElastiCache::ReplicationGroup": _replication_group,
        "AWS::ElastiCache::ServerlessCache": _serverless_cache,
    }.items():
        _lead(resource_type, settings.machines, start)
    _keep_passwords()


def _lead(
    resource_type: str,
    machines: dict[str, Machine],
    start: Callable[[Machine, str, dict[str, Any]], dict[str, Any]],
) -> None:
    handlers = _RESOURCE_HANDLERS[resource_type]
    create = handlers["create"]

    def created(logical_id: str, props: dict[str, Any], stack: str) -> Made:
        physical_id, attributes = create(logical_id, props, stack)
        machine = machines.get(f"{stack}/{logical_id}")
        if machine:
            attributes = {**attributes, **start(machine, physical_id, props)}
        return physical_id, attributes

    handlers["create"] = created
    runs_on_worker(resource_type)


def _keep_passwords() -> None:
    """The emulator's record of a user says only how many passwords there are."""
    handlers = _RESOURCE_HANDLERS["AWS::ElastiCache::User"]
    create = handlers["create"]

    def created(logical_id: str, props: dict[str, Any], stack: str) -> Made:
        physical_id, attributes = create(logical_id, props, stack)
        elasticache._users[physical_id]["_passwords"] = props.get("Passwords") or []
        return physical_id, attributes

    handlers["create"] = created


def _database(machine: Machine, physical_id: str, props: dict[str, Any]) -> dict[str, Any]:
    """The master and the database, as RDS makes them: the master is no superuser."""
    instance = rds._instances[physical_id]
    instance["Endpoint"]["Address"] = machine["host"]
    if "MasterUsername" in props:
        master, password = props["MasterUsername"], str(props["MasterUserPassword"])
        with _superuser(machine) as connection:
            roles = connection.run("SELECT 1 FROM pg_roles WHERE rolname = :name", name=master)
            verb = "ALTER" if roles else "CREATE"
            connection.run(
                f"{verb} ROLE {identifier(master)} LOGIN CREATEROLE CREATEDB"
                f" PASSWORD {literal(password)}"
            )
            name = props.get("DBName")
            query = "SELECT 1 FROM pg_database WHERE datname = :name"
            if name and not connection.run(query, name=name):
                owner = identifier(master)
                connection.run(f"CREATE DATABASE {identifier(name)} OWNER {owner}")
        with _superuser(machine, props.get("DBName") or "postgres") as connection:
            # The master of RDS may create them himself.
            for each in machine.get("extensions", ()):
                connection.run(f"CREATE EXTENSION IF NOT EXISTS {identifier(each)}")
    return {"Endpoint.Address": machine["host"], "Endpoint.Port": "5432"}


def _superuser(machine: Machine, database: str = "postgres") -> Connection:
    return Connection(
        machine["user"],
        "127.0.0.1",
        database,
        machine["port"],
        machine["password"],
        ssl_context=False,
        timeout=20,
    )


def _replication_group(machine: Machine, physical_id: str, props: dict[str, Any]) -> dict[str, Any]:
    _set_users(machine, props.get("UserGroupIds") or [])
    ends = ("PrimaryEndPoint", "ReaderEndPoint")
    return {
        **{f"{end}.Address": machine["host"] for end in ends},
        **{f"{end}.Port": "6379" for end in ends},
    }


def _serverless_cache(machine: Machine, physical_id: str, props: dict[str, Any]) -> dict[str, Any]:
    _set_users(machine, [props["UserGroupId"]] if props.get("UserGroupId") else [])
    return {"Endpoint.Address": machine["host"], "Endpoint.Port": "6379"}


def _set_users(machine: Machine, groups: list[str]) -> None:
    """The users of the group, with their access strings, as ElastiCache sets them."""
    users = [
        elasticache._users[each]
        for group in groups
        for each in elasticache._user_groups[group]["UserIds"]
    ]
    with Valkey(
        "127.0.0.1", machine["port"], password=machine["password"], username="rehearsal"
    ) as admin:
        for user in users:
            passwords = [f">{each}" for each in user.get("_passwords", [])]
            admin.execute_command(
                "ACL",
                "SETUSER",
                user["UserName"],
                "reset",
                *user["AccessString"].split(),
                *passwords,
            )
