"""Rules for stores, secrets and what lies outside."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from config import aws, windows
from config.errors import listed, nearest
from config.graph import credentials, fargate_services, links, placed_links
from config.model.buckets import Bucket
from config.model.optouts import SingleZone
from config.model.postgres import Postgres
from config.model.valkey import EVICTING, NodesValkey, Valkey
from config.rules.links import targets

if TYPE_CHECKING:
    from config.model.environment import Environment
    from config.rules.finding import Findings, Path


# What programs call the address of their queue.
QUEUE_VARIABLE = re.compile(r"BROKER|CELERY|BULL|QUEUE|SIDEKIQ|JOBS", re.IGNORECASE)
# Broader ranges make a bucket policy public in the eyes of S3's Block Public Access.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
BROADEST = {4: 8, 6: 32}


def databases_can_be_created(environment: Environment) -> Findings:
    """RDS still sells the version, and storage may grow but not shrink."""
    for name, store in environment.stores.items():
        if not isinstance(store, Postgres):
            continue
        major = store.version.split(".")[0]
        sold = aws.POSTGRES_VERSIONS.get(major, ())
        if store.version not in sold:
            hint = f"choose {sold[0]}" if sold else f"majors: {listed(aws.POSTGRES_VERSIONS)}"
            path: Path = ("stores", name, "version")
            yield path, f"RDS does not create PostgreSQL {store.version} any more: {hint}"
        if store.max_storage_gb is not None and store.max_storage_gb < store.storage_gb * 1.1:
            path = ("stores", name, "max_storage_gb")
            yield path, f"must be at least 10 percent over storage_gb ({store.storage_gb})"
        if "max_connections" in store.parameters:
            path = ("stores", name, "parameters", "max_connections")
            yield path, "has a field of its own: `max_connections:`"
        if "pg_stat_statements" in store.extensions and not _preloads(store, "pg_stat_statements"):
            path = ("stores", name, "parameters", "shared_preload_libraries")
            yield path, "must name pg_stat_statements, which `extensions` asks for"
        if store.parameters.get("rds.force_ssl", "1") != "1":
            path = ("stores", name, "parameters", "rds.force_ssl")
            yield path, "TLS is always enforced: remove it"


def _preloads(store: Postgres, library: str) -> bool:
    # RDS preloads pg_stat_statements unless told otherwise.
    return library in store.parameters.get("shared_preload_libraries", "pg_stat_statements")


def masters_are_nobody_else(environment: Environment) -> Findings:
    """The master's name is neither RDS's own nor one of the roles that are made."""
    for name, store in environment.stores.items():
        if isinstance(store, Postgres):
            logins = {credential.login for credential in credentials(environment, name)}
            made = {f"{login}_{colour}" for login in logins for colour in ("blue", "green")}
            taken = {"owner", "application", "admin", "postgres", "rdsadmin", "user"} | made
            if store.master.username in taken:
                path = ("stores", name, "master", "username")
                yield path, "is taken by RDS or by a role that is made here: choose another"


def somebody_owns_the_schema(environment: Environment) -> Findings:
    """Services get rows and not tables: somebody has to make those."""
    known = [*targets(environment)]
    if not all(target in known for _, target, _ in links(environment)):
        return
    owned = {target for _, target, link in links(environment) if link.role == "owner"}
    message = (
        "nobody uses it `as: owner`, so nobody could make a table: say so in the link of the task"
        " (or service) that migrates"
    )
    for name, store in environment.stores.items():
        if isinstance(store, Postgres) and name not in owned:
            yield ("stores", name), message


def windows_are_apart(environment: Environment) -> Findings:
    """RDS takes windows of half an hour or more, ElastiCache of an hour, and none that meet."""
    for name, store in environment.stores.items():
        path = ("stores", name)
        if isinstance(store, Postgres):
            daily, field, least = store.backup_window, "backup_window", windows.SHORTEST
        elif isinstance(store, NodesValkey):
            daily, field, least = store.snapshot_window, "snapshot_window", windows.HOUR
        else:
            continue
        lasting = f"must last {least} minutes at least"
        if windows.daily(daily)[1] < least:
            yield (*path, field), lasting
        if windows.weekly(store.maintenance_window)[1] < least:
            yield (*path, "maintenance_window"), lasting
        if windows.overlap(daily, store.maintenance_window):
            yield (
                (*path, "maintenance_window"),
                f"meets the daily {field.replace('_', ' ')} {daily}",
            )


def secret_names_are_unique(environment: Environment) -> Findings:
    """Two secrets can't have the same name in AWS."""
    named: list[tuple[Path, str]] = [
        (("secrets", name, "name"), secret.name)
        for name, secret in environment.secrets.items()
        if secret.name
    ]
    for name, store in environment.stores.items():
        if isinstance(store, Postgres):
            if store.master.secret:
                named.append((("stores", name, "master", "secret"), store.master.secret))
            named.extend(
                (("stores", name), credential.secret)
                for credential in credentials(environment, name)
                if credential.secret
            )
    count = Counter(name for _, name in named)
    for path, name in named:
        if count[name] > 1:
            yield path, f"more than one secret would be called {name!r}"


def externals_are_described(environment: Environment) -> Findings:
    """An external is reached by hosts, by an endpoint, or comes from addresses: one of them."""
    for name, external in environment.externals.items():
        path = ("externals", name)
        ways = sum(map(bool, (external.hosts, external.endpoint, external.cidrs)))
        if ways != 1:
            yield path, "needs exactly one of `hosts`, `endpoint` and `cidrs`"
        if external.uses and not external.cidrs:
            yield (*path, "uses"), "only an external with `cidrs` comes to us"
        if external.secret and external.secret not in environment.secrets:
            known = list(environment.secrets)
            message = f"no secret {external.secret!r}{nearest(external.secret, known)}"
            yield (*path, "secret"), f"{message}; known: {listed(known)}"
        if external.endpoint:
            yield from _endpoint(path, external.endpoint, external.port)
        for index, cidr in enumerate(external.cidrs):
            if cidr.prefixlen < BROADEST[cidr.version]:
                message = f"{cidr} is so broad that S3 would call the bucket public"
                yield (*path, "cidrs", index), message


def _endpoint(path: tuple[str, ...], endpoint: str, port: int) -> Findings:
    ports = aws.ENDPOINT_PORTS.get(endpoint)
    if ports is None:
        known = list(aws.ENDPOINT_PORTS)
        message = f"unknown endpoint {endpoint!r}{nearest(endpoint, known)}; known: {listed(known)}"
        yield (*path, "endpoint"), message
    elif port not in ports:
        answers = ", ".join(map(str, ports))
        yield (*path, "port"), f"{endpoint} answers on {answers}, not on {port}"


def queues_keep_what_they_hold(environment: Environment) -> Findings:
    """What holds a queue evicts nothing."""
    for name, store in environment.stores.items():
        if not isinstance(store, NodesValkey):
            continue
        if store.holds == "queue" and store.policy in EVICTING:
            message = f"{store.policy} would throw jobs away when memory is full: remove it"
            yield ("stores", name, "eviction"), message
        if "maxmemory-policy" in store.parameters:
            path = ("stores", name, "parameters", "maxmemory-policy")
            yield path, "has a field of its own: `eviction:`"


def queues_lie_where_they_can(environment: Environment) -> Findings:
    """No queue lies in what may evict it: by names of variables, and by what scaling follows."""
    for path, target, link in placed_links(environment):
        store = environment.stores.get(target)
        if isinstance(store, Valkey) and store.holds != "queue":
            for variable in filter(QUEUE_VARIABLE.search, link.env):
                where = (*path, "env", variable)
                yield where, f"looks like a queue: {_not_for_queues(store)}"
    valkeys = [name for name, store in environment.stores.items() if isinstance(store, Valkey)]
    for service, spec in fargate_services(environment).items():
        queue = spec.scale.queue if spec.scale else None
        where = ("services", service, "scale", "queue", "store")
        followed = environment.stores.get(queue.store) if queue else None
        if queue and not isinstance(followed, Valkey):
            hint = nearest(queue.store, valkeys)
            yield where, f"no Valkey {queue.store!r}{hint}; known: {listed(valkeys)}"
        elif isinstance(followed, Valkey) and followed.holds != "queue":
            yield where, _not_for_queues(followed)
        elif queue and queue.store not in spec.uses:
            yield where, "the service does not use this store: link to it"


def _not_for_queues(store: Valkey) -> str:
    if isinstance(store, NodesValkey):
        return (
            "this store may evict what it holds: put the queue into a Valkey with"
            " `topology: nodes` and `holds: queue`"
        )
    return (
        "a serverless cache is always in cluster mode, where Celery, Sidekiq and BullMQ fail with"
        " CROSSSLOT, and it evicts: use a Valkey with `topology: nodes` and `holds: queue`"
    )


def failover_has_somewhere_to_go(environment: Environment) -> Findings:
    """Several zones take several nodes, and one node is one zone."""
    for name, store in environment.stores.items():
        if isinstance(store, NodesValkey):
            single = isinstance(store.multi_az, SingleZone)
            if store.nodes == 1 and not single:
                message = (
                    "one node is lost with its zone: take two, or say `multi_az: {off: true,"
                    " reason: …}`"
                )
                yield ("stores", name, "nodes"), message


def lifecycles_are_possible(environment: Environment) -> Findings:
    """Objects go to Glacier before they expire, and long enough before for it to pay."""
    for name, store in environment.stores.items():
        if isinstance(store, Bucket) and store.glacier_after_days and store.expire_after_days:
            least = store.glacier_after_days + aws.GLACIER_LEAST_DAYS
            if store.expire_after_days < least:
                message = (
                    f"Glacier bills {aws.GLACIER_LEAST_DAYS} days at least: expire after {least}"
                    " or more, or don't use Glacier"
                )
                yield ("stores", name, "expire_after_days"), message


def insights_are_possible(environment: Environment) -> Findings:
    """Advanced Database Insights goes with Enhanced Monitoring."""
    for name, store in environment.stores.items():
        if not isinstance(store, Postgres):
            continue
        if store.insights == "advanced" and not store.monitoring_seconds:
            message = "advanced needs Enhanced Monitoring: say `monitoring_seconds: 60`"
            yield ("stores", name, "insights"), message


RULES = (
    queues_keep_what_they_hold,
    queues_lie_where_they_can,
    failover_has_somewhere_to_go,
    lifecycles_are_possible,
    insights_are_possible,
    databases_can_be_created,
    masters_are_nobody_else,
    somebody_owns_the_schema,
    windows_are_apart,
    secret_names_are_unique,
    externals_are_described,
)
