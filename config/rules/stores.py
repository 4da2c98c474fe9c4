"""Rules for stores, secrets and what lies outside."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from config import aws, windows
from config.errors import listed, nearest
from config.graph import credentials, links
from config.model.stores import Postgres
from config.rules.links import targets

if TYPE_CHECKING:
    from config.model.environment import Environment
    from config.rules.finding import Findings, Path


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
        if store.parameters.get("rds.force_ssl", "1") != "1":
            path = ("stores", name, "parameters", "rds.force_ssl")
            yield path, "TLS is always enforced: remove it"


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
    """RDS takes windows of half an hour or more, and none that meet."""
    for name, store in environment.stores.items():
        if isinstance(store, Postgres):
            path = ("stores", name)
            if windows.daily(store.backup_window)[1] < windows.SHORTEST:
                yield (*path, "backup_window"), "must last half an hour at least"
            if windows.weekly(store.maintenance_window)[1] < windows.SHORTEST:
                yield (*path, "maintenance_window"), "must last half an hour at least"
            if windows.overlap(store.backup_window, store.maintenance_window):
                message = f"meets the daily backup window {store.backup_window}"
                yield (*path, "maintenance_window"), message


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


RULES = (
    databases_can_be_created,
    masters_are_nobody_else,
    somebody_owns_the_schema,
    windows_are_apart,
    secret_names_are_unique,
    externals_are_described,
)
