"""Rules for PostgreSQL: what RDS sells, who owns what, replicas and proxies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config import aws
from config.credentials import COLOURS, credentials
from config.errors import listed, nearest
from config.model.optouts import NoBackups
from config.model.postgres import Postgres
from config.nodes import links
from config.offered import DATABASE_CLASSES, EXTENSIONS
from config.rules.links import targets

if TYPE_CHECKING:
    from config.model.environment import Environment
    from config.rules.finding import Findings, Path


def databases_can_be_created(environment: Environment) -> Findings:
    """RDS still sells the version, and storage may grow but not shrink."""
    for name, store in environment.stores.items():
        if not isinstance(store, Postgres):
            continue
        major = store.version.split(".")[0]
        sold = aws.POSTGRES_VERSIONS.get(major, ())
        if store.version not in sold:
            path: Path = ("stores", name, "version")
            yield path, _not_sold(store.version, sold)
        yield from _misspelled(name, store)
        if store.max_storage_gb is not None and store.max_storage_gb < store.storage_gb * 1.1:
            path = ("stores", name, "max_storage_gb")
            yield path, f"must be at least 10 percent over storage_gb ({store.storage_gb})"
        if "max_connections" in store.parameters:
            path = ("stores", name, "parameters", "max_connections")
            yield path, "has a field of its own: `max_connections:`"
        for extension in aws.PRELOADED_EXTENSIONS & set(store.extensions):
            if not _preloads(store, extension):
                path = ("stores", name, "parameters", "shared_preload_libraries")
                yield path, f"must name {extension}, which `extensions` asks for"
        if store.parameters.get("rds.force_ssl", "1") != "1":
            path = ("stores", name, "parameters", "rds.force_ssl")
            yield path, "TLS is always enforced: remove it"


def _misspelled(name: str, store: Postgres) -> Findings:
    if store.instance_class not in DATABASE_CLASSES:
        hint = nearest(store.instance_class, sorted(DATABASE_CLASSES))
        yield ("stores", name, "class"), f"no class of RDS is called {store.instance_class!r}{hint}"
    for index, extension in enumerate(store.extensions):
        if extension not in EXTENSIONS:
            hint = nearest(extension, sorted(EXTENSIONS))
            message = f"no extension of RDS is called {extension!r}{hint}"
            yield ("stores", name, "extensions", index), message


def _not_sold(version: str, sold: tuple[str, ...]) -> str:
    if not sold:
        return (
            f"RDS does not create PostgreSQL {version}: majors are {listed(aws.POSTGRES_VERSIONS)}"
        )
    if int(version.split(".")[1]) > int(sold[0].split(".")[1]):
        return (
            f"{sold[0]} is the newest that is known here: choose it, or add yours to config/aws.py"
        )
    return f"RDS does not create PostgreSQL {version} any more: choose {sold[0]}"


def _preloads(store: Postgres, library: str) -> bool:
    # RDS preloads pg_stat_statements unless told otherwise.
    return library in store.parameters.get("shared_preload_libraries", "pg_stat_statements")


def masters_are_nobody_else(environment: Environment) -> Findings:
    """The master's name is neither RDS's own nor one of the roles that are made."""
    for name, store in environment.stores.items():
        if isinstance(store, Postgres):
            logins = {credential.login for credential in credentials(environment, name)}
            made = {f"{login.replace('-', '_')}_{colour}" for login in logins for colour in COLOURS}
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


def insights_are_possible(environment: Environment) -> Findings:
    """Advanced Database Insights goes with Enhanced Monitoring."""
    for name, store in environment.stores.items():
        if not isinstance(store, Postgres):
            continue
        if store.insights == "advanced" and not store.monitoring_seconds:
            message = "advanced needs Enhanced Monitoring: say `monitoring_seconds: 60`"
            yield ("stores", name, "insights"), message


def replicas_and_proxies_are_possible(environment: Environment) -> Findings:
    """A replica is made out of a backup, and a proxy needs somebody whom it lets through."""
    through = {target for _, target, link in links(environment) if link.via == "proxy"}
    for name, store in environment.stores.items():
        if not isinstance(store, Postgres):
            continue
        if store.replica and isinstance(store.backup_days, NoBackups):
            yield ("stores", name, "replica"), "RDS makes replicas out of backups: keep some"
        if store.proxy and name not in through:
            yield ("stores", name, "proxy"), "nobody goes through it: say `via: proxy` in a link"


RULES = (
    databases_can_be_created,
    masters_are_nobody_else,
    somebody_owns_the_schema,
    insights_are_possible,
    replicas_and_proxies_are_possible,
)
